//! A server of a cloud's storage, of either kind.

use std::sync::Arc;

use freehold_test_servers::LoggedRequest;
use freehold_test_servers::gcs::GcsServer;
use freehold_test_servers::s3::S3Server;
use object_store::aws::AmazonS3Builder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};

use super::StorageKind;

/// The bucket that every server has.
pub const BUCKET: &str = "freehold-tests";

/// A server of a cloud's storage. It ends with this value.
#[derive(Debug)]
pub enum Cloud {
    S3(S3Server),
    Gs(GcsServer),
}

/// Asks the server, whichever it is.
macro_rules! either {
    ($cloud:expr, $server:ident => $answer:expr) => {
        match $cloud {
            Cloud::S3($server) => $answer,
            Cloud::Gs($server) => $answer,
        }
    };
}

impl Cloud {
    /// Starts a server with an empty [`BUCKET`], unless storage is local.
    pub fn start(kind: StorageKind) -> Option<Self> {
        let cloud = match kind {
            StorageKind::Local => return None,
            StorageKind::S3 => Self::S3(S3Server::builder().launch()),
            StorageKind::Gs => Self::Gs(GcsServer::builder().launch()),
        };
        cloud.create_bucket(BUCKET);
        Some(cloud)
    }

    /// Starts a store that looks like the other of its kind and ignores the conditions of writes, with an empty [`BUCKET`]. Storage must not be
    /// local.
    #[track_caller]
    pub fn careless(kind: StorageKind) -> Self {
        let cloud = match kind {
            StorageKind::Local => panic!("a file system is not careless"),
            StorageKind::S3 => Self::S3(S3Server::builder().ignores_conditional_writes().launch()),
            StorageKind::Gs => Self::Gs(GcsServer::builder().ignores_conditional_writes().launch()),
        };
        cloud.create_bucket(BUCKET);
        cloud
    }

    /// The server, if it is one of S3.
    pub fn as_s3(&self) -> Option<&S3Server> {
        match self {
            Self::S3(server) => Some(server),
            Self::Gs(_) => None,
        }
    }

    /// A root in [`BUCKET`] without its endpoint, which the environment names.
    pub fn root(&self, place: &str) -> String {
        self.root_in(BUCKET, place)
    }

    /// A root in some bucket without its endpoint; the whole bucket if `place` is empty.
    pub fn root_in(&self, bucket: &str, place: &str) -> String {
        let slash = if place.is_empty() { "" } else { "/" };
        format!("{}://{bucket}{slash}{place}", self.scheme())
    }

    /// A root in [`BUCKET`] with its endpoint.
    pub fn whole_root(&self, place: &str) -> String {
        format!("{}?endpoint_url={}", self.root(place), self.endpoint())
    }

    fn scheme(&self) -> &'static str {
        match self {
            Self::S3(_) => "s3",
            Self::Gs(_) => "gs",
        }
    }

    /// The base URL of the server.
    pub fn endpoint(&self) -> String {
        either!(self, server => server.endpoint())
    }

    /// What a process has to be told to reach the server as the owner of its buckets.
    pub fn environment(&self) -> Vec<(String, String)> {
        either!(self, server => server.environment())
    }

    /// The same through a proxy at `endpoint`.
    pub fn environment_through(&self, endpoint: &str) -> Vec<(String, String)> {
        let own = self.endpoint();
        let mut environment = self.environment();
        for (_, value) in environment.iter_mut().filter(|(_, value)| *value == own) {
            endpoint.clone_into(value);
        }
        environment
    }

    /// The same for somebody who may only read.
    pub fn reader_environment(&self) -> Vec<(String, String)> {
        match self {
            Self::S3(server) => server.reader_environment(),
            Self::Gs(server) => {
                let mut environment = server.environment();
                environment.retain(|(name, _)| name != "GOOGLE_APPLICATION_CREDENTIALS");
                environment.push(("GOOGLE_BEARER_TOKEN".to_owned(), server.reader_bearer_token().to_owned()));
                environment
            }
        }
    }

    /// The same for somebody without credentials.
    pub fn anonymous_environment(&self) -> Vec<(String, String)> {
        let (skipped, secrets): (_, &[&str]) = match self {
            Self::S3(_) => ("AWS_SKIP_SIGNATURE", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
            Self::Gs(_) => ("GOOGLE_SKIP_SIGNATURE", &["GOOGLE_APPLICATION_CREDENTIALS"]),
        };
        let mut environment = self.environment();
        environment.retain(|(name, _)| !secrets.contains(&name.as_str()));
        environment.push((skipped.to_owned(), "true".to_owned()));
        environment
    }

    pub fn create_bucket(&self, bucket: &str) {
        either!(self, server => server.create_bucket(bucket));
    }

    /// Lets everybody read a bucket.
    pub fn make_public(&self, bucket: &str) {
        either!(self, server => server.make_public(bucket));
    }

    /// The keys of a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        either!(self, server => server.keys(bucket))
    }

    /// The bytes under a key.
    pub fn content(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        either!(self, server => server.content(bucket, key).map(|content| content.to_vec()))
    }

    /// The keys of the uploads that were neither completed nor aborted.
    pub fn unfinished_uploads(&self, bucket: &str) -> Vec<String> {
        either!(self, server => server.unfinished_uploads(bucket))
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        either!(self, server => server.requests())
    }

    /// Stores bytes as a stranger to Freehold does.
    pub fn put(&self, bucket: &str, key: &str, content: &[u8]) {
        let content = content.to_vec();
        self.as_a_stranger(bucket, async |store| {
            store.put(&Path::parse(key).unwrap(), content.into()).await.map(drop)
        });
    }

    /// Deletes bytes as a stranger to Freehold does.
    pub fn delete(&self, bucket: &str, key: &str) {
        self.as_a_stranger(bucket, async |store| store.delete(&Path::parse(key).unwrap()).await);
    }

    fn as_a_stranger(
        &self,
        bucket: &str,
        deed: impl AsyncFnOnce(Arc<dyn ObjectStore>) -> object_store::Result<()>,
    ) {
        let store: Arc<dyn ObjectStore> = match self {
            Self::S3(server) => Arc::new(
                AmazonS3Builder::new()
                    .with_endpoint(server.endpoint())
                    .with_allow_http(true)
                    .with_bucket_name(bucket)
                    .with_region("us-east-1")
                    .with_access_key_id(server.access_key_id())
                    .with_secret_access_key(server.secret_access_key())
                    .build()
                    .expect("a client"),
            ),
            Self::Gs(server) => Arc::new(
                GoogleCloudStorageBuilder::new()
                    .with_base_url(&server.endpoint())
                    .with_bearer_token(server.bearer_token())
                    .with_bucket_name(bucket)
                    .with_client_options(ClientOptions::new().with_allow_http(true))
                    .build()
                    .expect("a client"),
            ),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(deed(store)).expect("the server does as a stranger asks");
    }
}
