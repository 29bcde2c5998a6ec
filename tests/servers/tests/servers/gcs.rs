//! What the Google Cloud Storage server does beyond what `object_store` asks of one.

use freehold_test_servers::gcs::GcsServer;
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{ClientOptions, Error, ObjectStore, ObjectStoreExt, PutMode};

/// A client of the user who may do everything.
pub(crate) fn client(server: &GcsServer, bucket: &str) -> GoogleCloudStorageBuilder {
    GoogleCloudStorageBuilder::new()
        .with_config(GoogleConfigKey::BaseUrl, server.endpoint())
        .with_config(GoogleConfigKey::BearerToken, server.bearer_token())
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .with_bucket_name(bucket)
}

/// A server with the empty bucket `bucket`, and its client.
pub(crate) async fn server_and_client() -> (GcsServer, GoogleCloudStorage) {
    let server = GcsServer::start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    (server, store)
}

#[tokio::test]
async fn a_delete_of_another_generation_deletes_nothing() {
    let (server, store) = server_and_client().await;
    let put = store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    store.put(&Path::from("key"), "newer".into()).await.unwrap();
    let answer = reqwest::Client::new()
        .delete(format!("{}/bucket/key", server.endpoint()))
        .bearer_auth(server.bearer_token())
        .header("x-goog-if-generation-match", put.version.unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 412);
    assert_eq!(server.keys("bucket"), ["key"]);
}

#[tokio::test]
async fn a_completion_with_a_precondition_is_not_implemented() {
    let (server, store) = server_and_client().await;
    let path = Path::from("key");
    let upload = store.create_multipart(&path).await.unwrap();
    let part = store.put_part(&path, &upload, 0, "new".into()).await.unwrap();
    store.put(&path, "old".into()).await.unwrap();
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        part.content_id
    );
    let answer = reqwest::Client::new()
        .post(format!("{}/bucket/key?uploadId={upload}", server.endpoint()))
        .bearer_auth(server.bearer_token())
        .header("x-goog-if-generation-match", "0")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(server.content("bucket", "key").unwrap(), "old");
    assert_eq!(server.unfinished_uploads("bucket"), ["key"]);
}

#[tokio::test]
async fn a_look_alike_overwrites_what_was_to_be_created() {
    let server = GcsServer::builder().ignores_conditional_writes().start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    let path = Path::from("claim");
    store.put_opts(&path, "first".into(), PutMode::Create.into()).await.unwrap();
    store.put_opts(&path, "second".into(), PutMode::Create.into()).await.unwrap();
    assert_eq!(server.content("bucket", "claim").unwrap(), "second");
}

#[tokio::test]
async fn a_missing_bucket_is_named() {
    let server = GcsServer::start().await;
    let error = client(&server, "nowhere").build().unwrap().get(&Path::from("key")).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("NoSuchBucket"), "{error}");
}

#[tokio::test]
async fn a_wrong_md5_is_refused() {
    let (server, _) = server_and_client().await;
    let answer = reqwest::Client::new()
        .put(format!("{}/bucket/key", server.endpoint()))
        .bearer_auth(server.bearer_token())
        .header("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")
        .body("bytes")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    assert!(server.keys("bucket").is_empty());
}

#[tokio::test]
async fn short_pages_list_every_key_once() {
    use futures_util::TryStreamExt;

    let server = GcsServer::builder().page_size(2).start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    let keys = ["a/1", "a/2", "a/3", "b", "c/1"];
    for key in keys {
        store.put(&Path::from(key), "bytes".into()).await.unwrap();
    }
    let listed: Vec<String> =
        store.list(None).map_ok(|meta| meta.location.to_string()).try_collect().await.unwrap();
    assert_eq!(listed, keys);
}
