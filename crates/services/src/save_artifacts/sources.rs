//! What is to be saved: the files behind the given paths, each with its key and the way it goes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freehold_domain::{
    ArtifactKey, BlobKey, RESERVED_DIRECTORY, Storage, StorageKind, StoragePath, StorageRoot, StorageUid, Suffix,
    Surroundings, owning_root,
};
use freehold_ports::blobs::BoxStream;
use freehold_ports::system::{FileEntry, FileState, WalkEntry};
use futures_util::{StreamExt, stream};

use super::{SaveArtifacts, SaveArtifactsError};
use crate::Registry;

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
    /// In no location, or to be copied to another: it is copied.
    File { path: PathBuf, state: FileState },
    /// In a location: it is registered there.
    InPlace { storage: StorageUid, blob: BlobKey },
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

/// One of the given paths.
#[derive(Clone)]
enum Place {
    File { path: PathBuf, name: String, state: FileState },
    Folder { path: PathBuf, name: String },
    Blobs { storage: Storage, prefix: Option<BlobKey> },
    Blob { storage: StorageUid, key: BlobKey, size: u64 },
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
        let surroundings = registry.host.files.surroundings()?;
        let mut places = Vec::with_capacity(request.paths.len());
        for text in &request.paths {
            let path = StoragePath::parse(text, &surroundings)?;
            places.push(match path.kind() {
                StorageKind::Local => look_at_file(registry, &path).await?,
                StorageKind::S3 | StorageKind::Gs => look_at_blob(registry, storages, path).await?,
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
        let mut keys: HashSet<blake3::Hash> = HashSet::new();
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
            if !keys.insert(blake3::hash(candidate.name.key.as_str().as_bytes())) {
                return Err(SaveArtifactsError::KeyTwice { key: candidate.name.key.to_string() });
            }
            census.files += 1;
            census.bytes += candidate.size;
            census.copied += u64::from(matches!(candidate.origin, Origin::File { .. }));
        }
        Ok(census)
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

    fn walk_place(&self, place: Place) -> BoxStream<'_, Result<Met, SaveArtifactsError>> {
        let rules = Arc::clone(&self.rules);
        match place {
            Place::File { path, name, state } => {
                let met = rules.file(path, &name, None, state).map(Met::File);
                Box::pin(stream::iter([met]))
            }
            Place::Folder { path, name } => {
                Box::pin(self.registry.host.files.walk(&path).map(move |entry| match entry? {
                    WalkEntry::File { path, relative, state } => {
                        rules.file(path, &name, Some(&relative), state).map(Met::File)
                    }
                    WalkEntry::SkippedLink { .. } => Ok(Met::SkippedLink),
                    WalkEntry::SkippedSpecial { .. } => Ok(Met::SkippedSpecial),
                }))
            }
            Place::Blob { storage, key, size } => Box::pin(stream::iter([rules.blob(storage, key, None, size)])),
            Place::Blobs { storage, prefix } => Box::pin(self.walk_blobs(storage, prefix)),
        }
    }

    fn walk_blobs(
        &self,
        storage: Storage,
        prefix: Option<BlobKey>,
    ) -> BoxStream<'_, Result<Met, SaveArtifactsError>> {
        let rules = Arc::clone(&self.rules);
        Box::pin(
            stream::once(async move {
                let location = self.registry.host.locations.readable(&storage).await?;
                let uid = storage.uid();
                let depth = prefix.as_ref().map_or(0, |prefix| prefix.as_str().len() + 1);
                let blobs = location.list(prefix).await;
                Ok::<_, SaveArtifactsError>(blobs.filter_map(move |blob| {
                    let met = match blob {
                        Ok(blob) if blob.key.is_reserved() => None,
                        Ok(blob) => {
                            let relative = blob.key.as_str().get(depth..).map(str::to_owned);
                            Some(rules.blob(uid, blob.key, relative.as_deref(), blob.size))
                        }
                        Err(error) => Some(Err(error.into())),
                    };
                    std::future::ready(met)
                }))
            })
            .flat_map(|listing| match listing {
                Ok(blobs) => Box::pin(blobs) as BoxStream<'static, _>,
                Err(error) => Box::pin(stream::iter([Err(error)])),
            }),
        )
    }
}

impl Rules {
    /// The candidate for a file of this machine: `relative` is its path below the given folder called `name`, or `name` is the file.
    fn file(
        &self,
        path: PathBuf,
        name: &str,
        relative: Option<&str>,
        state: FileState,
    ) -> Result<Candidate, SaveArtifactsError> {
        let text = path.to_string_lossy().into_owned();
        let place = StoragePath::parse(&text, &self.surroundings)?;
        let owner = owning_root(self.locations.iter().map(|(root, _)| root), &place);
        let owner = owner.and_then(|root| self.locations.iter().find(|(other, _)| other == root));
        let owner = owner.filter(|(_, uid)| self.target.is_none_or(|target| target == *uid));
        let size = state.size;
        let file_name = relative.map_or(name, |relative| relative.rsplit('/').next().unwrap_or(relative));
        let suffix = Suffix::of_name(file_name);
        let Some((root, storage)) = owner else {
            let key = match (&self.key, relative) {
                (Some(_), _) => self.given_key(relative, &suffix)?,
                (None, None) => own_key(name, &text)?,
                (None, Some(relative)) => own_key(&format!("{name}/{relative}"), &text)?,
            };
            return Ok(Candidate { name: Name { key, suffix }, size, origin: Origin::File { path, state } });
        };
        let reserved = || SaveArtifactsError::Reserved { path: text.clone() };
        let blob = root.relative_key(&place).filter(|blob| !blob.is_reserved()).ok_or_else(reserved)?;
        let key = match &self.key {
            Some(_) => self.given_key(relative, &suffix)?,
            None => own_key(blob.as_str(), &text)?,
        };
        let origin = Origin::InPlace { storage: *storage, blob };
        Ok(Candidate { name: Name { key, suffix }, size, origin })
    }

    /// The candidate for a blob in a location.
    fn blob(
        &self,
        storage: StorageUid,
        blob: BlobKey,
        relative: Option<&str>,
        size: u64,
    ) -> Result<Met, SaveArtifactsError> {
        let suffix = Suffix::of_name(blob.file_name());
        let key = match &self.key {
            Some(_) => self.given_key(relative, &suffix)?,
            None => own_key(blob.as_str(), blob.as_str())?,
        };
        let origin = Origin::InPlace { storage, blob };
        Ok(Met::File(Candidate { name: Name { key, suffix }, size, origin }))
    }

    fn given_key(&self, relative: Option<&str>, suffix: &Suffix) -> Result<ArtifactKey, SaveArtifactsError> {
        let given = self.key.as_ref().map(ArtifactKey::as_str).unwrap_or_default();
        let key: ArtifactKey = match relative {
            Some(relative) => format!("{given}/{relative}").parse()?,
            None => given.parse()?,
        };
        key.require_suffix(suffix)?;
        Ok(key)
    }
}

fn own_key(text: &str, path: &str) -> Result<ArtifactKey, SaveArtifactsError> {
    text.parse().map_err(|source| SaveArtifactsError::Key { path: path.to_owned(), source })
}

async fn look_at_file(registry: &Registry, path: &StoragePath) -> Result<Place, SaveArtifactsError> {
    let typed = path.local_path().unwrap_or_else(|| Path::new("/"));
    let name = path.file_name().unwrap_or("root").to_owned();
    let entry = registry.host.files.inspect(typed).await?;
    let resolved = registry.host.files.resolve(typed).await?;
    if resolved.components().any(|component| component.as_os_str() == RESERVED_DIRECTORY) {
        return Err(SaveArtifactsError::Reserved { path: path.to_string() });
    }
    Ok(match entry {
        FileEntry::File(state) => Place::File { path: resolved, name, state },
        FileEntry::Directory => Place::Folder { path: resolved, name },
    })
}

async fn look_at_blob(
    registry: &Registry,
    storages: &[Storage],
    path: StoragePath,
) -> Result<Place, SaveArtifactsError> {
    let whole = storages.iter().find(|storage| storage.root().as_str() == path.as_str());
    if let Some(storage) = whole {
        return Ok(Place::Blobs { storage: storage.clone(), prefix: None });
    }
    let owner = owning_root(storages.iter().map(Storage::root), &path);
    let owner = owner.and_then(|root| storages.iter().find(|storage| storage.root() == root));
    let Some((storage, key)) = owner.and_then(|owner| Some((owner, owner.root().relative_key(&path)?))) else {
        return Err(SaveArtifactsError::NoLocation { path });
    };
    let location = registry.host.locations.readable(storage).await?;
    if let Some(blob) = location.metadata(&key).await? {
        return Ok(Place::Blob { storage: storage.uid(), key, size: blob.size });
    }
    match location.list(Some(key.clone())).await.next().await {
        Some(Ok(_)) => Ok(Place::Blobs { storage: storage.clone(), prefix: Some(key) }),
        Some(Err(error)) => Err(error.into()),
        None => Err(SaveArtifactsError::NothingThere { path }),
    }
}
