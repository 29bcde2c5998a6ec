//! The region of a bucket is found, or given.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStores, PutOptions};
use freehold_test_servers::s3::S3Server;

use super::ground::{content, listed, put, read, stores};

fn far(server: &S3Server) -> StorageRoot {
    server.create_bucket_in("far", "ap-south-1");
    StorageRoot::from_canonical(&format!("s3://far?endpoint_url={}", server.endpoint())).unwrap()
}

#[tokio::test]
async fn the_region_is_found_whatever_the_environment_says() {
    let server = S3Server::start().await;
    let store = stores(&server, 3).open(&far(&server)).await.unwrap();
    assert_eq!(store.region(), Some("ap-south-1"));
    let content = content(1, 100);
    put(store.as_ref(), "a", &content, PutOptions::CREATE).await.unwrap();
    assert_eq!(read(store.as_ref(), "a").await, content);
}

#[tokio::test]
async fn a_wrong_region_that_was_given_is_named_with_the_right_one() {
    for server in [S3Server::builder().launch(), S3Server::builder().redirects_wrong_region().launch()] {
        let store = stores(&server, 3).open_in_region(&far(&server), "eu-west-1").await.unwrap();
        let key = "a".parse().unwrap();
        let failures = [
            listed(store.as_ref()).await.map(drop),
            store.metadata(&key).await.map(drop),
            store.read(&key, None).await.map(drop),
            put(store.as_ref(), "a", &content(1, 10), PutOptions::CREATE).await.map(drop),
            store.delete(&[key.clone(), "b".parse().unwrap()]).await,
            store.delete(std::slice::from_ref(&key)).await,
        ];
        for failure in failures {
            let Err(BlobError::WrongRegion { used, actual, .. }) = failure else { panic!("{failure:?}") };
            assert_eq!((used.as_str(), actual.as_deref()), ("eu-west-1", Some("ap-south-1")));
        }
    }
}

#[tokio::test]
async fn a_given_region_is_not_asked_for() {
    let server = S3Server::start().await;
    let root = far(&server);
    stores(&server, 3).open_in_region(&root, "ap-south-1").await.unwrap();
    assert_eq!(server.requests(), []);
}
