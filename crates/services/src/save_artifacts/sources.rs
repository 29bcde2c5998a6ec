//! What is to be saved: the files behind the given paths, each with its key and the way it goes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freehold_domain::{
    ArtifactKey, BlobKey, RESERVED_DIRECTORY, Storage, StorageKind, StoragePath, StorageRoot, StorageUid,
    Suffix, Surroundings, owning_root,
};
use freehold_ports::blobs::{BlobMetadata, BoxStream, ByteStream, Readership};
use freehold_ports::system::{FileEntry, FileState, WalkEntry};
use futures_util::{StreamExt, stream};

use super::{SaveArtifacts, SaveArtifactsError};
use crate::Registry;
use crate::location::ReadableLocation;

/// A file to be saved.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) name: Name,
    pub(super) size: u64,
    pub(super) origin: Origin,
}

/// What a file is to be called.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) key: ArtifactKey,
    pub(super) suffix: Suffix,
}

/// Where a file is, and so which way it goes.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// In no location, or to be copied to another one.
    Elsewhere(Source),
    /// In a location: it is registered there.
    InPlace {
        storage: StorageUid,
        blob: BlobKey,
        /// What the location said of it; nothing of a file that was found on the disk.
        seen: Option<BlobMetadata>,
    },
}

/// What can be copied.
#[derive(Debug, Clone)]
pub(super) enum Source {
    File { path: PathBuf, state: FileState },
    Blob { location: ReadableLocation, key: BlobKey },
}

impl Source {
    /// Opens it for reading, and says who may read it.
    pub(super) async fn read(
        &self,
        registry: &Registry,
    ) -> Result<(ByteStream, Readership), SaveArtifactsError> {
        match self {
            Self::File { path, state } => {
                Ok((registry.host.files.read(path, state).await?, state.readership))
            }
            Self::Blob { location, key } => {
                let reader = location.read(key, None).await?;
                Ok((reader.body, reader.metadata.readership))
            }
        }
    }
}

/// What a look at everything found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Census {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) copied: u64,
    pub(super) skipped_links: u64,
    pub(super) skipped_special: u64,
}

/// What a walk meets: a file to save, or something passed over.
enum Met {
    File(Candidate),
    SkippedLink,
    SkippedSpecial,
}

/// The files behind the given paths.
pub(super) struct Sources<'save> {
    registry: &'save Registry,
    places: Vec<Place>,
    rules: Arc<Rules>,
}

/// How keys are made, and who goes which way.
struct Rules {
    locations: Vec<(StorageRoot, StorageUid)>,
    /// The explicitly named location to copy to.
    target: Option<StorageUid>,
    key: Option<ArtifactKey>,
    surroundings: Surroundings,
}

/// One of the given paths, with the name that it goes by.
#[derive(Clone)]
struct Place {
    name: String,
    thing: Thing,
}

/// What is at one of the given paths.
#[derive(Clone)]
enum Thing {
    File { path: PathBuf, state: FileState },
    Folder { path: PathBuf },
    Blob { location: ReadableLocation, root: StorageRoot, blob: BlobMetadata },
    Blobs { location: ReadableLocation, root: StorageRoot, prefix: Option<BlobKey> },
}

impl<'save> Sources<'save> {
    /// Looks at each path, without walking through folders yet.
    pub(super) async fn look(
        registry: &'save Registry,
        request: &SaveArtifacts,
        storages: &[Storage],
        target: Option<&Storage>,
    ) -> Result<Self, SaveArtifactsError> {
        match (request.paths.len(), &request.key) {
            (0, _) => return Err(SaveArtifactsError::NoPaths),
            (1, _) | (_, None) => {}
            (paths, Some(_)) => return Err(SaveArtifactsError::KeyForSeveral { paths }),
        }
        if request.trust_entity_tags && target.is_some() {
            return Err(SaveArtifactsError::TrustedCopy);
        }
        let surroundings = registry.host.files.surroundings()?;
        let mut places = Vec::with_capacity(request.paths.len());
        for text in &request.paths {
            let path = StoragePath::parse(text, &surroundings)?;
            if request.trust_entity_tags && path.kind() == StorageKind::Local {
                return Err(SaveArtifactsError::NoEntityTags { path });
            }
            places.push(match path.kind() {
                StorageKind::Local => look_at_file(registry, &path).await?,
                StorageKind::S3 | StorageKind::Gs => {
                    let path = with_endpoint(registry, path, &surroundings).await?;
                    look_at_blob(registry, storages, path).await?
                }
            });
        }
        let rules = Rules {
            locations: storages.iter().map(|storage| (storage.root().clone(), storage.uid())).collect(),
            target: target.map(Storage::uid),
            key: request.key.clone(),
            surroundings,
        };
        Ok(Self { registry, places, rules: Arc::new(rules) })
    }

    /// Walks through everything without reading it: counts, and finds what cannot be saved.
    pub(super) async fn census(&self) -> Result<Census, SaveArtifactsError> {
        let mut census = Census::default();
        let mut keys = self.may_repeat_keys().then(HashSet::new);
        let mut met = self.walk();
        while let Some(item) = met.next().await {
            let candidate = match item? {
                Met::File(candidate) => candidate,
                Met::SkippedLink => {
                    census.skipped_links += 1;
                    continue;
                }
                Met::SkippedSpecial => {
                    census.skipped_special += 1;
                    continue;
                }
            };
            let key = &candidate.name.key;
            if keys.as_mut().is_some_and(|keys| !keys.insert(blake3::hash(key.as_str().as_bytes()))) {
                return Err(SaveArtifactsError::KeyTwice { key: key.to_string() });
            }
            census.files += 1;
            census.bytes += candidate.size;
            census.copied += u64::from(matches!(candidate.origin, Origin::Elsewhere(_)));
        }
        Ok(census)
    }

    /// Whether two files could get one key: those of one folder cannot, unless another location begins inside it.
    fn may_repeat_keys(&self) -> bool {
        let is_divided = |thing: &Thing| match thing {
            Thing::File { .. } | Thing::Blob { .. } => false,
            Thing::Folder { path } => self.rules.locations.iter().any(|(root, _)| {
                root.local_path().is_some_and(|root| root != path.as_path() && root.starts_with(path))
            }),
            Thing::Blobs { root, .. } => {
                self.rules.locations.iter().any(|(other, _)| other != root && root.contains(other))
            }
        };
        self.places.len() > 1 || self.places.iter().any(|place| is_divided(&place.thing))
    }

    /// Walks through everything again, for the files to save.
    pub(super) fn candidates(&self) -> BoxStream<'_, Result<Candidate, SaveArtifactsError>> {
        Box::pin(self.walk().filter_map(async |met| match met {
            Ok(Met::File(candidate)) => Some(Ok(candidate)),
            Ok(Met::SkippedLink | Met::SkippedSpecial) => None,
            Err(error) => Some(Err(error)),
        }))
    }

    fn walk(&self) -> BoxStream<'_, Result<Met, SaveArtifactsError>> {
        Box::pin(stream::iter(self.places.clone()).flat_map(|place| self.walk_place(place)))
    }

    fn walk_place(&self, Place { name, thing }: Place) -> BoxStream<'_, Result<Met, SaveArtifactsError>> {
        let rules = Arc::clone(&self.rules);
        match thing {
            Thing::File { path, state } => {
                Box::pin(stream::iter([rules.file(path, Called { name: &name, relative: None }, state)]))
            }
            Thing::Folder { path } => {
                Box::pin(self.registry.host.files.walk(&path).map(move |entry| match entry? {
                    WalkEntry::File { path, relative, state } => {
                        rules.file(path, Called { name: &name, relative: Some(&relative) }, state)
                    }
                    WalkEntry::SkippedLink { .. } => Ok(Met::SkippedLink),
                    WalkEntry::SkippedSpecial { .. } => Ok(Met::SkippedSpecial),
                }))
            }
            Thing::Blob { location, root, blob } => Box::pin(stream::iter([rules.blob(
                &location,
                &root,
                &blob,
                Called { name: &name, relative: None },
            )])),
            Thing::Blobs { location, root, prefix } => {
                let depth = prefix.as_ref().map_or(0, |prefix| prefix.as_str().len() + 1);
                let blobs =
                    async move { location.list(prefix).await.map(move |blob| (location.clone(), blob)) };
                Box::pin(stream::once(blobs).flatten().filter_map(move |(location, blob)| {
                    let met = match blob {
                        Ok(blob) if is_own_book(&blob.key) => None,
                        Ok(blob) => {
                            let relative = blob.key.as_str().get(depth..).map(str::to_owned);
                            let called = Called { name: &name, relative: relative.as_deref() };
                            Some(rules.blob(&location, &root, &blob, called))
                        }
                        Err(error) => Some(Err(error.into())),
                    };
                    std::future::ready(met)
                }))
            }
        }
    }
}

/// Whether a blob belongs to what Freehold, or LaminDB, keeps beside the data, in this location or one inside it.
fn is_own_book(key: &BlobKey) -> bool {
    key.segments().any(|segment| segment == RESERVED_DIRECTORY)
}

/// What a file is called: by the name of the given path, or by that and its own path below it.
#[derive(Clone, Copy)]
struct Called<'name> {
    name: &'name str,
    relative: Option<&'name str>,
}

impl Called<'_> {
    fn file_name(&self) -> &str {
        self.relative.map_or(self.name, |relative| relative.rsplit('/').next().unwrap_or(relative))
    }
}

/// What a look at a file or blob told.
struct Look<'look> {
    size: u64,
    seen: Option<&'look BlobMetadata>,
    source: Source,
}

impl Rules {
    /// What becomes of a file of this machine.
    fn file(&self, path: PathBuf, called: Called<'_>, state: FileState) -> Result<Met, SaveArtifactsError> {
        let place = StoragePath::parse(&path.to_string_lossy(), &self.surroundings)?;
        let (size, source) = (state.size, Source::File { path, state });
        self.candidate(&place, called, Look { size, seen: None, source })
    }

    /// What becomes of a blob in the location at `root`.
    fn blob(
        &self,
        location: &ReadableLocation,
        root: &StorageRoot,
        blob: &BlobMetadata,
        called: Called<'_>,
    ) -> Result<Met, SaveArtifactsError> {
        let source = Source::Blob { location: location.clone(), key: blob.key.clone() };
        self.candidate(&root.join(&blob.key), called, Look { size: blob.size, seen: Some(blob), source })
    }

    /// The candidate for what lies at `place`: registered there if that is in a known location, and copied otherwise, or to another
    /// location on request.
    fn candidate(
        &self,
        place: &StoragePath,
        called: Called<'_>,
        Look { size, seen, source }: Look<'_>,
    ) -> Result<Met, SaveArtifactsError> {
        let suffix = Suffix::of_name(called.file_name());
        let owner = owning_root(self.locations.iter().map(|(root, _)| root), place);
        let owner = owner.and_then(|root| self.locations.iter().find(|(other, _)| other == root));
        let (own_name, origin) = match owner
            .filter(|(_, uid)| self.target.is_none_or(|target| target == *uid))
        {
            None => {
                let name = match called.relative {
                    Some(relative) => format!("{}/{relative}", called.name),
                    None => called.name.to_owned(),
                };
                (name, Origin::Elsewhere(source))
            }
            Some((root, storage)) => {
                let blob = root.relative_key(place).filter(|blob| !blob.is_reserved());
                let blob = blob.ok_or_else(|| SaveArtifactsError::Reserved { path: place.to_string() })?;
                let name = blob.to_string();
                // In an inner location the blob has another key than in the one that was listed.
                let seen = seen.map(|seen| BlobMetadata { key: blob.clone(), ..seen.clone() });
                (name, Origin::InPlace { storage: *storage, blob, seen })
            }
        };
        let key = match &self.key {
            Some(given) => given_key(given, called.relative, &suffix)?,
            None => own_name
                .parse()
                .map_err(|source| SaveArtifactsError::Key { path: place.to_string(), source })?,
        };
        Ok(Met::File(Candidate { name: Name { key, suffix }, size, origin }))
    }
}

fn given_key(
    given: &ArtifactKey,
    relative: Option<&str>,
    suffix: &Suffix,
) -> Result<ArtifactKey, SaveArtifactsError> {
    let key = match relative {
        Some(relative) => format!("{given}/{relative}").parse()?,
        None => given.clone(),
    };
    key.require_suffix(suffix)?;
    Ok(key)
}

async fn look_at_file(registry: &Registry, path: &StoragePath) -> Result<Place, SaveArtifactsError> {
    let typed = path.local_path().unwrap_or_else(|| Path::new("/"));
    let name = path.file_name().unwrap_or("root").to_owned();
    let entry = registry.host.files.inspect(typed).await?;
    let path = registry.host.files.resolve(typed).await?;
    if path.components().any(|component| component.as_os_str() == RESERVED_DIRECTORY) {
        return Err(SaveArtifactsError::Reserved { path: typed.display().to_string() });
    }
    let thing = match entry {
        FileEntry::File(state) => Thing::File { path, state },
        FileEntry::Directory => Thing::Folder { path },
    };
    Ok(Place { name, thing })
}

/// Adds the endpoint that the environment names to a cloud path without one, as it is recorded with the roots of locations.
async fn with_endpoint(
    registry: &Registry,
    path: StoragePath,
    surroundings: &Surroundings,
) -> Result<StoragePath, SaveArtifactsError> {
    let mut parts = path.as_str().splitn(4, '/');
    let bucket = match (parts.next(), parts.next(), parts.next()) {
        (Some(scheme), Some(""), Some(bucket)) if !path.as_str().contains('?') => {
            format!("{scheme}//{bucket}")
        }
        _ => return Ok(path),
    };
    let Ok(bucket) = StorageRoot::parse(&bucket, surroundings) else { return Ok(path) };
    let resolved = registry.host.locations.resolve(&bucket).await?;
    match resolved.endpoint_url() {
        Some(endpoint) => Ok(StoragePath::parse(&format!("{path}?endpoint_url={endpoint}"), surroundings)?),
        None => Ok(path),
    }
}

async fn look_at_blob(
    registry: &Registry,
    storages: &[Storage],
    path: StoragePath,
) -> Result<Place, SaveArtifactsError> {
    let whole = storages.iter().find(|storage| storage.root().as_str() == path.as_str());
    if let Some(storage) = whole {
        let (location, root) = (registry.host.locations.readable(storage).await?, storage.root().clone());
        let name = root.name().unwrap_or("root").to_owned();
        return Ok(Place { name, thing: Thing::Blobs { location, root, prefix: None } });
    }
    let owner = owning_root(storages.iter().map(Storage::root), &path);
    let owner = owner.and_then(|root| storages.iter().find(|storage| storage.root() == root));
    let Some((storage, key)) = owner.and_then(|owner| Some((owner, owner.root().relative_key(&path)?)))
    else {
        return Err(SaveArtifactsError::NoLocation { path });
    };
    if is_own_book(&key) {
        return Err(SaveArtifactsError::Reserved { path: path.to_string() });
    }
    let (location, root) = (registry.host.locations.readable(storage).await?, storage.root().clone());
    let name = key.file_name().to_owned();
    if let Some(blob) = location.metadata(&key).await? {
        return Ok(Place { name, thing: Thing::Blob { location, root, blob } });
    }
    match location.list(Some(key.clone())).await.next().await {
        Some(Ok(_)) => Ok(Place { name, thing: Thing::Blobs { location, root, prefix: Some(key) } }),
        Some(Err(error)) => Err(error.into()),
        None => Err(SaveArtifactsError::NothingThere { path }),
    }
}
