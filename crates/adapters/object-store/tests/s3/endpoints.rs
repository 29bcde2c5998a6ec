//! Which server a location is on.

use freehold_domain::StorageRoot;
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_ports::blobs::{BlobError, BlobStores};

fn stores(variables: &[(&str, &str)]) -> ObjectStoreBlobStores {
    let isolated = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")];
    ObjectStoreBlobStores::with_environment(Environment::of_variables(
        isolated.into_iter().chain(variables.iter().copied()),
    ))
}

async fn resolved(variables: &[(&str, &str)], root: &str) -> String {
    let root = StorageRoot::from_canonical(root).unwrap();
    stores(variables).resolve(&root).await.unwrap().to_string()
}

#[tokio::test]
async fn a_root_gets_the_endpoint_of_the_environment() {
    let variables = [("AWS_ENDPOINT_URL", "http://localhost:9000/")];
    assert_eq!(resolved(&variables, "s3://lab/raw").await, "s3://lab/raw?endpoint_url=http://localhost:9000");
}

#[tokio::test]
async fn the_endpoint_for_s3_counts_more_than_that_for_all() {
    let variables =
        [("AWS_ENDPOINT_URL", "https://all.example"), ("AWS_ENDPOINT_URL_S3", "https://s3.example")];
    assert_eq!(resolved(&variables, "s3://lab").await, "s3://lab?endpoint_url=https://s3.example");
}

#[tokio::test]
async fn a_root_keeps_its_own_endpoint() {
    let root = "s3://lab?endpoint_url=https://own.example";
    assert_eq!(resolved(&[("AWS_ENDPOINT_URL", "https://all.example")], root).await, root);
}

#[tokio::test]
async fn a_root_is_on_aws_when_nothing_else_is_said() {
    assert_eq!(resolved(&[], "s3://lab/raw").await, "s3://lab/raw");
    let ignored =
        [("AWS_ENDPOINT_URL", "https://all.example"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
    assert_eq!(resolved(&ignored, "s3://lab/raw").await, "s3://lab/raw");
}

#[tokio::test]
async fn data_never_goes_over_a_network_without_tls_unasked() {
    let root = StorageRoot::from_canonical("s3://lab?endpoint_url=http://minio.example:9000").unwrap();
    for refused in [stores(&[]).open(&root).await.map(drop), stores(&[]).resolve(&root).await.map(drop)] {
        let Err(BlobError::NotALocation { reason, .. }) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("FREEHOLD_ALLOW_HTTP=true"), "{reason}");
    }
    stores(&[("FREEHOLD_ALLOW_HTTP", "true")]).resolve(&root).await.unwrap();
}
