//! A server, and a location on it.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{BlobKey, StorageRoot};
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobStore, BlobStores, FromBytes, PutOptions};
use freehold_test_servers::fault_proxy::FaultProxy;
use freehold_test_servers::gcs::GcsServer;
use futures_util::TryStreamExt;

pub(super) const BUCKET: &str = "lab";

/// A server with one bucket.
pub(super) fn server() -> GcsServer {
    let server = GcsServer::builder().launch();
    server.create_bucket(BUCKET);
    server
}

pub(super) async fn proxy(server: &GcsServer) -> FaultProxy {
    FaultProxy::start(server.endpoint()).await
}

/// Stores with these variables alone; requests are tried twice, and no metadata server is looked for unless one is named.
pub(super) fn stores(variables: &[(&str, &str)]) -> ObjectStoreBlobStores {
    let is_machine = variables.iter().any(|(name, _)| *name == "GCE_METADATA_HOST");
    let others =
        [("AWS_MAX_ATTEMPTS", "2")].into_iter().chain((!is_machine).then_some(("NO_GCE_CHECK", "true")));
    ObjectStoreBlobStores::with_environment(Environment::of_variables(
        others.chain(variables.iter().copied()),
    ))
}

pub(super) fn root(endpoint: &str) -> StorageRoot {
    StorageRoot::from_canonical(&format!("gs://{BUCKET}/data?endpoint_url={endpoint}")).unwrap()
}

/// The location, opened by the user who may do everything.
pub(super) async fn open(server: &GcsServer) -> Arc<dyn BlobStore> {
    open_at(server, &server.endpoint()).await
}

/// The same location behind a proxy.
pub(super) async fn open_at(server: &GcsServer, endpoint: &str) -> Arc<dyn BlobStore> {
    let variables = [("GOOGLE_BEARER_TOKEN", server.bearer_token()), ("AWS_MAX_ATTEMPTS", "4")];
    stores(&variables).open(&root(endpoint)).await.unwrap()
}

/// The location, opened with these variables.
pub(super) async fn open_with(
    server: &GcsServer,
    variables: &[(&str, &str)],
) -> Result<Arc<dyn BlobStore>, BlobError> {
    stores(variables).open(&root(&server.endpoint())).await
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

pub(super) async fn read(store: &dyn BlobStore, name: &str) -> Result<Bytes, BlobError> {
    let reader = store.read(&key(name), None).await?;
    let pieces: Vec<Bytes> = reader.body.try_collect().await.unwrap();
    Ok(pieces.concat().into())
}

pub(super) async fn listed(store: &dyn BlobStore) -> Result<Vec<String>, BlobError> {
    let mut keys: Vec<_> =
        store.list(None).await.map_ok(|metadata| metadata.key.to_string()).try_collect().await?;
    keys.sort();
    Ok(keys)
}

/// Shows that these credentials may write and read.
pub(super) async fn writes_and_reads(store: &dyn BlobStore) {
    put(store, "a", &content(1, 100), PutOptions::CREATE).await.unwrap();
    assert_eq!(read(store, "a").await.unwrap(), content(1, 100));
}

/// Why credentials are unusable.
pub(super) fn unusable<T>(outcome: Result<T, BlobError>) -> String {
    match outcome.err() {
        Some(BlobError::CredentialsUnusable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}
