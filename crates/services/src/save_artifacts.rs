//! Save files as artifacts: copied into a managed location, or registered where they lie.

mod copying;
mod heads;
mod in_place;
mod ingest;
mod record;
mod sources;

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactKeyError, ArtifactUid, BlobKeyError, InstanceUid, Storage, StoragePath,
    StoragePathError, StorageRoot, VersionsExhausted,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::{Activity, FileError, LivenessError};
use futures_util::StreamExt;

use crate::content::body_error;
use crate::default_storage::{DefaultStorageError, read_default};
use crate::list_storages::all_storages;
use crate::progress_task::Task;
use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError};
use sources::{Candidate, Origin, Sources};

/// How many files are recorded in one transaction and made durable together.
const BATCH: usize = 1000;
/// How many files are read at once.
const IN_FLIGHT: usize = 16;

/// A request to save files.
#[derive(Debug, Clone, Default)]
pub struct SaveArtifacts {
    /// Files and folders: paths or URLs. A path inside a known location is registered in place, any other is copied.
    pub paths: Vec<String>,
    /// The key of the one file, or the beginning of the keys of the files of the one folder.
    pub key: Option<ArtifactKey>,
    /// What the artifacts are.
    pub description: Option<String>,
    /// The managed location to copy to, also from inside another location; the default storage when absent.
    pub storage: Option<String>,
    /// Register cloud blobs by the entity tags that their backend gives them, and read none of them.
    pub trust_entity_tags: bool,
}

/// What came of saving a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SaveOutcome {
    /// A new artifact.
    Created,
    /// The next version of the artifact that has the key.
    NewVersion,
    /// The latest version has this very content; nothing was stored.
    Existing,
}

/// A file that was saved.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedArtifact {
    /// The artifact.
    pub artifact: Artifact,
    /// What came of it.
    pub outcome: SaveOutcome,
    /// Another artifact with the same content. Both are kept.
    pub duplicate_of: Option<ArtifactUid>,
    /// The instance whose transferred artifact has the same key: only that instance numbers its versions, so this artifact
    /// began a family of its own.
    pub beside_origin: Option<InstanceUid>,
}

/// What saving came to in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SaveSummary {
    /// New artifacts.
    pub created: u64,
    /// New versions.
    pub new_versions: u64,
    /// Artifacts that were there already.
    pub existing: u64,
    /// Bytes of everything that was named.
    pub bytes: u64,
    /// Symbolic links that lead out of a folder, or nowhere, and were not followed.
    pub skipped_links: u64,
    /// Pipes, sockets and devices in a folder, which were not opened.
    pub skipped_special: u64,
}

/// Why files were not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveArtifactsError {
    /// No path was given.
    #[error("nothing to save: no path was given")]
    NoPaths,
    /// One key was given for several paths.
    #[error("--key names one file or folder, and {paths} paths were given")]
    KeyForSeveral {
        /// How many paths.
        paths: usize,
    },
    /// Two of the files would get one key.
    #[error("two of the files would get the key {key}")]
    KeyTwice {
        /// The key.
        key: String,
    },
    /// Entity tags are to be trusted, and the path is not in a cloud.
    #[error("{path} is a local file or folder, and has no entity tag to trust")]
    NoEntityTags {
        /// The path.
        path: StoragePath,
    },
    /// Entity tags are to be trusted, and the files are to be copied, which reads them.
    #[error("what is copied to another location is read and hashed, so no entity tag is trusted")]
    TrustedCopy,
    /// Entity tags are to be trusted, and the backend gave none that can be recorded.
    #[error("the backend gave {path} no entity tag that can be recorded")]
    EntityTagMissing {
        /// The path.
        path: StoragePath,
    },
    /// A path inside a location leads to Freehold's own files.
    #[error("{path} belongs to Freehold's or LaminDB's own files, which are not saved")]
    Reserved {
        /// The path.
        path: String,
    },
    /// A cloud path is in no known location.
    #[error("{path} is in no storage location of this instance")]
    NoLocation {
        /// The path.
        path: StoragePath,
    },
    /// Nothing is at a cloud path.
    #[error("there is no file or folder at {path}")]
    NothingThere {
        /// The path.
        path: StoragePath,
    },
    /// The storage holds versions that the registry does not know.
    #[error(
        "{root} holds the next versions of {key} already, which this registry does not know; nothing was recorded"
    )]
    VersionsStored {
        /// The key.
        key: String,
        /// The location.
        root: StorageRoot,
    },
    /// The storage reports another size than was written.
    #[error("artifact {uid} was not wholly stored: the storage reports {stored} bytes; nothing was recorded")]
    NotWhollyStored {
        /// The uid that was reserved.
        uid: ArtifactUid,
        /// The size that the storage reports, in bytes.
        stored: u64,
    },
    /// A recovery took this process for one that had ended, and undoes its copies.
    #[error(
        "what was copied to {root} was taken for what an interrupted process had left; nothing was recorded"
    )]
    IntentsTaken {
        /// The location.
        root: StorageRoot,
    },
    /// A key cannot be made of a file's path.
    #[error("{path} cannot be saved under its own name")]
    Key {
        /// The file's path.
        path: String,
        /// Why not.
        #[source]
        source: ArtifactKeyError,
    },
    /// The given key does not fit the file.
    #[error(transparent)]
    GivenKey(#[from] ArtifactKeyError),
    /// The path is not valid.
    #[error(transparent)]
    Path(#[from] StoragePathError),
    /// A file's path cannot be a key in its location.
    #[error(transparent)]
    BlobKey(#[from] BlobKeyError),
    /// A key has no version left.
    #[error(transparent)]
    VersionsExhausted(#[from] VersionsExhausted),
    /// The default storage cannot be told.
    #[error(transparent)]
    DefaultStorage(#[from] DefaultStorageError),
    /// The location is not this instance's to write to.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The session cannot be begun.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(BlobError),
}

impl From<BlobError> for SaveArtifactsError {
    /// A put that failed because its source failed is the source's error.
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Body { source } => match source.downcast::<FileError>() {
                Ok(file) => Self::File(file),
                Err(source) => Self::Blob(body_error(source)),
            },
            error => Self::Blob(error),
        }
    }
}

impl UseCaseError for SaveArtifactsError {
    fn category(&self) -> Category {
        match self {
            Self::NoPaths
            | Self::KeyForSeveral { .. }
            | Self::KeyTwice { .. }
            | Self::NoEntityTags { .. }
            | Self::TrustedCopy
            | Self::Reserved { .. }
            | Self::NoLocation { .. }
            | Self::Key { .. }
            | Self::GivenKey(_)
            | Self::Path(_)
            | Self::BlobKey(_) => Category::Invalid,
            Self::NothingThere { .. } => Category::NotFound,
            Self::NotWhollyStored { .. } => Category::Integrity,
            Self::VersionsStored { .. } => Category::Refused,
            Self::IntentsTaken { .. } => Category::Conflict,
            Self::EntityTagMissing { .. } => Category::Failed,
            Self::VersionsExhausted(error) => error.category(),
            Self::DefaultStorage(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::File(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::VersionsStored { .. } => Some(
                "this registry is an old copy, or was restored from an old backup: use the newest one"
                    .to_owned(),
            ),
            Self::NoEntityTags { .. } | Self::EntityTagMissing { .. } => {
                Some("leave --trust-etag out, and it is read and hashed".to_owned())
            }
            Self::TrustedCopy => Some("leave --trust-etag or --storage out".to_owned()),
            Self::KeyTwice { .. } => Some("save them one by one, with --key".to_owned()),
            Self::KeyForSeveral { .. } => Some("leave --key out, or save one path at a time".to_owned()),
            Self::NoLocation { path } => Some(format!(
                "register its location first, for example `freehold storage add '{}'`",
                parent(path)
            )),
            Self::Key { .. } => Some("rename the file, or give it a key with --key".to_owned()),
            Self::DefaultStorage(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::File(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::NoPaths
            | Self::Reserved { .. }
            | Self::NothingThere { .. }
            | Self::NotWhollyStored { .. }
            | Self::IntentsTaken { .. }
            | Self::GivenKey(_)
            | Self::Path(_)
            | Self::BlobKey(_)
            | Self::VersionsExhausted(_) => None,
        }
    }
}

/// The folder of a cloud path, with its endpoint.
fn parent(path: &StoragePath) -> String {
    let (place, endpoint) = match path.as_str().split_once("?endpoint_url=") {
        Some((place, endpoint)) => (place, format!("?endpoint_url={endpoint}")),
        None => (path.as_str(), String::new()),
    };
    let bucket_begins = place.find("://").map_or(0, |scheme_ends| scheme_ends + 3);
    let folder = match place.rfind('/') {
        Some(at) if at > bucket_begins => &place[..at],
        Some(_) | None => place,
    };
    format!("{folder}{endpoint}")
}

/// Saves files and folders as artifacts, and gives each to `sink` once it is recorded.
///
/// Everything is looked at before anything is stored: a file that is missing, a name that cannot be a key, or two files for one key change
/// nothing. Then files go in batches of at most a thousand, each recorded wholly or not at all. When a batch fails, those
/// before it stay recorded, and were given to `sink`.
///
/// A file that is registered where it lies is read and hashed, unless the entity tags of a cloud are trusted: such an artifact has a hash that
/// says only whether this one blob was replaced, and no other artifact is its twin.
///
/// Copied bytes are durable before their artifact is recorded, and their hash is that of the bytes that were stored.
///
/// # Errors
/// See [`SaveArtifactsError`].
pub async fn save_artifacts(
    registry: &Registry,
    request: SaveArtifacts,
    sink: &mut (dyn FnMut(SavedArtifact) + Send),
) -> Result<SaveSummary, SaveArtifactsError> {
    let query = match &request.storage {
        Some(text) => Some(StorageQuery::new(&registry.host, text).await),
        None => None,
    };
    let (storages, target) = find_locations(registry, query.as_ref()).await?;
    let sources = Sources::look(registry, &request, &storages, query.is_some().then_some(&target)).await?;
    let census = sources.census().await?;
    if census.copied > 0 || query.is_some() {
        registry.writable(&target).await?;
    }
    let activity = if census.copied > 0 { Activity::Ingesting } else { Activity::Registering };
    let _task = Task::begin(&registry.host.progress, activity, Some(census.files), Some(census.bytes));

    let summary = SaveSummary {
        skipped_links: census.skipped_links,
        skipped_special: census.skipped_special,
        ..SaveSummary::default()
    };
    let batch = Batch {
        registry,
        target: &target,
        storages: &storages,
        description: request.description,
        trusts_entity_tags: request.trust_entity_tags,
    };
    let mut account = Account { summary, sink };
    let mut chunks = sources.candidates().chunks(BATCH);
    while let Some(chunk) = chunks.next().await {
        batch.save(chunk.into_iter().collect::<Result<Vec<Candidate>, _>>()?, &mut account).await?;
    }
    Ok(account.summary)
}

/// What was recorded until now, and who is told.
struct Account<'sink> {
    summary: SaveSummary,
    sink: &'sink mut (dyn FnMut(SavedArtifact) + Send),
}

impl Account<'_> {
    /// Tells of artifacts that were recorded together.
    fn tell(&mut self, saved: Vec<SavedArtifact>) {
        for saved in saved {
            match saved.outcome {
                SaveOutcome::Created => self.summary.created += 1,
                SaveOutcome::NewVersion => self.summary.new_versions += 1,
                SaveOutcome::Existing => self.summary.existing += 1,
            }
            self.summary.bytes += saved.artifact.size;
            (self.sink)(saved);
        }
    }
}

async fn find_locations(
    registry: &Registry,
    query: Option<&StorageQuery>,
) -> Result<(Vec<Storage>, Storage), SaveArtifactsError> {
    registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let storages = all_storages(transaction).await?;
                let target = match query {
                    Some(query) => query.find(transaction).await?,
                    None => read_default(transaction).await?,
                };
                Ok((storages, target))
            }
        })
        .await
}

/// What the files of a batch have in common.
struct Batch<'save> {
    registry: &'save Registry,
    /// Where copies go.
    target: &'save Storage,
    storages: &'save [Storage],
    description: Option<String>,
    trusts_entity_tags: bool,
}

impl Batch<'_> {
    /// Saves candidates: those that lie in a location together, and the others together.
    async fn save(
        &self,
        candidates: Vec<Candidate>,
        account: &mut Account<'_>,
    ) -> Result<(), SaveArtifactsError> {
        let (mut lying, mut copied) = (Vec::new(), Vec::new());
        for Candidate { name, size, origin } in candidates {
            match origin {
                Origin::InPlace { storage, blob, seen } => {
                    lying.push(in_place::LyingFile { name, storage, blob, seen });
                }
                Origin::Elsewhere(source) => copied.push(ingest::SourceFile { name, size, source }),
            }
        }
        if !lying.is_empty() {
            account.tell(in_place::register(self, lying).await?);
        }
        if !copied.is_empty() {
            ingest::ingest(self, copied, account).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold_domain::Surroundings;

    use super::*;

    #[test]
    fn the_folder_of_a_cloud_path_is_never_less_than_its_bucket() {
        let surroundings = Surroundings { current_directory: "/".to_owned(), home: None };
        for (path, expected) in [
            ("s3://lab-bucket/raw/a.csv", "s3://lab-bucket/raw"),
            ("s3://lab-bucket/a.csv", "s3://lab-bucket"),
            ("gs://lab-bucket", "gs://lab-bucket"),
            (
                "s3://lab-bucket/a?endpoint_url=http://localhost:9000",
                "s3://lab-bucket?endpoint_url=http://localhost:9000",
            ),
        ] {
            let path = StoragePath::parse(path, &surroundings).unwrap();
            assert_eq!(parent(&path), expected);
        }
    }
}
