//! A Google Cloud Storage server in memory: the XML API with generations, bearer tokens and signed URLs.

mod bucket;
mod bucket_operations;
mod condition;
mod credential_files;
mod front;
mod identity;
mod incoming;
mod listing;
mod multipart;
mod object;
mod object_operations;
mod refusal;
mod service_account;
mod signed_url;
mod state;
mod token_endpoint;

use std::future::{Ready, ready};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use self::credential_files::CredentialFiles;
use self::identity::{READER_TOKEN, WRITER_TOKEN};
use self::state::{Shared, Switches};
use crate::hosting::Host;
use crate::request_log::LoggedRequest;

/// A Google Cloud Storage server on loopback; it ends when this value is dropped.
///
/// It decides generation preconditions under one lock, checks tokens and signatures, and keeps old generations readable.
#[derive(Debug)]
pub struct GcsServer {
    host: Host,
    shared: Arc<Shared>,
    files: CredentialFiles,
}

/// How a server deviates from what Google Cloud Storage does.
#[derive(Debug, Default, Clone)]
pub struct GcsServerBuilder {
    switches: Switches,
    port: u16,
}

impl GcsServerBuilder {
    /// Accepts `x-goog-if-generation-match` and ignores it.
    #[must_use]
    pub fn ignores_conditional_writes(mut self) -> Self {
        self.switches.ignores_conditional_writes = true;
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
    pub fn launch(self) -> GcsServer {
        let shared = Arc::new(Shared::new(self.switches));
        let host = Host::start("gcs-server", self.port, front::router(Arc::clone(&shared)))
            .expect("a port on loopback");
        let files = CredentialFiles::new(host.endpoint(), Arc::clone(&shared));
        GcsServer { host, shared, files }
    }

    /// Starts the server; for symmetry with the other servers.
    ///
    /// # Panics
    /// As [`launch`](Self::launch).
    pub fn start(self) -> Ready<GcsServer> {
        ready(self.launch())
    }
}

impl GcsServer {
    /// Starts a server that does what Google Cloud Storage does.
    ///
    /// # Panics
    /// As [`GcsServerBuilder::launch`].
    pub fn start() -> Ready<Self> {
        Self::builder().start()
    }

    /// Begins a server that deviates from Google Cloud Storage.
    #[must_use]
    pub fn builder() -> GcsServerBuilder {
        GcsServerBuilder::default()
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.host.endpoint()
    }

    /// The token of the user who may do everything.
    #[must_use]
    pub fn bearer_token(&self) -> &'static str {
        WRITER_TOKEN
    }

    /// The token of the user who may read and list, and nothing else.
    #[must_use]
    pub fn reader_bearer_token(&self) -> &'static str {
        READER_TOKEN
    }

    /// A key file of a service account that may do everything; it lives as long as the server.
    ///
    /// It names this server as its base URL and as the place to get tokens. The first call makes the key.
    ///
    /// # Panics
    /// If the key cannot be made or written.
    #[must_use]
    pub fn service_account_file(&self) -> PathBuf {
        self.files.service_account()
    }

    /// The application default credentials of a user who may do everything, for the refresh-token grant at
    /// [`token_endpoint`](Self::token_endpoint).
    ///
    /// # Panics
    /// If the file cannot be written.
    #[must_use]
    pub fn authorized_user_file(&self) -> PathBuf {
        self.files.authorized_user()
    }

    /// Where tokens are given out, for the JWT and the refresh-token grant.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        format!("{}/token", self.endpoint())
    }

    /// The environment in which a child process finds this server and a key that may do everything.
    ///
    /// # Panics
    /// As [`service_account_file`](Self::service_account_file).
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let key = self.service_account_file().display().to_string();
        vec![
            ("STORAGE_EMULATOR_HOST".to_owned(), self.endpoint()),
            ("GOOGLE_BASE_URL".to_owned(), self.endpoint()),
            ("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), key),
        ]
    }

    /// Makes an empty bucket; one that exists stays as it is.
    pub fn create_bucket(&self, name: &str) {
        self.shared.lock().buckets.entry(name.to_owned()).or_default();
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
    pub fn content(&self, bucket: &str, key: &str) -> Option<Bytes> {
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
