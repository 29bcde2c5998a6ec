//! Whom the Google Cloud Storage server lets in: tokens, service accounts and signed URLs.

use std::time::Duration;

use freehold_test_servers::gcs::GcsServer;
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{ClientOptions, Error, ObjectStoreExt};
use reqwest::Method;

use crate::gcs::{client, server_and_client};

async fn refused_write(token: impl FnOnce(&GcsServer) -> String) -> Error {
    let (server, _) = server_and_client().await;
    let token = token(&server);
    let store = client(&server, "bucket").with_config(GoogleConfigKey::BearerToken, token).build().unwrap();
    let error = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(server.keys("bucket").is_empty());
    error
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let error = refused_write(|_| "wrong".to_owned()).await;
    assert!(matches!(error, Error::Unauthenticated { .. }), "{error}");
}

#[tokio::test]
async fn the_reader_may_not_write() {
    let error = refused_write(|server| server.reader_bearer_token().to_owned()).await;
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error}");
}

#[tokio::test]
async fn everybody_may_read_a_public_bucket() {
    let (server, store) = server_and_client().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    server.make_public("bucket");
    let answer = reqwest::get(format!("{}/bucket/key", server.endpoint())).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "bytes");
}

#[tokio::test]
async fn nobody_may_write_to_a_public_bucket_without_a_token() {
    let (server, _) = server_and_client().await;
    server.make_public("bucket");
    let url = format!("{}/bucket/key", server.endpoint());
    let answer = reqwest::Client::new().put(url).body("bytes").send().await.unwrap();
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn nobody_may_read_a_private_bucket_without_a_token() {
    let (server, _) = server_and_client().await;
    let answer = reqwest::get(format!("{}/bucket/key", server.endpoint())).await.unwrap();
    assert_eq!(answer.status(), 401);
}

/// A client with the key file of the service account, and nothing else.
async fn service_account() -> (GcsServer, GoogleCloudStorage) {
    let (server, _) = server_and_client().await;
    let store = GoogleCloudStorageBuilder::new()
        .with_service_account_path(server.service_account_file().display().to_string())
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .with_bucket_name("bucket")
        .build()
        .unwrap();
    (server, store)
}

#[tokio::test]
async fn a_service_account_may_write() {
    let (server, store) = service_account().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    assert_eq!(server.keys("bucket"), ["key"]);
}

#[tokio::test]
async fn the_key_of_another_server_is_refused() {
    let (stranger, _) = server_and_client().await;
    let (server, _) = service_account().await;
    let store = GoogleCloudStorageBuilder::new()
        .with_service_account_path(stranger.service_account_file().display().to_string())
        .with_config(GoogleConfigKey::BaseUrl, server.endpoint())
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .with_bucket_name("bucket")
        .build()
        .unwrap();
    let error = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthenticated { .. }), "{error}");
}

#[tokio::test]
async fn a_signed_url_lets_anybody_read() {
    let (_server, store) = service_account().await;
    let path = Path::from("folder/a key");
    store.put(&path, "bytes".into()).await.unwrap();
    let url = store.signed_url(Method::GET, &path, Duration::from_mins(1)).await.unwrap();
    assert_eq!(reqwest::get(url).await.unwrap().text().await.unwrap(), "bytes");
}

#[tokio::test]
async fn a_signed_url_lets_nobody_do_anything_else() {
    let (server, store) = service_account().await;
    let url = store.signed_url(Method::GET, &Path::from("key"), Duration::from_mins(1)).await.unwrap();
    let answer = reqwest::Client::new().put(url).body("bytes").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(server.keys("bucket").is_empty());
}

async fn granted(server: &GcsServer, refresh_token: &str) -> reqwest::Response {
    let file = std::fs::read_to_string(server.authorized_user_file()).unwrap();
    let field = |name: &str| {
        let (_, rest) = file.split_once(&format!("\"{name}\": \"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let form = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={refresh_token}",
        field("client_id"),
        field("client_secret")
    );
    reqwest::Client::new().post(field("token_uri")).body(form).send().await.unwrap()
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_the_writers_token() {
    let (server, _) = server_and_client().await;
    let file = std::fs::read_to_string(server.authorized_user_file()).unwrap();
    let (_, rest) = file.split_once("\"refresh_token\": \"").unwrap();
    let answer = granted(&server, rest.split('"').next().unwrap()).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains(server.bearer_token()));
}

#[tokio::test]
async fn a_wrong_refresh_token_is_refused() {
    let (server, _) = server_and_client().await;
    assert_eq!(granted(&server, "wrong").await.status(), 400);
}
