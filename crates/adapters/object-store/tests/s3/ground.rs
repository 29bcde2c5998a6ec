//! A server, and a location on it.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{BlobKey, StorageRoot};
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobStore, BlobStores, FromBytes, PutOptions};
use freehold_test_servers::fault_proxy::FaultProxy;
use freehold_test_servers::s3::{S3Server, S3ServerBuilder};
use futures_util::TryStreamExt;

pub(super) const BUCKET: &str = "lab";

/// A server with one bucket.
pub(super) fn server() -> S3Server {
    with_bucket(S3Server::builder())
}

pub(super) fn with_bucket(builder: S3ServerBuilder) -> S3Server {
    let server = builder.launch();
    server.create_bucket(BUCKET);
    server
}

pub(super) async fn proxy(server: &S3Server) -> FaultProxy {
    FaultProxy::start(server.endpoint()).await
}

/// The stores of the server's owner, who tries requests `attempts` times.
pub(super) fn stores(server: &S3Server, attempts: usize) -> ObjectStoreBlobStores {
    stores_of(server.environment(), attempts)
}

pub(super) fn stores_of(variables: Vec<(String, String)>, attempts: usize) -> ObjectStoreBlobStores {
    let attempts = ("AWS_MAX_ATTEMPTS".to_owned(), attempts.to_string());
    ObjectStoreBlobStores::with_environment(Environment::of_variables(
        variables.into_iter().chain([attempts]),
    ))
}

pub(super) fn root(endpoint: &str) -> StorageRoot {
    StorageRoot::from_canonical(&format!("s3://{BUCKET}/data?endpoint_url={endpoint}")).unwrap()
}

/// The whole bucket as a location.
pub(super) fn bucket(endpoint: &str) -> StorageRoot {
    StorageRoot::from_canonical(&format!("s3://{BUCKET}?endpoint_url={endpoint}")).unwrap()
}

pub(super) async fn open(server: &S3Server) -> Arc<dyn BlobStore> {
    stores(server, 3).open(&root(&server.endpoint())).await.unwrap()
}

/// The same location behind a proxy.
pub(super) async fn open_behind(
    server: &S3Server,
    proxy: &FaultProxy,
    attempts: usize,
) -> Arc<dyn BlobStore> {
    stores(server, attempts).open(&root(&proxy.endpoint())).await.unwrap()
}

pub(super) fn key(text: &str) -> BlobKey {
    text.parse().unwrap()
}

/// Bytes that differ everywhere.
pub(super) fn content(seed: u64, length: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes.into()
}

pub(super) async fn put(
    store: &dyn BlobStore,
    name: &str,
    content: &Bytes,
    options: PutOptions,
) -> Result<BlobMetadata, BlobError> {
    store.put(&key(name), FromBytes::boxed(content.clone()), options).await
}

pub(super) async fn read(store: &dyn BlobStore, name: &str) -> Bytes {
    let reader = store.read(&key(name), None).await.unwrap();
    let pieces: Vec<Bytes> = reader.body.try_collect().await.unwrap();
    pieces.concat().into()
}

pub(super) async fn listed(store: &dyn BlobStore) -> Result<Vec<String>, BlobError> {
    let mut keys: Vec<_> =
        store.list(None).await.map_ok(|metadata| metadata.key.to_string()).try_collect().await?;
    keys.sort();
    Ok(keys)
}
