//! One opened storage location in memory.

mod remote;

use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobVersion, BoxStream, ByteStream, ConditionalStore,
    PutMode, PutOptions, Readership, Sighting,
};
use futures_util::{StreamExt, stream};
use remote::Upload;

use crate::volumes::{Address, Content, State, Volumes};

/// One opened storage location in memory.
pub(super) struct MemoryBlobStore {
    volumes: Volumes,
    root: StorageRoot,
    address: Address,
    default_capabilities: Capabilities,
    region: Option<String>,
}

impl fmt::Debug for MemoryBlobStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("MemoryBlobStore").field("root", &self.root).finish_non_exhaustive()
    }
}

impl MemoryBlobStore {
    pub(super) fn new(volumes: Volumes, root: StorageRoot, default_capabilities: Capabilities) -> Self {
        let address = Address::of_root(&root);
        let region = volumes.lock().region(&address).map(str::to_owned);
        Self { volumes, root, address, default_capabilities, region }
    }

    /// The same location in this region, if it has regions.
    pub(super) fn in_region(self, region: &str) -> Self {
        let region = self.is_in_a_cloud().then(|| region.to_owned());
        Self { region, ..self }
    }

    fn is_in_a_cloud(&self) -> bool {
        self.root.local_path().is_none()
    }

    /// What a search for claims comes upon, at once.
    fn claims_below(&self) -> Vec<Result<Sighting, BlobError>> {
        let state = self.volumes.lock();
        if let Err(error) = self.require_reachable(&state, &self.address) {
            return vec![Err(error)];
        }
        let Some(volume) = state.volume(&self.address) else { return Vec::new() };
        let folder = self.address.path();
        let closed = volume.folders_below(folder).find(|path| volume.is_unreadable(path));
        if let Some(path) = closed {
            let source = format!("{path} cannot be looked into").into();
            return vec![Err(BlobError::PermissionDenied { location: self.location(), source })];
        }
        let paths = volume.below(folder).map(|(path, _)| path);
        let paths = paths.chain(volume.oddities_below(folder).map(|(path, _)| path));
        let sighting = |path: &str| match self.address.key_of(path) {
            Some(key) if key.claimed_folder().is_some() => Sighting::Claim(key),
            Some(_) | None => Sighting::Passed(1),
        };
        paths.map(|path| Ok(sighting(path))).collect()
    }

    fn metadata_of(&self, key: &BlobKey, content: &Content) -> BlobMetadata {
        BlobMetadata {
            key: key.clone(),
            size: content.size(),
            version: version(content),
            entity_tag: self.is_in_a_cloud().then(|| content.entity_tag()),
            modified: content.modified(),
            readership: Readership::Usual,
        }
    }

    fn location(&self) -> String {
        self.root.to_string()
    }

    fn capabilities(&self, state: &State) -> Capabilities {
        state.capabilities(&self.root).unwrap_or(self.default_capabilities)
    }

    fn require_compare_and_swap(&self, state: &State) -> Result<(), BlobError> {
        if self.capabilities(state).compare_and_swap {
            return Ok(());
        }
        Err(BlobError::Unsupported { location: self.location(), what: "compare-and-swap" })
    }

    fn require_reachable(&self, state: &State, address: &Address) -> Result<(), BlobError> {
        if state.is_unreachable(address) {
            let source = "the connection was cut".into();
            return Err(BlobError::Unavailable { location: self.location(), source });
        }
        Ok(())
    }

    fn require_writable(&self, state: &State, address: &Address) -> Result<(), BlobError> {
        self.require_reachable(state, address)?;
        if state.is_read_only(address) || state.is_anonymous(address) {
            let source = "the location was made read-only".into();
            return Err(BlobError::PermissionDenied { location: self.location(), source });
        }
        Ok(())
    }

    /// Puts a whole content at a key, if the rules allow it.
    fn store(&self, key: &BlobKey, bytes: Bytes, mode: PutMode) -> Result<BlobMetadata, BlobError> {
        let address = self.address.join(key);
        let mut state = self.volumes.lock();
        self.require_writable(&state, &address)?;
        if state.volume(&address).is_some_and(|volume| volume.is_no_place_for_a_file(address.path())) {
            return Err(BlobError::NotABlob { location: self.location(), key: key.clone() });
        }
        let is_taken = state.content(&address).is_some();
        match mode {
            PutMode::Create if is_taken && self.capabilities(&state).create_if_absent => {
                Err(BlobError::AlreadyExists { location: self.location(), key: key.clone() })
            }
            PutMode::Create | PutMode::Overwrite => Ok(self.metadata_of(key, &state.put(&address, bytes))),
        }
    }

    /// The content at a key of the location at `root`.
    fn load(&self, root: &StorageRoot, key: &BlobKey) -> Result<Content, BlobError> {
        let address = Address::of_root(root).join(key);
        let state = self.volumes.lock();
        self.require_reachable(&state, &address)?;
        match state.content(&address) {
            Some(content) => Ok(content.clone()),
            None if state.volume(&address).is_some_and(|volume| volume.is_no_file(address.path())) => {
                Err(BlobError::NotABlob { location: root.to_string(), key: key.clone() })
            }
            None => Err(BlobError::NotFound { location: root.to_string(), key: key.clone() }),
        }
    }

    /// The blobs strictly below `folder`.
    fn blobs_below(&self, folder: &Address) -> Result<Vec<BlobMetadata>, BlobError> {
        let state = self.volumes.lock();
        self.require_reachable(&state, folder)?;
        let Some(volume) = state.volume(folder) else { return Ok(Vec::new()) };
        let unusable =
            |name: &str| BlobError::UnusableName { location: self.location(), name: name.to_owned() };
        if let Some((path, _)) =
            volume.oddities_below(folder.path()).find(|(_, oddity)| oddity.is_unusable_name())
        {
            return Err(unusable(path));
        }
        let blob = |(path, content)| match self.address.key_of(path) {
            Some(key) => Ok(self.metadata_of(&key, content)),
            None => Err(unusable(path)),
        };
        volume.below(folder.path()).map(blob).collect()
    }
}

fn version(content: &Content) -> BlobVersion {
    BlobVersion(content.version().to_string())
}

#[async_trait]
impl ConditionalStore for MemoryBlobStore {
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        let address = self.address.join(key);
        let mut state = self.volumes.lock();
        self.require_compare_and_swap(&state)?;
        self.require_writable(&state, &address)?;
        if state.content(&address).map(version).as_ref() != Some(expected) {
            return Err(BlobError::VersionMismatch { location: self.location(), key: key.clone() });
        }
        Ok(self.metadata_of(key, &state.put(&address, content)))
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        let address = self.address.join(key);
        let mut state = self.volumes.lock();
        self.require_compare_and_swap(&state)?;
        self.require_writable(&state, &address)?;
        if state.content(&address).is_some_and(|content| version(content) != *expected) {
            return Err(BlobError::VersionMismatch { location: self.location(), key: key.clone() });
        }
        state.remove(&address);
        Ok(())
    }

    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        stream::iter(self.claims_below()).boxed()
    }

    async fn probe(&self) -> Result<Capabilities, BlobError> {
        let mut state = self.volumes.lock();
        self.require_writable(&state, &self.address)?;
        state.volume_mut(&self.address).make_folder(self.address.path());
        Ok(self.capabilities(&state))
    }
}

#[async_trait]
impl BlobStore for MemoryBlobStore {
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        let mut upload = self.is_in_a_cloud().then(|| Upload::new(&self.volumes, self.address.join(key)));
        let (mut body, mut collected) = (body, Vec::new());
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|source| BlobError::Body { source })?;
            match &mut upload {
                Some(upload) => upload.take(&mut collected, &piece),
                None => collected.extend_from_slice(&piece),
            }
        }
        if !upload.is_none_or(Upload::finish) {
            let source = "the upload was aborted".into();
            return Err(BlobError::Backend { location: self.location(), source });
        }
        self.store(key, collected.into(), options.mode)
    }

    async fn flush(&self) -> Result<(), BlobError> {
        self.require_reachable(&self.volumes.lock(), &self.address)
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        let content = self.load(&self.root, key)?;
        let Range { start, end } = range.unwrap_or(0..u64::MAX);
        let body = stream::iter(content.pieces(start, end).map(Ok));
        Ok(BlobReader { metadata: self.metadata_of(key, &content), body: body.boxed() })
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        let address = self.address.join(key);
        let state = self.volumes.lock();
        self.require_reachable(&state, &address)?;
        Ok(state.content(&address).map(|content| self.metadata_of(key, content)))
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        let mut state = self.volumes.lock();
        for key in keys {
            let address = self.address.join(key);
            self.require_writable(&state, &address)?;
            state.remove(&address);
        }
        Ok(())
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        let folder = prefix.map_or_else(|| self.address.clone(), |prefix| self.address.join(&prefix));
        match self.blobs_below(&folder) {
            Ok(blobs) => stream::iter(blobs.into_iter().map(Ok)).boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        let content = self.load(source, source_key)?;
        self.store(key, content.bytes().clone(), options.mode).map(Some)
    }
}
