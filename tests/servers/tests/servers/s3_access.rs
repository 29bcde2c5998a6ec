//! Whom the S3 server lets in: signatures, clocks, regions and rights.

use freehold_test_servers::s3::S3Server;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt};

use crate::s3::{client, server_and_client};

async fn refused_write(
    change: impl FnOnce(AmazonS3Builder, &S3Server) -> AmazonS3Builder,
) -> (S3Server, Error) {
    let (server, _) = server_and_client().await;
    let store = change(client(&server, "bucket"), &server).build().unwrap();
    let error = store.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(server.keys("bucket").is_empty());
    (server, error)
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let (_server, error) = refused_write(|builder, _| builder.with_secret_access_key("wrong")).await;
    assert!(error.to_string().contains("SignatureDoesNotMatch"), "{error}");
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let (_server, error) =
        refused_write(|builder, _| builder.with_access_key_id("AKIAUNKNOWN000000000")).await;
    assert!(error.to_string().contains("InvalidAccessKeyId"), "{error}");
}

#[tokio::test]
async fn the_reader_may_not_write() {
    let as_reader = |builder: AmazonS3Builder, server: &S3Server| {
        builder
            .with_access_key_id(server.reader_access_key_id())
            .with_secret_access_key(server.reader_secret_access_key())
    };
    let (_server, error) = refused_write(as_reader).await;
    assert!(error.to_string().contains("AccessDenied"), "{error}");
}

#[tokio::test]
async fn the_reader_may_read() {
    let (server, store) = server_and_client().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    let reader = client(&server, "bucket")
        .with_access_key_id(server.reader_access_key_id())
        .with_secret_access_key(server.reader_secret_access_key())
        .build()
        .unwrap();
    assert_eq!(reader.get(&Path::from("key")).await.unwrap().bytes().await.unwrap(), "bytes");
}

#[tokio::test]
async fn everybody_may_read_a_public_bucket() {
    let (server, store) = server_and_client().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    server.make_public("bucket");
    let anonymous = client(&server, "bucket").with_skip_signature(true).build().unwrap();
    assert_eq!(anonymous.get(&Path::from("key")).await.unwrap().bytes().await.unwrap(), "bytes");
}

#[tokio::test]
async fn nobody_may_write_to_a_public_bucket_without_a_key() {
    let (server, _) = server_and_client().await;
    server.make_public("bucket");
    let anonymous = client(&server, "bucket").with_skip_signature(true).build().unwrap();
    let error = anonymous.put(&Path::from("key"), "bytes".into()).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error}");
}

#[tokio::test]
async fn nobody_may_read_a_private_bucket_without_a_key() {
    let (server, _) = server_and_client().await;
    let anonymous = client(&server, "bucket").with_skip_signature(true).build().unwrap();
    let error = anonymous.get(&Path::from("key")).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error}");
}

#[tokio::test]
async fn the_error_of_a_wrong_region_names_the_right_one() {
    let server = S3Server::start().await;
    server.create_bucket_in("bucket", "eu-central-1");
    let error = client(&server, "bucket").build().unwrap().get(&Path::from("key")).await.unwrap_err();
    assert!(error.to_string().contains("<Region>eu-central-1</Region>"), "{error}");
}

#[tokio::test]
async fn a_regional_endpoint_redirects() {
    let server = S3Server::builder().redirects_wrong_region().start().await;
    server.create_bucket_in("bucket", "eu-central-1");
    let _ = client(&server, "bucket").build().unwrap().get(&Path::from("key")).await.unwrap_err();
    assert_eq!(server.requests()[0].status, Some(301));
}

#[tokio::test]
async fn a_refused_head_of_a_bucket_tells_its_region() {
    let server = S3Server::start().await;
    server.create_bucket_in("bucket", "eu-central-1");
    let answer = reqwest::Client::new().head(format!("{}/bucket", server.endpoint())).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.headers()["x-amz-bucket-region"], "eu-central-1");
}

#[tokio::test]
async fn a_skewed_clock_is_refused() {
    let (server, _) = server_and_client().await;
    let answer = reqwest::Client::new()
        .get(format!("{}/bucket/key", server.endpoint()))
        .header("x-amz-date", "20200101T000000Z")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential={}/20200101/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
                server.access_key_id(),
                "0".repeat(64)
            ),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    let body = answer.text().await.unwrap();
    assert!(body.contains("RequestTimeTooSkewed"), "{body}");
}
