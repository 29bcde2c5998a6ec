//! Names in a bucket that other programs chose.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStores, PutOptions, Sighting};
use freehold_test_servers::s3::S3Server;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::Method;
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpConnector, HttpRequest, HttpRequestBody, ReqwestConnector};

use super::ground::{BUCKET, bucket, content, key, listed, put, server, stores};

/// Puts an object whose name, percent-encoded, no blob needs to have.
async fn put_raw(server: &S3Server, encoded: &str, body: &'static [u8]) {
    let client = ReqwestConnector::default().connect(&ClientOptions::new().with_allow_http(true)).unwrap();
    let credential = AwsCredential {
        key_id: server.access_key_id().to_owned(),
        secret_key: server.secret_access_key().to_owned(),
        token: None,
    };
    let mut request: HttpRequest = http::Request::builder()
        .method(Method::PUT)
        .uri(format!("{}/{BUCKET}/{encoded}", server.endpoint()))
        .header("content-length", body.len())
        .body(HttpRequestBody::from(bytes::Bytes::from_static(body)))
        .unwrap();
    AwsAuthorizer::new(&credential, "s3", "us-east-1").try_authorize(&mut request, None).unwrap();
    let answer = client.execute(request).await.unwrap();
    assert!(answer.status().is_success(), "{encoded}: {}", answer.status());
}

#[tokio::test]
async fn what_stands_for_a_folder_is_no_blob() {
    let server = server();
    for name in ["folder/", "folder/inner/", "data/"] {
        put_raw(&server, name, b"").await;
    }
    put_raw(&server, "folder/a", b"1").await;
    let stores = stores(&server, 2);
    let whole = stores.open(&bucket(&server.endpoint())).await.unwrap();
    assert_eq!(listed(whole.as_ref()).await.unwrap(), ["folder/a"]);
    let folder =
        StorageRoot::from_canonical(&format!("s3://{BUCKET}/data?endpoint_url={}", server.endpoint()))
            .unwrap();
    assert!(listed(stores.open(&folder).await.unwrap().as_ref()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_that_no_blob_can_have_is_said() {
    for (encoded, shown) in [("a//b", "a//b"), ("a/%0Ab", "a/\\nb"), ("full/", "full/")] {
        let server = server();
        put_raw(&server, encoded, b"1").await;
        let store = stores(&server, 2).open(&bucket(&server.endpoint())).await.unwrap();
        let listing = listed(store.as_ref()).await;
        let Err(BlobError::UnusableName { name, .. }) = listing else { panic!("{encoded}: {listing:?}") };
        assert_eq!(name, shown);
    }
}

#[tokio::test]
async fn work_in_progress_is_neither_listed_nor_named_like_that() {
    let server = server();
    put_raw(&server, ".lamindb/.freehold-probe-1/blob", b"1").await;
    let stores = stores(&server, 2);
    let root = bucket(&server.endpoint());
    let store = stores.open(&root).await.unwrap();
    assert!(listed(store.as_ref()).await.unwrap().is_empty());
    let refused = put(store.as_ref(), "a/.freehold-b", &content(1, 10), PutOptions::CREATE).await;
    assert!(matches!(refused, Err(BlobError::Unsupported { .. })), "{refused:?}");
    put_raw(&server, "a", b"1").await;
    stores.remove_empty(&root).await.unwrap();
    assert_eq!(server.keys(BUCKET).len(), 2);
    store.delete(&[key("a")]).await.unwrap();
    stores.remove_empty(&root).await.unwrap();
    assert!(server.keys(BUCKET).is_empty());
}

#[tokio::test]
async fn impossible_names_do_not_end_a_search_for_claims() {
    let server = server();
    for name in ["a//b", "a/%0Ab", "a/full/", "b//.lamindb/storage_uid.txt", "z/.lamindb/storage_uid.txt"] {
        put_raw(&server, name, b"1").await;
    }
    let store = stores(&server, 2).open(&bucket(&server.endpoint())).await.unwrap();
    let sightings: Vec<Sighting> = store.find_claims().await.try_collect().await.unwrap();
    let expected = [
        Sighting::ClaimBelowUnusableName("b/".to_owned()),
        Sighting::Claim(key("z/.lamindb/storage_uid.txt")),
        Sighting::Passed(3),
    ];
    assert_eq!(sightings, expected);
}

#[tokio::test]
async fn claims_on_every_page_of_a_listing_are_found() {
    let server = server();
    let claims =
        ["0000/.lamindb/storage_uid.txt", "1500/.lamindb/_is_initialized", "9999/.lamindb/storage_uid.txt"];
    for name in claims {
        put_raw(&server, name, b"1").await;
    }
    let store = stores(&server, 2).open(&bucket(&server.endpoint())).await.unwrap();
    let others = stream::iter((0..2_100).map(|number| format!("{number:04}/x")));
    let put_other = async |name: String| {
        put(store.as_ref(), &name, &content(1, 1), PutOptions::CREATE).await.unwrap();
    };
    others.for_each_concurrent(16, put_other).await;
    let sightings: Vec<Sighting> = store.find_claims().await.try_collect().await.unwrap();
    let found = sightings.iter().filter(|sighting| matches!(sighting, Sighting::Claim(_)));
    assert_eq!(found.cloned().collect::<Vec<_>>(), claims.map(|claim| Sighting::Claim(key(claim))));
    let passed = sightings.iter().filter(|sighting| matches!(sighting, Sighting::Passed(_))).count();
    assert!(passed >= 3, "it came by pages: {sightings:?}");
}
