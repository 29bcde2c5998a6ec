//! Which credentials are used, in which order, and what is said of those that cannot be.

use freehold_ports::blobs::{BlobError, BlobStores, PutOptions};

use super::ground::{content, key, listed, open_with, put, root, server, stores, unusable, writes_and_reads};

#[tokio::test]
async fn a_key_file_of_a_service_account_is_enough() {
    let server = server();
    let file = server.service_account_file().display().to_string();
    for variable in
        ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"]
    {
        let store = open_with(&server, &[(variable, &file)]).await.unwrap();
        writes_and_reads(store.as_ref()).await;
        store.delete(&[key("a")]).await.unwrap();
    }
}

#[tokio::test]
async fn the_key_itself_may_be_in_the_environment() {
    let server = server();
    let text = std::fs::read_to_string(server.service_account_file()).unwrap();
    let store = open_with(&server, &[("GOOGLE_SERVICE_ACCOUNT_KEY", &text)]).await.unwrap();
    writes_and_reads(store.as_ref()).await;
}

#[tokio::test]
async fn a_bearer_token_counts_more_than_the_application_default() {
    let server = server();
    let file = server.service_account_file().display().to_string();
    let variables =
        [("GOOGLE_BEARER_TOKEN", server.reader_bearer_token()), ("GOOGLE_APPLICATION_CREDENTIALS", &file)];
    let store = open_with(&server, &variables).await.unwrap();
    let refused = put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await;
    assert!(matches!(refused, Err(BlobError::PermissionDenied { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_token_that_the_server_does_not_know_is_named_and_not_shown() {
    let server = server();
    let store = open_with(&server, &[("GOOGLE_BEARER_TOKEN", "hidden-token")]).await.unwrap();
    for failed in [
        put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.map(drop),
        store.metadata(&key("a")).await.map(drop),
        store.read(&key("a"), None).await.map(drop),
        store.delete(&[key("a")]).await,
        listed(store.as_ref()).await.map(drop),
    ] {
        let error = failed.unwrap_err();
        assert!(
            matches!(&error, BlobError::CredentialsRefused { reason, .. } if reason.contains("expired")),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("hidden-token"), "{error:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named_with_its_variable() {
    let server = server();
    let reason =
        unusable(open_with(&server, &[("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")]).await);
    assert!(
        reason.contains("GOOGLE_APPLICATION_CREDENTIALS") && reason.contains("/nowhere/key.json"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_before_anything_is_sent() {
    let server = server();
    let key = r#"{"type": "service_account", "client_email": "a@b", "private_key_id": "1", "private_key": "hidden"}"#;
    let reason = unusable(open_with(&server, &[("GOOGLE_SERVICE_ACCOUNT_KEY", key)]).await);
    assert!(reason.contains("GOOGLE_SERVICE_ACCOUNT_KEY") && !reason.contains("hidden"), "{reason}");
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused() {
    let server = server();
    let reason = unusable(open_with(&server, &[("GOOGLE_BEARER_TOKEN", "two words")]).await);
    assert!(reason.contains("GOOGLE_BEARER_TOKEN") && !reason.contains("two words"), "{reason}");
}

#[tokio::test]
async fn the_endpoint_of_the_environment_becomes_a_part_of_the_root() {
    let server = server();
    let host = server.endpoint().replace("http://", "");
    let stores = stores(&[("STORAGE_EMULATOR_HOST", &host)]);
    let bare = freehold_domain::StorageRoot::from_canonical("gs://lab/data").unwrap();
    assert_eq!(stores.resolve(&bare).await.unwrap(), root(&server.endpoint()));
}

#[tokio::test]
async fn opening_and_reading_write_nothing() {
    let server = server();
    let store = open_with(&server, &[("GOOGLE_BEARER_TOKEN", server.bearer_token())]).await.unwrap();
    store.metadata(&key("a")).await.unwrap();
    store.read(&key("a"), None).await.unwrap_err();
    assert_eq!(listed(store.as_ref()).await.unwrap(), Vec::<String>::new());
    assert!(server.requests().iter().all(|request| !request.is_write()));
}
