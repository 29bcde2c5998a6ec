//! One opened location of the backend: the methods that the port asks for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use freehold::domain::{BlobKey, Capabilities, StoragePath, StorageRoot, Timestamp};
use freehold::ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobVersion, BoxStream, ByteStream, ConditionalStore,
    FromBytes, PutMode, PutOptions, Readership, RemoteStore, Sighting,
};
use futures_util::{StreamExt, TryStreamExt, stream};

/// Every blob of every location, by its whole path, so that a location inside another shares its blobs.
#[derive(Debug, Default)]
pub(crate) struct Map(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    blobs: BTreeMap<StoragePath, Stored>,
    versions_given: u64,
}

#[derive(Debug, Clone)]
struct Stored {
    content: Bytes,
    version: BlobVersion,
}

impl State {
    /// Puts a whole content at a path, in a version that nothing ever had.
    fn put(&mut self, path: StoragePath, content: Bytes) -> Stored {
        self.versions_given += 1;
        let stored = Stored { content, version: BlobVersion(self.versions_given.to_string()) };
        self.blobs.insert(path, stored.clone());
        stored
    }
}

/// One opened location.
#[derive(Debug)]
pub(crate) struct MapStore {
    map: Arc<Map>,
    root: StorageRoot,
}

impl MapStore {
    pub(crate) fn new(map: Arc<Map>, root: StorageRoot) -> Self {
        Self { map, root }
    }

    /// The lock makes each change one step: nobody sees half of it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.map.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn metadata_of(key: &BlobKey, stored: &Stored) -> BlobMetadata {
        BlobMetadata {
            readership: Readership::Usual,
            key: key.clone(),
            size: stored.content.len() as u64,
            version: stored.version.clone(),
            entity_tag: None,
            modified: Timestamp::UNIX_EPOCH,
        }
    }

    fn mismatch(&self, key: &BlobKey) -> BlobError {
        BlobError::VersionMismatch { location: self.root.to_string(), key: key.clone() }
    }
}

/// A map is not reached over a network.
impl RemoteStore for MapStore {}

#[async_trait]
impl BlobStore for MapStore {
    /// The body is collected before anything is changed: dropped or failing until then, the put has done nothing.
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        let content: BytesMut = body.try_collect().await.map_err(|source| BlobError::Body { source })?;
        let (path, mut state) = (self.root.join(key), self.lock());
        match options.mode {
            PutMode::Create if state.blobs.contains_key(&path) => {
                Err(BlobError::AlreadyExists { location: self.root.to_string(), key: key.clone() })
            }
            PutMode::Create | PutMode::Overwrite => {
                Ok(Self::metadata_of(key, &state.put(path, content.freeze())))
            }
        }
    }

    /// Nothing in memory survives a power cut, so there is nothing to wait for.
    async fn flush(&self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        let stored = self.lock().blobs.get(&self.root.join(key)).cloned();
        let stored = stored
            .ok_or_else(|| BlobError::NotFound { location: self.root.to_string(), key: key.clone() })?;
        let content = match range {
            None => stored.content.clone(),
            Some(range) => {
                let cut = |at: u64| {
                    usize::try_from(at).map_or(stored.content.len(), |at| at.min(stored.content.len()))
                };
                stored.content.slice(cut(range.start)..cut(range.end.max(range.start)))
            }
        };
        Ok(BlobReader { metadata: Self::metadata_of(key, &stored), body: FromBytes::boxed(content) })
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        Ok(self.lock().blobs.get(&self.root.join(key)).map(|stored| Self::metadata_of(key, stored)))
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        let mut state = self.lock();
        for key in keys {
            state.blobs.remove(&self.root.join(key));
        }
        Ok(())
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        let state = self.lock();
        let here =
            state.blobs.iter().filter_map(|(path, stored)| Some((self.root.relative_key(path)?, stored)));
        let is_below =
            |key: &BlobKey| prefix.as_ref().is_none_or(|prefix| key != prefix && key.starts_with(prefix));
        let found =
            here.filter(|(key, _)| is_below(key)).map(|(key, stored)| Ok(Self::metadata_of(&key, stored)));
        stream::iter(found.collect::<Vec<_>>()).boxed()
    }

    /// This backend cannot copy by itself: whoever asks reads and puts.
    async fn copy_from(
        &self,
        _: &BlobKey,
        _: &StorageRoot,
        _: &BlobKey,
        _: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        Ok(None)
    }
}

#[async_trait]
impl ConditionalStore for MapStore {
    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        let state = self.lock();
        let keys = state.blobs.keys().filter_map(|path| self.root.relative_key(path));
        let sighting = |key: BlobKey| match key.claimed_folder() {
            Some(_) => Sighting::Claim(key),
            None => Sighting::Passed(1),
        };
        stream::iter(keys.map(|key| Ok(sighting(key))).collect::<Vec<_>>()).boxed()
    }

    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        let (path, mut state) = (self.root.join(key), self.lock());
        match state.blobs.get(&path) {
            Some(stored) if stored.version == *expected => {
                Ok(Self::metadata_of(key, &state.put(path, content)))
            }
            Some(_) | None => Err(self.mismatch(key)),
        }
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        let (path, mut state) = (self.root.join(key), self.lock());
        match state.blobs.get(&path) {
            Some(stored) if stored.version != *expected => Err(self.mismatch(key)),
            Some(_) | None => {
                state.blobs.remove(&path);
                Ok(())
            }
        }
    }

    /// A real backend tries: this one is known.
    async fn probe(&self) -> Result<Capabilities, BlobError> {
        Ok(Capabilities {
            create_if_absent: true,
            compare_and_swap: true,
            list_after_write: true,
            case_sensitive: true,
        })
    }
}
