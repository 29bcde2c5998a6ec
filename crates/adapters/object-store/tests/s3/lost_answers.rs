//! Answers that are lost on the way: never a wrong word about who won.

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobStores, PutOptions};
use freehold_test_servers::fault_proxy::{Fault, Rule};

use super::ground::{content, key, open, open_behind, proxy, put, read, root, server, stores};

#[tokio::test]
async fn a_create_whose_answer_was_lost_has_won() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    for (seed, fault) in
        (1..).zip([Fault::LoseResponse, Fault::CutResponse(0), Fault::Reset, Fault::Status(503)])
    {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT"));
        let name = format!("claim-{seed}");
        let made = put(store.as_ref(), &name, &content(seed, 300), PutOptions::CREATE).await;
        let made = made.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(read(store.as_ref(), &name).await, content(seed, 300));
        assert_eq!(store.metadata(&key(&name)).await.unwrap(), Some(made), "{fault:?}");
    }
}

#[tokio::test]
async fn a_create_on_a_taken_key_has_lost_whatever_is_lost_on_the_way() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
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
    let store = open_behind(&server, &proxy, 4).await;
    let claim = BlobKey::claim();
    let mut current =
        put(store.as_ref(), claim.as_str(), &content(0, 300), PutOptions::CREATE).await.unwrap();
    for (seed, fault) in (1..).zip([Fault::LoseResponse, Fault::Reset, Fault::Status(500)]) {
        proxy.disarm();
        proxy.arm(Rule::new(fault.clone()).method("PUT"));
        let replaced = store.replace(&claim, content(seed, 300), &current.version).await;
        current = replaced.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(read(store.as_ref(), claim.as_str()).await, content(seed, 300));
    }
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_has_happened() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    let made = put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await.unwrap();
    proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE"));
    store.remove(&key("claim"), &made.version).await.unwrap();
    assert_eq!(store.metadata(&key("claim")).await.unwrap(), None);
}

#[tokio::test]
async fn a_removal_of_what_was_replaced_has_lost_whatever_is_lost_on_the_way() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    let former = put(store.as_ref(), "claim", &content(1, 300), PutOptions::CREATE).await.unwrap();
    put(store.as_ref(), "claim", &content(2, 300), PutOptions::OVERWRITE).await.unwrap();
    proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE"));
    let removed = store.remove(&key("claim"), &former.version).await;
    assert!(matches!(removed, Err(BlobError::VersionMismatch { .. })), "{removed:?}");
    assert_eq!(read(store.as_ref(), "claim").await, content(2, 300));
}

#[tokio::test]
async fn a_finished_upload_whose_answer_was_lost_has_won() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    for (seed, options) in [(1, PutOptions::CREATE), (2, PutOptions::OVERWRITE)] {
        proxy.disarm();
        proxy.arm(Rule::new(Fault::LoseResponse).method("POST").path_contains("uploadId="));
        let whole = content(seed, 17 << 20);
        let made = put(store.as_ref(), "large", &whole, options).await.unwrap();
        assert_eq!(proxy.faults(), 1);
        assert_eq!(store.metadata(&key("large")).await.unwrap(), Some(made));
        assert!(read(store.as_ref(), "large").await == whole);
        assert!(server.unfinished_uploads(super::ground::BUCKET).is_empty());
    }
}

#[tokio::test]
async fn a_storm_of_refusals_is_survived_or_said() {
    let server = server();
    let proxy = proxy(&server).await;
    let store = open_behind(&server, &proxy, 4).await;
    proxy.arm(Rule::new(Fault::Status(503)).times(3));
    put(store.as_ref(), "a", &content(1, 300), PutOptions::CREATE).await.unwrap();
    proxy.disarm();
    proxy.arm(Rule::new(Fault::Status(503)).always());
    for failed in [
        put(store.as_ref(), "b", &content(1, 300), PutOptions::CREATE).await.map(drop),
        store.metadata(&key("a")).await.map(drop),
        store.read(&key("a"), None).await.map(drop),
        super::ground::listed(store.as_ref()).await.map(drop),
        store.delete(&[key("a")]).await,
    ] {
        assert!(matches!(failed, Err(BlobError::Unavailable { .. })), "{failed:?}");
    }
    proxy.disarm();
    assert_eq!(store.metadata(&key("b")).await.unwrap(), None);
}

#[tokio::test]
async fn of_claims_that_race_over_a_bad_line_exactly_one_wins() {
    let server = server();
    let proxy = proxy(&server).await;
    let stores = stores(&server, 8);
    for round in 0..10 {
        proxy.disarm();
        proxy.arm(Rule::new(Fault::LoseResponse).method("PUT").times(6));
        let claims = (0..8).map(|racer| {
            let (stores, root) = (stores.clone(), root(&proxy.endpoint()));
            tokio::spawn(async move {
                let store = stores.open(&root).await.unwrap();
                put(store.as_ref(), &format!("claim-{round}"), &content(racer, 200), PutOptions::CREATE).await
            })
        });
        let mut winners = 0;
        for claim in claims.collect::<Vec<_>>() {
            match claim.await.unwrap() {
                Ok(_) => winners += 1,
                Err(BlobError::AlreadyExists { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(winners, 1, "round {round}");
    }
    assert_eq!(super::ground::listed(open(&server).await.as_ref()).await.unwrap().len(), 10);
}
