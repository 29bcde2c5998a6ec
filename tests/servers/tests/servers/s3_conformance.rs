//! The conformance functions of `object_store` on the S3 server, with each checksum and with short pages.

use freehold_test_servers::s3::S3Server;
use object_store::ObjectStoreExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3CopyIfNotExists};
use object_store::integration;
use object_store::path::Path;

use crate::s3::{client, server_and_client};

async fn store() -> (S3Server, AmazonS3) {
    with(|builder| builder.with_copy_if_not_exists(S3CopyIfNotExists::Multipart)).await
}

mod plain {
    crate::conformance::conformance!();
}

async fn with(change: impl FnOnce(AmazonS3Builder) -> AmazonS3Builder) -> (S3Server, AmazonS3) {
    let (server, _) = server_and_client().await;
    let store = change(client(&server, "bucket")).build().unwrap();
    (server, store)
}

#[tokio::test]
async fn put_get_delete_list_with_sha256() {
    let (_server, store) = with(|builder| builder.with_checksum_algorithm(Checksum::SHA256)).await;
    integration::put_get_delete_list(&store).await;
}

#[tokio::test]
async fn put_get_delete_list_with_crc64nvme() {
    let (_server, store) = with(|builder| builder.with_checksum_algorithm(Checksum::CRC64NVME)).await;
    integration::put_get_delete_list(&store).await;
}

#[tokio::test]
async fn put_get_delete_list_with_unsigned_payload() {
    let (_server, store) = with(|builder| builder.with_unsigned_payload(true)).await;
    integration::put_get_delete_list(&store).await;
}

#[tokio::test]
async fn put_get_delete_list_with_short_pages() {
    let server = S3Server::builder().page_size(2).start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    integration::put_get_delete_list(&store).await;
}

#[tokio::test]
async fn copy_if_not_exists_by_header() {
    let by_header = S3CopyIfNotExists::Header("if-none-match".to_owned(), "*".to_owned());
    let (_server, store) = with(|builder| builder.with_copy_if_not_exists(by_header)).await;
    integration::copy_if_not_exists(&store).await;
}

async fn multipart_with(checksum: Checksum) {
    let (server, store) = with(|builder| builder.with_checksum_algorithm(checksum)).await;
    let mut upload = store.put_multipart(&Path::from("key")).await.unwrap();
    upload.put_part(vec![1; 6 * 1024 * 1024].into()).await.unwrap();
    upload.put_part(vec![2; 100].into()).await.unwrap();
    upload.complete().await.unwrap();
    assert_eq!(server.content("bucket", "key").unwrap().len(), 6 * 1024 * 1024 + 100);
}

#[tokio::test]
async fn multipart_with_sha256() {
    multipart_with(Checksum::SHA256).await;
}

#[tokio::test]
async fn multipart_with_crc64nvme() {
    multipart_with(Checksum::CRC64NVME).await;
}
