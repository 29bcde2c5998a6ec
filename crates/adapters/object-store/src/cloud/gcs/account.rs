//! Who the process is to Google Cloud Storage, and how its buckets are opened.

use std::sync::Arc;

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;
use object_store::client::HttpClient;
use tokio::sync::OnceCell;

use super::checksums::Checksums;
use super::credentials::{self, Credentials};
use super::provider::GcsProvider;
use super::requests::Requests;
use crate::cloud::clouds::Opening;
use crate::cloud::endpoint::{OwnServer, is_plain};
use crate::cloud::environment::Environment;
use crate::cloud::location::located_error;
use crate::cloud::provider::{Cause, Provider, ProviderError};
use crate::cloud::retry;

/// Google's own server.
const SERVER: &str = "https://storage.googleapis.com";

/// The variables that name another server, the one of emulators first.
const ENDPOINTS: [&str; 2] = ["STORAGE_EMULATOR_HOST", "GOOGLE_BASE_URL"];

/// Who the process is to Google Cloud Storage. The credentials are looked for once, when the first bucket is opened.
#[derive(Debug, Default)]
pub(crate) struct Account {
    credentials: OnceCell<Credentials>,
}

impl Account {
    /// Opens the bucket of a location.
    pub(crate) async fn open(&self, opening: Opening<'_>) -> Result<Arc<dyn Provider>, BlobError> {
        let Opening { environment, transport, root, region } = opening;
        if let Some(region) = region {
            tracing::debug!(region, "a region was given, which Google Cloud Storage does not need");
        }
        let credentials =
            self.credentials.get_or_try_init(|| credentials::credentials(environment)).await.map_err(
                |error| BlobError::CredentialsUnusable { location: root.to_string(), reason: error.reason },
            )?;
        let failed = |source| located_error(root, None, ProviderError::of(Cause::Other, source));
        let allow_http = root.endpoint_url().is_some_and(is_plain);
        let client = transport.client(allow_http).map_err(failed)?;
        let requests = Requests {
            client: HttpClient::new(Checksums::new(client)),
            retry: retry::config(environment),
            server: server(root).to_owned(),
            bucket: root.bucket().unwrap_or_default().to_owned(),
            tokens: credentials.tokens().cloned(),
            source: Arc::clone(credentials.source()),
        };
        let provider =
            GcsProvider::new(requests, credentials.signer().clone(), allow_http).map_err(failed)?;
        Ok(Arc::new(provider))
    }
}

fn server(root: &StorageRoot) -> &str {
    root.endpoint_url().unwrap_or(SERVER)
}

/// The server that the environment names; `None` is Google's own.
pub(crate) fn named_endpoint(environment: &Environment) -> Option<String> {
    let named = environment.first_of(&ENDPOINTS)?;
    // Emulators are named by host and port alone.
    let url = if named.contains("://") { named } else { format!("http://{named}") };
    Some(url.trim_end_matches('/').to_owned())
}

/// What the URL of a server says, when it is one of Google: its own server need not be named, and the hosts of buckets are not to be.
pub(crate) fn own_server(url: &str) -> Option<OwnServer> {
    if url == SERVER {
        return Some(OwnServer::Default);
    }
    let host = url.split_once("://")?.1.split(['/', ':']).next().unwrap_or_default();
    host.ends_with(".storage.googleapis.com").then_some(OwnServer::OfOneBucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(variables: &[(&str, &str)]) -> Option<String> {
        named_endpoint(&Environment::of_variables(variables.iter().copied()))
    }

    #[test]
    fn an_emulator_may_be_named_by_its_host() {
        let url = Some("http://localhost:4443".to_owned());
        assert_eq!(named(&[("STORAGE_EMULATOR_HOST", "localhost:4443")]), url);
        assert_eq!(named(&[("STORAGE_EMULATOR_HOST", "http://localhost:4443/")]), url);
    }

    #[test]
    fn an_emulator_counts_more_than_a_base_url() {
        let variables =
            [("GOOGLE_BASE_URL", "https://b.example"), ("STORAGE_EMULATOR_HOST", "https://a.example")];
        assert_eq!(named(&variables).as_deref(), Some("https://a.example"));
    }

    #[test]
    fn the_server_of_google_is_no_other_place() {
        assert_eq!(own_server("https://storage.googleapis.com"), Some(OwnServer::Default));
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn a_host_that_names_a_bucket_is_of_one_bucket() {
        assert_eq!(own_server("https://lab.storage.googleapis.com"), Some(OwnServer::OfOneBucket));
        for other in ["https://storage.europe-west3.rep.googleapis.com", "http://localhost:4443"] {
            assert_eq!(own_server(other), None, "{other}");
        }
    }
}
