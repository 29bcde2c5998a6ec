//! Deleting objects.

use futures_util::{StreamExt, TryStreamExt, stream};
use http::Method;
use object_store::ObjectStore;
use object_store::path::Path;

use super::causes::cause_of_deletion;
use super::provider::S3Provider;
use super::requests::Request;
use crate::cloud::provider::{Cause, ProviderError};

/// How many single deletions are under way at once.
const IN_FLIGHT: usize = 16;

/// Deletes objects: many in one request each thousand, unless the server does not know such a request.
pub(super) async fn delete(provider: &S3Provider, paths: Vec<Path>) -> Result<(), ProviderError> {
    if let [path] = paths.as_slice() {
        return delete_one(provider, path, &[]).await;
    }
    match delete_many(provider, paths.clone()).await {
        Err(error) if error.cause == Cause::Unsupported => {
            stream::iter(paths.into_iter().map(Ok))
                .try_for_each_concurrent(IN_FLIGHT, async |path| delete_one(provider, &path, &[]).await)
                .await
        }
        deleted => deleted,
    }
}

/// Tries all, and gives the first error.
async fn delete_many(provider: &S3Provider, paths: Vec<Path>) -> Result<(), ProviderError> {
    let mut deletions = provider.objects.delete_stream(stream::iter(paths).map(Ok).boxed());
    let mut first = None;
    while let Some(deleted) = deletions.next().await {
        if let Err(error) = deleted {
            let words = error.to_string();
            let mut error = ProviderError::new(provider, error);
            if error.cause == Cause::Other {
                error.cause = cause_of_deletion(&words);
            }
            if error.cause != Cause::NotFound {
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(()), Err)
}

/// Deletes an object if it still has this entity tag, with its quotation marks. An absent one is success.
pub(super) async fn delete_version(
    provider: &S3Provider,
    path: &Path,
    expected: &str,
) -> Result<(), ProviderError> {
    delete_one(provider, path, &[(http::header::IF_MATCH.as_str(), expected)]).await
}

async fn delete_one(
    provider: &S3Provider,
    path: &Path,
    headers: &[(&str, &str)],
) -> Result<(), ProviderError> {
    let request = Request { method: Method::DELETE, path: Some(path), headers, ..Request::default() };
    match provider.requests.send(request).await.map_err(|error| provider.failed(error)) {
        Ok(_) => Ok(()),
        Err(error) if error.cause == Cause::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
