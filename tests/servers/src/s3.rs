//! An S3 server in memory: real signatures, real conditional writes, one lock.

mod access;
mod bucket;
mod bucket_operations;
mod checksum;
mod condition;
mod front;
mod listing;
mod multipart;
mod object;
mod object_operations;
mod operations;
mod region;
mod state;

use std::future::{Ready, ready};
use std::sync::Arc;

use self::access::{AccessRules, READER_KEYS, WRITER_KEYS};
use self::bucket::Bucket;
use self::operations::Operations;
use self::region::WrongRegion;
use self::state::{Shared, Switches};
use crate::hosting::Host;
use crate::request_log::LoggedRequest;

/// The region of a bucket for which none was named.
pub const DEFAULT_REGION: &str = "us-east-1";

/// An S3 server on loopback with path-style addresses; it ends when this value is dropped.
///
/// It checks signatures, clocks, regions and checksums, and decides conditional writes under one lock. It has two key pairs: the owner,
/// who may do everything, and a reader, who may read and list.
#[derive(Debug)]
pub struct S3Server {
    host: Host,
    shared: Arc<Shared>,
}

/// How a server deviates from what S3 does.
#[derive(Debug, Default, Clone)]
pub struct S3ServerBuilder {
    switches: Switches,
    wrong_region: WrongRegion,
    port: u16,
}

impl S3ServerBuilder {
    /// Accepts the headers of conditional writes and deletes, and ignores them, as some look-alikes do.
    #[must_use]
    pub fn ignores_conditional_writes(mut self) -> Self {
        self.switches.ignores_conditional_writes = true;
        self
    }

    /// Answers a request for another region with 301 `PermanentRedirect`, as a regional endpoint does, in place of 400
    /// `AuthorizationHeaderMalformed`.
    #[must_use]
    pub fn redirects_wrong_region(mut self) -> Self {
        self.wrong_region = WrongRegion::Redirected;
        self
    }

    /// Answers at most `entries` keys and folders per page of a listing, whatever the client asks for.
    #[must_use]
    pub fn page_size(mut self, entries: usize) -> Self {
        self.switches.page_size = entries.max(1);
        self
    }

    /// Listens on `port` in place of any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    /// If the port cannot be opened: no test can run then.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without its server has nothing to go on with")]
    pub fn launch(self) -> S3Server {
        let shared = Arc::new(Shared::new(self.switches));
        let operations = Operations::new(Arc::clone(&shared));
        let rules = AccessRules::new(Arc::clone(&shared));
        let router = front::router(operations, rules, Arc::clone(&shared), self.wrong_region);
        let host = Host::start("s3-server", self.port, router).expect("a port on loopback");
        S3Server { host, shared }
    }

    /// Starts the server; for symmetry with the other servers.
    ///
    /// # Panics
    /// As [`launch`](Self::launch).
    pub fn start(self) -> Ready<S3Server> {
        ready(self.launch())
    }
}

impl S3Server {
    /// Starts a server that does what S3 does.
    ///
    /// # Panics
    /// As [`S3ServerBuilder::launch`].
    pub fn start() -> Ready<Self> {
        Self::builder().start()
    }

    /// Begins a server that deviates from S3.
    #[must_use]
    pub fn builder() -> S3ServerBuilder {
        S3ServerBuilder::default()
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.host.endpoint()
    }

    /// The owner's key.
    #[must_use]
    pub fn access_key_id(&self) -> &'static str {
        WRITER_KEYS.id
    }

    /// The owner's secret.
    #[must_use]
    pub fn secret_access_key(&self) -> &'static str {
        WRITER_KEYS.secret
    }

    /// The key of the user who may read and list, and nothing else.
    #[must_use]
    pub fn reader_access_key_id(&self) -> &'static str {
        READER_KEYS.id
    }

    /// The secret of the user who may read and list.
    #[must_use]
    pub fn reader_secret_access_key(&self) -> &'static str {
        READER_KEYS.secret
    }

    /// The environment in which a child process finds this server and its owner's keys, and nothing of the machine's own settings.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment_as(self.access_key_id(), self.secret_access_key())
    }

    /// As [`environment`](Self::environment), for the user who may only read.
    #[must_use]
    pub fn reader_environment(&self) -> Vec<(String, String)> {
        self.environment_as(self.reader_access_key_id(), self.reader_secret_access_key())
    }

    fn environment_as(&self, key: &str, secret: &str) -> Vec<(String, String)> {
        let endpoint = self.endpoint();
        [
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", DEFAULT_REGION),
            ("AWS_ENDPOINT_URL_S3", &endpoint),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Makes an empty bucket in [`DEFAULT_REGION`]; one that exists stays as it is.
    pub fn create_bucket(&self, name: &str) {
        self.create_bucket_in(name, DEFAULT_REGION);
    }

    /// Makes an empty bucket in `region`; one that exists stays as it is.
    pub fn create_bucket_in(&self, name: &str, region: &str) {
        self.shared.lock().buckets.entry(name.to_owned()).or_insert_with(|| Bucket::new(region));
    }

    /// Lets everybody read and list `bucket`, and nobody new write to it.
    pub fn make_public(&self, bucket: &str) {
        if let Some(bucket) = self.shared.lock().buckets.get_mut(bucket) {
            bucket.public = true;
        }
    }

    /// The keys of `bucket` in order; none if there is no such bucket.
    #[must_use]
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        self.shared
            .lock()
            .buckets
            .get(bucket)
            .map(|bucket| bucket.objects.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// The bytes under `key`, if there are any.
    #[must_use]
    pub fn content(&self, bucket: &str, key: &str) -> Option<bytes::Bytes> {
        let state = self.shared.lock();
        Some(state.buckets.get(bucket)?.objects.get(key)?.content.to_bytes())
    }

    /// The keys of the multipart uploads of `bucket` that were neither completed nor aborted.
    #[must_use]
    pub fn unfinished_uploads(&self, bucket: &str) -> Vec<String> {
        let state = self.shared.lock();
        let Some(bucket) = state.buckets.get(bucket) else { return Vec::new() };
        let mut keys: Vec<String> = bucket.uploads.values().map(|upload| upload.key.clone()).collect();
        keys.sort();
        keys
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.log.requests()
    }
}
