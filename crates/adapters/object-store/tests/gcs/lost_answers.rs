//! Answers that are lost on the way: never a wrong word about who won.

use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};

use super::ground::{BUCKET, content, key, open_at, proxy, put, read, server};

#[tokio::test]
async fn a_create_whose_answer_was_lost_has_won() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    for (seed, fault) in
        (1..).zip([Fault::LoseResponse, Fault::CutResponse(0), Fault::Reset, Fault::Status(503)])
    {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT"));
        let name = format!("claim-{seed}");
        let made = put(store.as_ref(), &name, &content(seed, 300), PutOptions::CREATE).await;
        let made = made.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(store.metadata(&key(&name)).await.unwrap(), Some(made), "{fault:?}");
    }
}

#[tokio::test]
async fn a_create_on_a_taken_key_has_lost_whatever_is_lost_on_the_way() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    // The same content does not make it ours.
    put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await.unwrap();
    for fault in [Fault::LoseResponse, Fault::Reset, Fault::Status(503)] {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT"));
        let made = put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await;
        assert!(matches!(made, Err(BlobError::AlreadyExists { .. })), "{fault:?}: {made:?}");
    }
}

#[tokio::test]
async fn a_replacement_whose_answer_was_lost_has_won() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    let mut current = put(store.as_ref(), "claim", &content(0, 300), PutOptions::CREATE).await.unwrap();
    for (seed, fault) in (1..).zip([Fault::LoseResponse, Fault::Reset, Fault::Status(500)]) {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT"));
        let replaced = store.replace(&key("claim"), content(seed, 300), &current.version).await;
        current = replaced.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(read(store.as_ref(), "claim").await.unwrap(), content(seed, 300));
    }
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_has_happened() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    let made = put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await.unwrap();
    proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE"));
    store.remove(&key("claim"), &made.version).await.unwrap();
    assert_eq!(store.metadata(&key("claim")).await.unwrap(), None);
}

#[tokio::test]
async fn a_removal_of_what_was_replaced_has_lost_whatever_is_lost_on_the_way() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    let former = put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await.unwrap();
    put(store.as_ref(), "claim", &content(2, 300), PutOptions::OVERWRITE).await.unwrap();
    proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE"));
    let removed = store.remove(&key("claim"), &former.version).await;
    assert!(matches!(removed, Err(BlobError::VersionMismatch { .. })), "{removed:?}");
}

#[tokio::test]
async fn an_upload_whose_answers_were_lost_has_won_at_every_step_of_its_end() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    let steps = [
        ("put together", Rule::new(Fault::LoseResponse).method("POST").path_contains("uploadId=")),
        // The parts are three; the fourth request of this kind copies to the key.
        ("copied", Rule::new(Fault::LoseResponse).method("PUT").after(3)),
        ("tidied", Rule::new(Fault::LoseResponse).method("DELETE")),
    ];
    for (seed, (step, rule)) in (1..).zip(steps) {
        proxy.disarm();
        proxy.arm(rule);
        let whole = content(seed, 17 << 20);
        let made = put(store.as_ref(), step, &whole, PutOptions::CREATE).await;
        let made = made.unwrap_or_else(|error| panic!("{step}: {error:?}"));
        assert_eq!(proxy.faults(), 1, "{step}");
        assert_eq!(store.metadata(&key(step)).await.unwrap(), Some(made), "{step}");
        assert!(read(store.as_ref(), step).await.unwrap() == whole, "{step}");
    }
    assert_eq!(server.keys(BUCKET).len(), 3);
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn an_upload_that_cannot_be_copied_to_its_key_leaves_nothing() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    proxy.arm(Rule::new(Fault::Status(503)).method("PUT").after(3).always());
    let failed = put(store.as_ref(), "a", &content(1, 17 << 20), PutOptions::CREATE).await;
    assert!(matches!(failed, Err(BlobError::Unavailable { .. })), "{failed:?}");
    assert!(server.keys(BUCKET).is_empty() && server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn a_body_that_is_cut_is_read_to_its_end_all_the_same() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_at(&server, &proxy.endpoint()).await;
    put(store.as_ref(), "a", &content(1, 3 << 20), PutOptions::CREATE).await.unwrap();
    proxy.arm(Rule::new(Fault::CutResponse(1 << 20)).method("GET"));
    assert!(read(store.as_ref(), "a").await.unwrap() == content(1, 3 << 20));
}
