//! Looking at an object: whether it is there, and in which version.

use freehold_domain::{BlobKey, Timestamp};
use freehold_ports::blobs::{BlobMetadata, BlobVersion, Readership};
use object_store::path::Path;
use object_store::{Attributes, GetOptions, GetResult, ObjectMeta};

use super::bucket::Bucket;
use super::provider::{Cause, Provider, ProviderError};
use super::write_id;

/// How often a look is repeated when the object comes and goes meanwhile.
const LOOKS: usize = 3;

/// What is known of an object that is there.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) size: u64,
    pub(super) version: BlobVersion,
    /// Without quotation marks.
    pub(super) entity_tag: Option<String>,
    pub(super) modified: Timestamp,
    /// The mark of the write that made it, where it has one.
    pub(super) write_id: Option<String>,
}

impl Found {
    /// What an answer says of its object.
    pub(super) fn of(
        provider: &dyn Provider,
        meta: &ObjectMeta,
        attributes: &Attributes,
    ) -> Result<Self, ProviderError> {
        let version = provider.version(meta).ok_or_else(|| {
            ProviderError::of(Cause::Other, "the server does not name the version of an object")
        })?;
        Ok(Self {
            size: meta.size,
            version,
            entity_tag: meta.e_tag.as_deref().map(bare_tag),
            modified: meta.last_modified,
            write_id: write_id::of(attributes),
        })
    }

    pub(super) fn of_result(provider: &dyn Provider, result: &GetResult) -> Result<Self, ProviderError> {
        Self::of(provider, &result.meta, &result.attributes)
    }

    /// The same as the port has it.
    pub(super) fn into_metadata(self, key: &BlobKey) -> BlobMetadata {
        BlobMetadata {
            key: key.clone(),
            size: self.size,
            version: self.version,
            entity_tag: self.entity_tag,
            modified: self.modified,
            readership: Readership::Usual,
        }
    }

    /// Whether the object is what the write with this mark left.
    pub(super) fn is_by(&self, write_id: &str) -> bool {
        self.write_id.as_deref() == Some(write_id)
    }
}

/// An entity tag without its quotation marks, and without the sign of a weak one.
pub(crate) fn bare_tag(tag: &str) -> String {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()
}

/// Looks whether an object is there.
///
/// An answer to `HEAD` has no document that would say why it is none, and "404" can mean the bucket, too. What is not clear is
/// therefore asked again with `GET`.
pub(super) async fn look(bucket: &Bucket, path: &Path) -> Result<Option<Found>, ProviderError> {
    let provider = bucket.provider.as_ref();
    let ask = async |options: GetOptions| match provider.objects().get_opts(path, options).await {
        Ok(result) => Found::of_result(provider, &result),
        Err(error) => Err(ProviderError::new(provider, error)),
    };
    for _ in 0..LOOKS {
        let error = match ask(GetOptions { head: true, ..GetOptions::default() }).await {
            Ok(found) => {
                bucket.exists();
                return Ok(Some(found));
            }
            Err(error) => error,
        };
        if error.cause == Cause::NotFound && bucket.is_known_to_exist() {
            return Ok(None);
        }
        if error.cause == Cause::Unavailable {
            return Err(error);
        }
        match ask(GetOptions { range: Some((0..1).into()), ..GetOptions::default() }).await {
            Ok(found) => return Ok(Some(found)),
            Err(error) if error.cause == Cause::NotFound => {
                bucket.exists();
                return Ok(None);
            }
            // It is empty: only `HEAD` can say more.
            Err(error) if error.cause == Cause::OutOfRange => {}
            Err(error) => return Err(error),
        }
    }
    Err(ProviderError::of(Cause::Unavailable, "the object comes and goes"))
}
