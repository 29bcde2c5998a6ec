//! Finding out what the server of a location can do, by trying it.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, RESERVED_DIRECTORY};
use freehold_ports::blobs::{BlobError, BlobVersion};
use object_store::PutPayload;
use object_store::path::Path;
use tokio::runtime::Handle;

use super::bucket::Bucket;
use super::found::{Found, look};
use super::location::Location;
use super::provider::{Cause, ProviderError};
use super::write::{Condition, write};
use super::write_id;

/// What the name of a probe's folder begins with.
const FOLDER: &str = ".freehold-probe-";

/// Finds out what the server can do, with a blob of a random name that is gone afterwards.
pub(super) async fn probe(location: &Location) -> Result<Capabilities, BlobError> {
    let folder = format!("{RESERVED_DIRECTORY}/{FOLDER}{}", write_id::new());
    let path = |name: &str| {
        let key = BlobKey::parse(&format!("{folder}/{name}"));
        let key = key.map_err(|error| location.error(ProviderError::of(Cause::Other, error)))?;
        location.path(&key)
    };
    let mut trial = Trial {
        bucket: Arc::clone(&location.bucket),
        lower: path("blob")?,
        upper: path("BLOB")?,
        is_there: true,
    };
    let found = trial.run().await;
    let cleaned = trial.clean().await;
    let capabilities = found.and_then(|capabilities| cleaned.map(|()| capabilities));
    let capabilities = capabilities.map_err(|error| location.error(error))?;
    location.bucket.set_can_swap(capabilities.compare_and_swap);
    Ok(capabilities)
}

/// A probe at work. Its blob is deleted also when it is dropped.
struct Trial {
    bucket: Arc<Bucket>,
    lower: Path,
    upper: Path,
    is_there: bool,
}

impl Trial {
    async fn run(&self) -> Result<Capabilities, ProviderError> {
        let (created, create_if_absent) = match self.store(b"1", Condition::Absent).await {
            Ok(created) => (created, self.refuses(b"2", Condition::Absent).await?),
            Err(error) if is_unsupported(&error) => (self.store(b"1", Condition::Always).await?, false),
            Err(error) => return Err(error),
        };
        let list_after_write = self.lists().await?;
        let case_sensitive = look(&self.bucket, &self.upper).await?.is_none();
        let compare_and_swap = self.swaps(&created).await?;
        Ok(Capabilities { create_if_absent, compare_and_swap, list_after_write, case_sensitive })
    }

    async fn store(&self, content: &'static [u8], condition: Condition<'_>) -> Result<Found, ProviderError> {
        let payload = PutPayload::from(Bytes::from_static(content));
        write(&self.bucket, &self.lower, &payload, condition).await
    }

    /// Whether the server refuses a write whose condition does not hold.
    async fn refuses(&self, content: &'static [u8], condition: Condition<'_>) -> Result<bool, ProviderError> {
        match self.store(content, condition).await {
            Ok(_) => Ok(false),
            Err(error) if matches!(error.cause, Cause::AlreadyExists | Cause::Precondition) => Ok(true),
            Err(error) if is_unsupported(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the present version can be replaced, and a former one neither be replaced nor removed.
    async fn swaps(&self, created: &Found) -> Result<bool, ProviderError> {
        let Some(present) = look(&self.bucket, &self.lower).await? else { return Ok(false) };
        match self.store(b"3", Condition::Version(&present.version)).await {
            Ok(_) => {}
            Err(error) if error.cause == Cause::Precondition || is_unsupported(&error) => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(self.refuses(b"4", Condition::Version(&present.version)).await?
            && self.refuses_to_remove(&created.version).await?)
    }

    async fn refuses_to_remove(&self, former: &BlobVersion) -> Result<bool, ProviderError> {
        match self.bucket.provider.delete_version(&self.lower, former).await {
            Ok(()) => Ok(false),
            Err(error) if error.cause == Cause::Precondition => Ok(true),
            Err(error) if is_unsupported(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn lists(&self) -> Result<bool, ProviderError> {
        let page = self.bucket.provider.list_page(self.lower.as_ref(), None).await?;
        Ok(page.objects.iter().any(|object| object.key == self.lower.as_ref()))
    }

    async fn clean(&mut self) -> Result<(), ProviderError> {
        let cleaned = self.bucket.provider.delete(vec![self.lower.clone()]).await;
        self.is_there = cleaned.is_err();
        cleaned
    }
}

/// Whether the server says that it does not know such a condition.
fn is_unsupported(error: &ProviderError) -> bool {
    error.cause == Cause::Unsupported
}

impl Drop for Trial {
    fn drop(&mut self) {
        if !self.is_there {
            return;
        }
        let (bucket, path) = (Arc::clone(&self.bucket), self.lower.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { bucket.provider.delete(vec![path]).await });
        }
    }
}
