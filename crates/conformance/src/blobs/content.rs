//! Content to store, bodies that misbehave on purpose, and ways to look at what is stored.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use bytes::Bytes;
use freehold_domain::{BlobKey, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, ByteStream, FromBytes, PutOptions,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::oneshot;

use crate::case::{Failure, Outcome, ensure, ensure_equal, present};

/// What a body that fails on purpose says.
pub(super) const BODY_FAILURE: &str = "the source of the body failed on purpose";

pub(super) fn key(text: &str) -> Result<BlobKey, Failure> {
    Ok(BlobKey::parse(text)?)
}

/// Content that is different for different seeds, in every part.
pub(super) fn content(seed: usize, length: usize) -> Bytes {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(length).collect()
}

/// A body of pieces of odd sizes, some of them empty.
pub(super) fn in_pieces(content: &Bytes) -> ByteStream {
    let sizes = [1, 0, 65_537, 3, 1_000_003, 17, 262_145];
    let mut pieces = Vec::new();
    let mut rest = content.clone();
    for size in sizes.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        pieces.push(Ok(rest.split_to(size.min(rest.len()))));
    }
    stream::iter(pieces).boxed()
}

/// A body that fails after this beginning.
pub(super) fn failing_after(beginning: Bytes) -> ByteStream {
    let failure = stream::once(async { Err(io::Error::other(BODY_FAILURE)) });
    stream::iter([Ok(beginning)]).chain(failure).boxed()
}

/// The other side of a body that waits in its middle.
pub(super) struct Stalled {
    /// Done once the body was asked for its second half.
    pub(super) reached: oneshot::Receiver<()>,
    /// Lets the body go on.
    pub(super) go_on: oneshot::Sender<()>,
}

/// A body that waits in its middle until it is told to go on.
pub(super) fn stalling(content: &Bytes) -> (ByteStream, Stalled) {
    let (reaching, reached) = oneshot::channel();
    let (go_on, waiting) = oneshot::channel::<()>();
    let (first, second) = (content.slice(..content.len() / 2), content.slice(content.len() / 2..));
    let second = stream::once(async move {
        // The case may have ended, or let go of its side: then nobody is told, and nobody waited for.
        reaching.send(()).ok();
        waiting.await.ok();
        Ok(second)
    });
    (stream::iter([Ok(first)]).chain(second).boxed(), Stalled { reached, go_on })
}

/// Stores content in one piece.
pub(super) async fn put(
    store: &dyn BlobStore,
    key: &BlobKey,
    content: &Bytes,
    options: PutOptions,
) -> Result<BlobMetadata, BlobError> {
    store.put(key, FromBytes::boxed(content.clone()), options).await
}

/// Stores a small blob for each of these keys.
pub(super) async fn put_all(store: &dyn BlobStore, keys: &[&str]) -> Outcome {
    for text in keys {
        put(store, &key(text)?, &content(text.len(), 10), PutOptions::CREATE).await?;
    }
    Ok(())
}

/// The whole content of an opened blob.
pub(super) async fn collect(reader: BlobReader) -> io::Result<Vec<u8>> {
    let append = |mut all: Vec<u8>, piece: Bytes| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    };
    reader.body.try_fold(Vec::new(), append).await
}

/// Reads a blob, or a part of it.
pub(super) async fn read(
    store: &dyn BlobStore,
    key: &BlobKey,
    range: Option<Range<u64>>,
) -> Result<Vec<u8>, Failure> {
    Ok(collect(store.read(key, range).await?).await?)
}

/// Ends the case unless the key has this content, by every way to look at it.
pub(super) async fn ensure_content(store: &dyn BlobStore, key: &BlobKey, expected: &[u8]) -> Outcome {
    let size = u64::try_from(expected.len())?;
    let reader = store.read(key, None).await?;
    let seen = reader.metadata.clone();
    let found = collect(reader).await?;
    ensure_bytes(&format!("the content of {key}"), &found, expected)?;
    let metadata = present(&format!("what is known of {key}"), store.metadata(key).await?)?;
    ensure_equal(&format!("the size of {key}"), &metadata.size, &size)?;
    ensure_equal(&format!("the metadata of {key}, by the reader and by itself"), &seen, &metadata)
}

/// Ends the case unless nothing is at the key, by every way to look at it.
pub(super) async fn ensure_absent(store: &dyn BlobStore, key: &BlobKey) -> Outcome {
    ensure_equal(&format!("what is known of {key}"), &store.metadata(key).await?, &None)?;
    match store.read(key, None).await {
        Err(BlobError::NotFound { .. }) => {}
        Err(error) => return Err(Failure::new(format!("reading {key}: expected NotFound, found {error:?}"))),
        Ok(_) => return Err(Failure::new(format!("reading {key}: expected NotFound, found a blob"))),
    }
    let listed = listed(store, None).await?;
    ensure!(!listed.contains_key(key), "expected {key} not to be listed, found it");
    Ok(())
}

/// Ends the case unless both are the same bytes; the bytes themselves are not shown.
#[track_caller]
pub(super) fn ensure_bytes(what: &str, found: &[u8], expected: &[u8]) -> Outcome {
    if found == expected {
        return Ok(());
    }
    let same = found.iter().zip(expected).take_while(|(found, expected)| found == expected).count();
    Err(Failure::new(format!(
        "{what}: expected {} bytes, found {}, which differ from byte {same} on",
        expected.len(),
        found.len()
    )))
}

/// Everything below a prefix. Ends the case when a blob is listed twice.
pub(super) async fn listed(
    store: &dyn BlobStore,
    prefix: Option<&BlobKey>,
) -> Result<BTreeMap<BlobKey, BlobMetadata>, Failure> {
    let mut listing = store.list(prefix.cloned()).await;
    let mut all = BTreeMap::new();
    while let Some(metadata) = listing.try_next().await? {
        let key = metadata.key.clone();
        ensure!(
            all.insert(key.clone(), metadata).is_none(),
            "expected {key} once in the listing, found it again"
        );
    }
    Ok(all)
}

/// Ends the case unless exactly these keys are below the prefix.
pub(super) async fn ensure_listed(store: &dyn BlobStore, prefix: Option<&str>, expected: &[&str]) -> Outcome {
    let below = prefix.map(key).transpose()?;
    let found = listed(store, below.as_ref()).await?;
    let found: Vec<_> = found.keys().map(BlobKey::as_str).collect();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    ensure_equal(&format!("the keys below {prefix:?}"), &found, &expected)
}

/// The location inside `root` that this key names.
pub(super) fn inside(root: &StorageRoot, folder: &str) -> Result<StorageRoot, Failure> {
    Ok(StorageRoot::try_from(root.join(&key(folder)?))?)
}
