//! What an upload leaves behind whose process died: listed, and aborted.

use freehold_ports::blobs::{BlobStore, BlobStores, PutOptions, UnfinishedUpload};
use freehold_test_servers::gcs::GcsServer;
use futures_util::TryStreamExt;
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStoreExt};

use super::ground::{BUCKET, content, listed, open, put, server, stores};

const RANDOM: &str = "00112233445566778899aabbccddeeff";

/// A client that knows nothing of Freehold.
fn client(server: &GcsServer) -> GoogleCloudStorage {
    GoogleCloudStorageBuilder::new()
        .with_bucket_name(BUCKET)
        .with_base_url(&server.endpoint())
        .with_bearer_token(server.bearer_token())
        .with_client_options(ClientOptions::new().with_allow_http(true))
        .build()
        .unwrap()
}

async fn unfinished(store: &dyn BlobStore) -> Vec<UnfinishedUpload> {
    store.unfinished_uploads().await.try_collect().await.unwrap()
}

#[tokio::test]
async fn parts_left_behind_are_listed_under_their_key_and_aborted() {
    let server = server();
    let path = Path::parse(format!("data/.lamindb/.freehold-upload-{RANDOM}-blob.csv")).unwrap();
    let upload = client(&server).create_multipart(&path).await.unwrap();
    client(&server).put_part(&path, &upload, 0, "bytes".into()).await.unwrap();
    let store = open(&server).await;
    let found = unfinished(store.as_ref()).await;
    assert_eq!(found.iter().map(|upload| upload.key.to_string()).collect::<Vec<_>>(), [".lamindb/blob.csv"]);
    for _ in 0..2 {
        store.abort_upload(&found[0]).await.unwrap();
        assert!(server.unfinished_uploads(BUCKET).is_empty());
    }
    assert_eq!(unfinished(store.as_ref()).await, []);
}

#[tokio::test]
async fn what_was_put_together_and_not_copied_is_no_blob_but_an_upload() {
    let server = server();
    let path = Path::parse(format!("data/.lamindb/.freehold-upload-{RANDOM}-blob.csv")).unwrap();
    client(&server).put(&path, "bytes".into()).await.unwrap();
    let store = open(&server).await;
    put(store.as_ref(), ".lamindb/other", &content(1, 10), PutOptions::CREATE).await.unwrap();
    assert_eq!(listed(store.as_ref()).await.unwrap(), [".lamindb/other"]);
    let found = unfinished(store.as_ref()).await;
    assert_eq!(found.iter().map(|upload| upload.key.to_string()).collect::<Vec<_>>(), [".lamindb/blob.csv"]);
    for _ in 0..2 {
        store.abort_upload(&found[0]).await.unwrap();
        assert_eq!(server.keys(BUCKET), ["data/.lamindb/other"]);
    }
}

#[tokio::test]
async fn an_upload_of_another_program_is_listed_and_aborted() {
    let server = server();
    let path = Path::from("data/raw/plate.csv");
    client(&server).create_multipart(&path).await.unwrap();
    let store = open(&server).await;
    let found = unfinished(store.as_ref()).await;
    assert_eq!(found.iter().map(|upload| upload.key.to_string()).collect::<Vec<_>>(), ["raw/plate.csv"]);
    store.abort_upload(&found[0]).await.unwrap();
    assert!(server.unfinished_uploads(BUCKET).is_empty());
}

#[tokio::test]
async fn many_unfinished_uploads_are_listed_page_by_page() {
    let server = GcsServer::builder().page_size(3).launch();
    server.create_bucket(BUCKET);
    for number in 0..7 {
        let path = Path::parse(format!("data/.lamindb/.freehold-upload-{RANDOM}-{number}")).unwrap();
        client(&server).create_multipart(&path).await.unwrap();
        let staged = Path::parse(format!("data/.lamindb/.freehold-upload-{RANDOM}-done-{number}")).unwrap();
        client(&server).put(&staged, "bytes".into()).await.unwrap();
    }
    let stores = stores(&[("GOOGLE_BEARER_TOKEN", server.bearer_token())]);
    let store = stores.open(&super::ground::root(&server.endpoint())).await.unwrap();
    assert_eq!(unfinished(store.as_ref()).await.len(), 14);
}
