//! Writing an object in one request, and finding out what became of it when the answer was lost.

use freehold_domain::Timestamp;
use freehold_ports::blobs::BlobVersion;
use object_store::path::Path;
use object_store::{PutMode, PutOptions, PutPayload, PutResult};

use super::bucket::Bucket;
use super::found::{Found, bare_tag, look};
use super::provider::{Cause, ProviderError};
use super::retry::Retries;
use super::transport::AnsweredAt;
use super::write_id;

/// What must hold for a write to happen; the server decides.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition<'version> {
    Always,
    /// Nothing is there.
    Absent,
    /// What is there is this version.
    Version(&'version BlobVersion),
}

/// What became of a write whose answer was an error.
enum Verdict {
    /// It happened.
    Ours(Found),
    /// It did not happen, and never will.
    Defeat(Cause),
    /// It did not happen; it may when it is tried again.
    Again,
}

/// Writes an object in one request.
///
/// # Errors
/// `AlreadyExists` and `Precondition` only when it is certain that somebody else was faster: an answer that was lost makes our own
/// success look like a defeat, so the object is looked at first.
pub(super) async fn write(
    bucket: &Bucket,
    path: &Path,
    payload: &PutPayload,
    condition: Condition<'_>,
) -> Result<Found, ProviderError> {
    let write_id = write_id::new();
    let mut retries = Retries::new(&bucket.retry);
    let mut was_repeated = false;
    loop {
        let error = match put(bucket, path, payload, condition, &write_id).await {
            Ok(result) => {
                bucket.exists();
                return stored(bucket, path, &write_id, payload.content_length(), &result).await;
            }
            Err(error) => error,
        };
        match verdict(bucket, path, &write_id, condition, &error).await? {
            Some(Verdict::Ours(found)) => return Ok(found),
            Some(Verdict::Defeat(cause)) => return Err(ProviderError { cause, source: error.source }),
            // A request whose connection breaks is not repeated beneath: only here is it known that nothing came of it. It is repeated
            // at least once, however long the first try took.
            Some(Verdict::Again) => {
                if !retries.again().await && was_repeated {
                    return Err(error);
                }
                was_repeated = true;
            }
            None => return Err(error),
        }
    }
}

async fn put(
    bucket: &Bucket,
    path: &Path,
    payload: &PutPayload,
    condition: Condition<'_>,
    write_id: &str,
) -> Result<PutResult, ProviderError> {
    let provider = bucket.provider.as_ref();
    let mode = match condition {
        Condition::Always => PutMode::Overwrite,
        Condition::Absent => PutMode::Create,
        Condition::Version(version) => PutMode::Update(provider.condition(version)),
    };
    let options = PutOptions { mode, attributes: write_id::attributes(write_id), ..PutOptions::default() };
    let put = provider.objects().put_opts(path, payload.clone(), options).await;
    put.map_err(|error| ProviderError::new(provider, error))
}

/// What became of a write that got this error; `None` when the error says it all.
async fn verdict(
    bucket: &Bucket,
    path: &Path,
    write_id: &str,
    condition: Condition<'_>,
    error: &ProviderError,
) -> Result<Option<Verdict>, ProviderError> {
    let is_absent = matches!(condition, Condition::Version(_)) && error.cause == Cause::NotFound;
    let is_refused = is_absent || matches!(error.cause, Cause::AlreadyExists | Cause::Precondition);
    let is_open = matches!(error.cause, Cause::Conflict | Cause::Unavailable);
    if matches!(condition, Condition::Always) || !(is_refused || is_open) {
        return Ok(None);
    }
    let present = match look(bucket, path).await {
        Ok(present) => present,
        Err(_) if is_open => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(match (condition, present) {
        (_, Some(found)) if found.is_by(write_id) => Verdict::Ours(found),
        (Condition::Absent, Some(_)) => Verdict::Defeat(Cause::AlreadyExists),
        (Condition::Absent, None) if is_refused => Verdict::Defeat(Cause::AlreadyExists),
        (Condition::Version(version), Some(found)) if is_open && found.version == *version => Verdict::Again,
        (Condition::Version(_), _) => Verdict::Defeat(Cause::Precondition),
        (Condition::Absent | Condition::Always, None) | (Condition::Always, Some(_)) => Verdict::Again,
    }))
}

/// What is known of an object that was just written, by a look at it. When somebody else has replaced it meanwhile, or it cannot be
/// looked at, what the answer to the write says must do.
pub(super) async fn stored(
    bucket: &Bucket,
    path: &Path,
    write_id: &str,
    size: usize,
    result: &PutResult,
) -> Result<Found, ProviderError> {
    let version = bucket.provider.written_version(result);
    if let Ok(Some(found)) = look(bucket, path).await
        && (found.is_by(write_id) || Some(&found.version) == version.as_ref())
    {
        return Ok(found);
    }
    let version = version.ok_or_else(|| {
        ProviderError::of(Cause::Other, "the server does not name the version of an object that was written")
    })?;
    Ok(Found {
        size: size as u64,
        version,
        entity_tag: result.e_tag.as_deref().map(bare_tag),
        modified: result.extensions.get::<AnsweredAt>().map_or(Timestamp::UNIX_EPOCH, |at| at.0),
        write_id: Some(write_id.to_owned()),
    })
}
