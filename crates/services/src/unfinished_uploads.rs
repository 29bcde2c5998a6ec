//! Uploads to a managed location that were begun and not finished: whose they are, and the end of those that nobody goes on with.

use std::collections::{HashMap, HashSet};

use freehold_domain::{BlobKey, IntentKind, SessionUid, Storage, StorageUid};
use freehold_ports::blobs::{BlobError, UnfinishedUpload};
use freehold_ports::persistence::{PageRequest, PersistenceError};
use freehold_ports::system::LivenessError;
use futures_util::TryStreamExt;

use crate::list_storages::PAGE;
use crate::reference::StorageQuery;
use crate::{AccessError, Category, ReferenceError, Registry, Transaction, UseCaseError};

/// Who goes on with an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UploadOwner {
    /// A session that is alive, or may be: one that is alive writes to the location, and not under a key that tells whether this is it.
    Live,
    /// Nobody: the session that began it is dead.
    Nobody,
    /// Another program: it is not an upload of Freehold's, which puts blobs under `.lamindb/` only.
    AnotherProgram,
}

/// An upload that was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedUpload {
    /// The upload.
    pub upload: UnfinishedUpload,
    /// Who goes on with it.
    pub owner: UploadOwner,
}

/// The uploads to a location that were begun and not finished.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedUploads {
    /// The location.
    pub storage: Storage,
    /// The uploads, by key and then by when they were begun.
    pub uploads: Vec<OwnedUpload>,
}

/// Why uploads could not be listed or aborted.
#[derive(Debug, thiserror::Error)]
pub enum UnfinishedUploadsError {
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The location is not this instance's to clean up.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// It cannot be told which sessions are alive.
    #[error(transparent)]
    Liveness(#[from] LivenessError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl UseCaseError for UnfinishedUploadsError {
    fn category(&self) -> Category {
        match self {
            Self::Reference(error) => error.category(),
            Self::Access(error) => error.category(),
            Self::Liveness(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Reference(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Liveness(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
        }
    }
}

/// Lists the unfinished uploads to the managed location that `storage` means. Nothing is changed.
///
/// # Errors
/// See [`UnfinishedUploadsError`].
pub async fn unfinished_uploads(
    registry: &Registry,
    storage: &str,
) -> Result<UnfinishedUploads, UnfinishedUploadsError> {
    let query = StorageQuery::new(&registry.host, storage).await;
    let storage: Storage = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                Ok::<_, UnfinishedUploadsError>(query.find(transaction).await?)
            }
        })
        .await?;
    registry.host.locations.managed(&storage, &registry.instance).await?;
    let location = registry.host.locations.readable(&storage).await?;
    // Announced before they are begun, and looked up after they were found: an upload of a live session is never taken for a dead one's.
    let mut found: Vec<UnfinishedUpload> = location.unfinished_uploads().await.try_collect().await?;
    found.sort_by(|a, b| (&a.key, a.begun, &a.id).cmp(&(&b.key, b.begun, &b.id)));
    let announced = Announced::read(registry, storage.uid()).await?;
    let uploads =
        found.into_iter().map(|upload| OwnedUpload { owner: announced.owner(&upload.key), upload }).collect();
    Ok(UnfinishedUploads { storage, uploads })
}

/// Aborts those unfinished uploads to the managed location that `storage` means with which nobody goes on, and gives them all as they were found.
///
/// # Idempotency
/// What was aborted, or finished, meanwhile is success.
///
/// # Errors
/// See [`UnfinishedUploadsError`]. The claim is read again before anything is aborted.
pub async fn abort_unfinished_uploads(
    registry: &Registry,
    storage: &str,
) -> Result<UnfinishedUploads, UnfinishedUploadsError> {
    let found = unfinished_uploads(registry, storage).await?;
    let location = registry.writable(&found.storage).await?;
    for OwnedUpload { upload, owner } in &found.uploads {
        match owner {
            UploadOwner::Nobody => location.abort_upload(upload).await?,
            UploadOwner::Live | UploadOwner::AnotherProgram => {}
        }
    }
    Ok(found)
}

/// What sessions have announced for one location.
struct Announced {
    by_key: HashMap<BlobKey, HashSet<SessionUid>>,
    alive: HashSet<SessionUid>,
}

impl Announced {
    async fn read(registry: &Registry, storage: StorageUid) -> Result<Self, UnfinishedUploadsError> {
        let mut by_key: HashMap<BlobKey, HashSet<SessionUid>> = HashMap::new();
        let mut request = PageRequest::first(PAGE);
        loop {
            let page = registry
                .reading(|| {
                    async |transaction: &mut Transaction| transaction.intents().list(None, &request).await
                })
                .await?;
            let here = page
                .items
                .into_iter()
                .filter(|intent| intent.kind == IntentKind::Ingest && intent.storage == storage);
            for intent in here {
                by_key.entry(intent.blob_key).or_default().insert(intent.session);
            }
            match page.next {
                Some(next) => request.after = Some(next),
                None => break,
            }
        }
        let own = registry.begun_session().await;
        let sessions: HashSet<SessionUid> = by_key.values().flatten().copied().collect();
        let mut alive = HashSet::new();
        for session in sessions {
            if Some(session) == own || registry.host.liveness.is_alive(&registry.database, session).await? {
                alive.insert(session);
            }
        }
        Ok(Self { by_key, alive })
    }

    fn owner(&self, key: &BlobKey) -> UploadOwner {
        if !key.is_reserved() {
            return UploadOwner::AnotherProgram;
        }
        let is_live = match self.by_key.get(key) {
            Some(sessions) => sessions.iter().any(|session| self.alive.contains(session)),
            // A backend may begin under another key than it ends with.
            None => !self.alive.is_empty(),
        };
        if is_live { UploadOwner::Live } else { UploadOwner::Nobody }
    }
}
