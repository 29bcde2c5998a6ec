//! A server, and a home folder with the files of AWS's tools.

use std::sync::Arc;

use freehold_domain::{BlobKey, StorageRoot};
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores, FromBytes, PutOptions};
use freehold_test_servers::s3::S3Server;
use tempfile::TempDir;

pub(super) const BUCKET: &str = "lab";

/// A server with one bucket.
pub(super) fn server() -> S3Server {
    let server = S3Server::builder().launch();
    server.create_bucket(BUCKET);
    server
}

/// A home folder with these files of AWS's tools.
pub(super) fn home(config: &str, credentials: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config"), config).unwrap();
    std::fs::write(folder.join("credentials"), credentials).unwrap();
    home
}

/// Stores with these variables alone; no metadata service is looked for unless one is named.
pub(super) fn stores(home: Option<&TempDir>, variables: &[(&str, &str)]) -> ObjectStoreBlobStores {
    let is_machine = variables.iter().any(|(name, _)| *name == "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    let home = home.map(|home| ("HOME", home.path().to_str().unwrap()));
    let off = (!is_machine).then_some(("AWS_EC2_METADATA_DISABLED", "true"));
    let variables = variables.iter().copied().chain(home).chain(off).chain([("AWS_MAX_ATTEMPTS", "2")]);
    ObjectStoreBlobStores::with_environment(Environment::of_variables(variables))
}

pub(super) fn root(server: &S3Server) -> StorageRoot {
    StorageRoot::from_canonical(&format!("s3://{BUCKET}/data?endpoint_url={}", server.endpoint())).unwrap()
}

pub(super) async fn open(
    server: &S3Server,
    home: Option<&TempDir>,
    variables: &[(&str, &str)],
) -> Result<Arc<dyn BlobStore>, BlobError> {
    stores(home, variables).open(&root(server)).await
}

pub(super) fn key() -> BlobKey {
    "a".parse().unwrap()
}

/// Shows that these credentials may write.
pub(super) async fn writes(store: &dyn BlobStore) {
    store.put(&key(), FromBytes::boxed("bytes"), PutOptions::CREATE).await.unwrap();
}

/// Why credentials are unusable.
pub(super) fn unusable<T>(outcome: Result<T, BlobError>) -> String {
    match outcome.err() {
        Some(BlobError::CredentialsUnusable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

/// The document of a service that gives the server's own keys until then.
pub(super) fn keys(server: &S3Server, until: &str) -> String {
    format!(
        r#"{{"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "{}", "SecretAccessKey": "{}", "Token": "token", "Expiration": "{until}"}}"#,
        server.access_key_id(),
        server.secret_access_key()
    )
}

/// A time at which no test will be run.
pub(super) const FAR: &str = "2099-01-01T00:00:00Z";

/// A time that is over.
pub(super) const PAST: &str = "2001-01-01T00:00:00Z";
