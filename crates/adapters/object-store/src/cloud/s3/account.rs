//! Who the process is to S3, and how its buckets are opened.

use std::sync::Arc;

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;
use tokio::sync::OnceCell;

use super::addressing::Addressing;
use super::credentials::{self, Credentials, Signatory};
use super::provider::S3Provider;
use super::region;
use super::requests::Requests;
use crate::cloud::clouds::Opening;
use crate::cloud::endpoint::is_plain;
use crate::cloud::environment::Environment;
use crate::cloud::location::located_error;
use crate::cloud::provider::{Cause, Provider, ProviderError};
use crate::cloud::refusal::CredentialsUnusable;
use crate::cloud::retry;

/// Who the process is to S3. The credentials are looked for once, when the first bucket is opened.
#[derive(Debug, Default)]
pub(crate) struct Account {
    credentials: OnceCell<Signatory>,
}

impl Account {
    /// Opens the bucket of a location.
    pub(crate) async fn open(&self, opening: Opening<'_>) -> Result<Arc<dyn Provider>, BlobError> {
        let Opening { environment, transport, root, region } = opening;
        let signatory = self
            .credentials
            .get_or_try_init(|| credentials::credentials(environment))
            .await
            .map_err(|error| unusable(root, error))?;
        let failed = |source| located_error(root, None, ProviderError::of(Cause::Other, source));
        let allow_http = root.endpoint_url().is_some_and(is_plain);
        let client = transport.client(allow_http).map_err(failed)?;
        let retry = retry::config(environment);
        let region = match region {
            Some(region) => region.to_owned(),
            None => region::find(root, environment, &client, &retry).await?,
        };
        let addressing = Addressing::new(root, &region);
        let requests = Requests {
            client,
            retry,
            bucket_url: addressing.bucket_url(),
            region,
            credentials: match &signatory.credentials {
                Credentials::Anonymous => None,
                Credentials::Keys(keys) => Some(Arc::clone(keys)),
            },
            source: Arc::clone(&signatory.source),
        };
        let provider = S3Provider::new(root, &addressing, requests, allow_http).map_err(failed)?;
        Ok(Arc::new(provider))
    }
}

/// The server that the environment, or the profile, names.
///
/// # Errors
/// When the profile cannot be read.
pub(crate) fn named_endpoint(
    environment: &Environment,
    root: &StorageRoot,
) -> Result<Option<String>, BlobError> {
    let settings = credentials::settings(environment).map_err(|error| unusable(root, error))?;
    Ok(settings.endpoint_url)
}

pub(super) fn unusable(root: &StorageRoot, error: CredentialsUnusable) -> BlobError {
    BlobError::CredentialsUnusable { location: root.to_string(), reason: error.reason }
}
