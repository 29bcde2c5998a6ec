//! Finding out in which region a bucket lies.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;
use http::Method;
use object_store::RetryConfig;
use object_store::client::HttpClient;

use super::account::unusable;
use super::addressing::{Addressing, aws};
use super::credentials;
use super::requests::{Request, Requests};
use crate::cloud::environment::Environment;
use crate::cloud::location::located_error;
use crate::cloud::provider::{Cause, ProviderError};
use crate::cloud::refusal::{Refusal, in_chain};

/// The region of a bucket when nobody names another.
const DEFAULT: &str = "us-east-1";

/// The header in which servers name the region of a bucket.
const REGION_HEADER: &str = "x-amz-bucket-region";

/// Asks the server for the region of a bucket; if it does not say, the configured one is taken, else the default.
///
/// # Errors
/// `BucketMissing` when AWS knows no such bucket; `Unavailable`.
pub(super) async fn find(
    root: &StorageRoot,
    environment: &Environment,
    client: &HttpClient,
    retry: &RetryConfig,
) -> Result<String, BlobError> {
    if let Some(region) = asked(root, client, retry).await? {
        return Ok(region);
    }
    let settings = credentials::settings(environment).map_err(|error| unusable(root, error))?;
    Ok(settings.region.unwrap_or_else(|| DEFAULT.to_owned()))
}

/// The region that the server names in its answer, which needs no credentials: a refusal names it, too.
async fn asked(
    root: &StorageRoot,
    client: &HttpClient,
    retry: &RetryConfig,
) -> Result<Option<String>, BlobError> {
    let bucket_url = match root.endpoint_url() {
        Some(_) => Addressing::new(root, DEFAULT).bucket_url(),
        None => format!("{}/{}", aws(DEFAULT), root.bucket().unwrap_or_default()),
    };
    let requests = Requests {
        client: client.clone(),
        retry: retry.clone(),
        bucket_url,
        region: DEFAULT.to_owned(),
        credentials: None,
        source: "anonymous, to ask for the region".into(),
    };
    let error = match requests.send(Request { method: Method::HEAD, ..Request::default() }).await {
        Ok(answer) => {
            let region = answer.headers.get(REGION_HEADER).and_then(|value| value.to_str().ok());
            return Ok(region.map(str::to_owned));
        }
        Err(error) => error,
    };
    match in_chain::<Refusal>(&error) {
        // Look-alikes may hide what the asker may not see; AWS does not.
        Some(refusal) if refusal.status == 404 && root.endpoint_url().is_none() => {
            Err(BlobError::BucketMissing { location: root.to_string() })
        }
        Some(refusal) if !refusal.is_temporary() => Ok(refusal.region.clone()),
        Some(_) | None => Err(located_error(root, None, ProviderError::of(Cause::Unavailable, error))),
    }
}
