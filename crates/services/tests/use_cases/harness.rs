//! Two instances on one machine in memory, and one-line arrangements.

mod books;
pub(crate) mod faults;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{
    Artifact, BlobKey, Claim, DatabaseUrl, RunOutcome, RunUid, StorageChange, StorageRoot,
};
use freehold_memory::MemoryMachine;
use freehold_ports::blobs::{BlobMetadata, BlobStores};
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};
use freehold_ports::system::Silent;
use freehold_services::add_storage::{AddOutcome, AddStorage, AddStorageError, AddedStorage, add_storage};
use freehold_services::connect_instance::open_instance;
use freehold_services::delete_artifacts::{
    DeleteArtifactsError, DeletedArtifacts, Deletion, delete_artifacts,
};
use freehold_services::finish_run::finish_run;
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::read_artifact::read_artifact;
use freehold_services::save_artifacts::{
    SaveArtifacts, SaveArtifactsError, SaveSummary, SavedArtifact, save_artifacts,
};
use freehold_services::start_run::{StartRun, start_run};
use freehold_services::transfer_artifacts::{
    TransferArtifacts, TransferArtifactsError, TransferReport, transfer_artifacts,
};
use freehold_services::{Category, Host, Locations, Registry, UseCaseError};
use futures_util::TryStreamExt;

pub(crate) use books::Books;
pub(crate) use faults::Fault;
use faults::{Faults, FaultyBlobStores, FaultyDatabases, FaultyDirectory, FaultyFiles, FaultyLiveness};

/// The default storage of `lab/primary`.
pub(crate) const LAB: &str = "/lab/data";
/// The default storage of `analysis/derived`.
pub(crate) const ANALYSIS: &str = "/analysis/data";

/// One machine in memory, whose ports fail when they are told to.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) machine: MemoryMachine,
    pub(crate) faults: Faults,
    /// Whether the storage backend copies by itself.
    pub(crate) copies: bool,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { machine: MemoryMachine::new(), faults: Faults::default(), copies: true }
    }

    /// The same machine for another user.
    pub(crate) fn of_another_user(&self, name: &str) -> Self {
        Self { machine: self.machine.of_another_user(name, 1), ..self.clone() }
    }

    /// The same machine for another user, whose settings and identities are of their own.
    pub(crate) fn of_another_user_numbered(&self, number: usize) -> Self {
        let seed = u32::try_from(number).unwrap() + 1;
        Self { machine: self.machine.of_another_user("someone", seed), ..self.clone() }
    }

    pub(crate) fn host(&self) -> Host {
        let Self { machine, faults, copies } = self.clone();
        let stores = FaultyBlobStores { inner: machine.stores, faults: faults.clone(), copies };
        Host {
            databases: Arc::new(FaultyDatabases { inner: machine.databases, faults: faults.clone() }),
            locations: Locations::new(Arc::new(stores)),
            cache: None,
            files: Arc::new(FaultyFiles { inner: machine.files, faults: faults.clone() }),
            clock: Arc::new(machine.clock),
            uids: Arc::new(machine.uids),
            liveness: Arc::new(FaultyLiveness { inner: machine.liveness, faults: faults.clone() }),
            directory: Arc::new(FaultyDirectory { inner: machine.directory, faults }),
            progress: Arc::new(Silent),
        }
    }

    /// The instance `lab/primary` of the user `ada`.
    pub(crate) async fn lab(&self) -> Registry {
        initialised(&self.host(), "lab/primary", LAB).await
    }

    /// The instance `analysis/derived` of the user `grace`.
    pub(crate) async fn analysis(&self) -> Registry {
        initialised(&self.of_another_user("grace").host(), "analysis/derived", ANALYSIS).await
    }

    /// Opens an instance again, as somebody whose calls are not counted and do not fail.
    pub(crate) async fn opened_apart(&self, registry: &Registry) -> Registry {
        Self { faults: Faults::default(), ..self.clone() }.opened(registry.database()).await
    }

    /// Opens an instance again, as the next process does.
    pub(crate) async fn reopened(&self, registry: &Registry) -> Registry {
        open_instance(registry.host(), Some(&registry.database().reveal()), AccessMode::Write).await.unwrap()
    }

    /// Opens the registry in a database.
    pub(crate) async fn opened(&self, database: &DatabaseUrl) -> Registry {
        open_instance(&self.host(), Some(&database.reveal()), AccessMode::Write).await.unwrap()
    }

    /// Puts a file on the machine.
    pub(crate) fn file(&self, path: &str, content: &str) {
        self.machine.files.put(Path::new(path), content.to_owned());
    }

    pub(crate) async fn books(&self, registry: &Registry) -> Books {
        Books::read(&self.machine, registry).await
    }

    /// Checks that the books of an instance are true.
    pub(crate) async fn audit(&self, registry: &Registry, what: &str) {
        self.books(registry).await.audit(&self.machine, registry, what);
    }

    /// Everything at a location, each blob with its version: equal only if nothing was written there.
    pub(crate) async fn contents(&self, at: &str) -> (bool, Vec<BlobMetadata>) {
        let store = self.machine.stores.open(&root(at)).await.unwrap();
        let blobs = store.list(None).await.try_collect().await.unwrap();
        (self.machine.stores.exists(&root(at)), blobs)
    }

    /// The keys of what lies at a location.
    pub(crate) fn keys(&self, at: &str) -> Vec<String> {
        self.machine.stores.keys(&root(at)).iter().map(ToString::to_string).collect()
    }

    /// The claim at a location.
    pub(crate) fn claim(&self, at: &str) -> Option<Claim> {
        let bytes = self.machine.stores.content(&root(at), &BlobKey::claim())?;
        Claim::parse(&bytes).ok()
    }

    /// Removes the claim of a location by hand.
    pub(crate) fn remove_claim(&self, at: &str) {
        assert!(self.machine.stores.forget(&root(at), &BlobKey::claim()));
    }

    /// Cuts the end off the claim of a location, and keeps so many lines.
    pub(crate) fn truncate_claim(&self, at: &str, lines: usize) {
        let bytes = self.machine.stores.content(&root(at), &BlobKey::claim()).unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let kept: Vec<&str> = text.lines().take(lines).collect();
        self.machine.stores.tamper(&root(at), &BlobKey::claim(), kept.join("\n"));
    }

    /// Removes the bytes of an artifact by hand.
    pub(crate) fn lose_bytes(&self, at: &str, artifact: &Artifact) {
        assert!(self.machine.stores.forget(&root(at), &artifact.blob_key()));
    }
}

/// The instance `slug` with its default storage at `storage`.
pub(crate) async fn initialised(host: &Host, slug: &str, storage: &str) -> Registry {
    let (owner, name) = slug.split_once('/').unwrap();
    let request = InitialiseInstance {
        storage: storage.to_owned(),
        name: Some(name.to_owned()),
        owner: Some(owner.parse().unwrap()),
        ..InitialiseInstance::default()
    };
    initialise_instance(host, request).await.unwrap().registry
}

pub(crate) fn root(text: &str) -> StorageRoot {
    StorageRoot::from_canonical(text).unwrap()
}

pub(crate) fn database(text: &str) -> DatabaseUrl {
    text.parse().unwrap()
}

/// A request to save these paths.
pub(crate) fn paths(paths: &[&str]) -> SaveArtifacts {
    SaveArtifacts { paths: paths.iter().map(|path| (*path).to_owned()).collect(), ..SaveArtifacts::default() }
}

/// A request to save a file under a key.
pub(crate) fn keyed(path: &str, key: &str) -> SaveArtifacts {
    SaveArtifacts { key: Some(key.parse().unwrap()), ..paths(&[path]) }
}

/// A request to save a path into a location.
pub(crate) fn into(path: &str, storage: &str) -> SaveArtifacts {
    SaveArtifacts { storage: Some(storage.to_owned()), ..paths(&[path]) }
}

/// Saves, and gives what came of each file.
pub(crate) async fn try_save(
    registry: &Registry,
    request: SaveArtifacts,
) -> Result<(Vec<SavedArtifact>, SaveSummary), SaveArtifactsError> {
    let mut saved = Vec::new();
    let summary = save_artifacts(registry, request, &mut |artifact| saved.push(artifact)).await?;
    Ok((saved, summary))
}

/// Saves one file.
pub(crate) async fn save(registry: &Registry, request: SaveArtifacts) -> SavedArtifact {
    let (saved, _) = try_save(registry, request).await.unwrap();
    let [one] = <[SavedArtifact; 1]>::try_from(saved).unwrap();
    one
}

/// Saves one file of the machine under its own name.
pub(crate) async fn save_path(registry: &Registry, path: &str) -> SavedArtifact {
    save(registry, paths(&[path])).await
}

/// Adds a managed location.
pub(crate) async fn add(registry: &Registry, at: &str) -> AddedStorage {
    add_storage(registry, AddStorage { root: at.to_owned(), ..AddStorage::default() }).await.unwrap()
}

/// Adds a location, and says what it became.
pub(crate) async fn try_add(registry: &Registry, at: &str) -> Result<AddOutcome, AddStorageError> {
    let request = AddStorage { root: at.to_owned(), ..AddStorage::default() };
    add_storage(registry, request).await.map(|added| added.outcome)
}

/// What became of the ownership of a location, oldest first.
pub(crate) async fn history(world: &World, registry: &Registry, at: &str) -> Vec<StorageChange> {
    let persistence = records(world, registry).await.unwrap();
    let mut unit = persistence.begin(AccessMode::Read).await.unwrap();
    let storage = unit.storages().find_by_roots(&[root(at)]).await.unwrap().remove(0);
    let events = unit.storages().history(&storage.uid()).await.unwrap();
    events.into_iter().map(|event| event.change).collect()
}

/// Links a location.
pub(crate) async fn link(registry: &Registry, at: &str) -> AddedStorage {
    add_storage(registry, AddStorage { root: at.to_owned(), link: true, ..AddStorage::default() })
        .await
        .unwrap()
}

/// The same instance under a new run of a transform.
pub(crate) async fn under_new_run(registry: &Registry, transform: &str) -> Registry {
    let started = start_run(registry, StartRun::of(transform.parse().unwrap())).await.unwrap();
    registry.under_run(Some(started.run.uid()))
}

/// The run that an instance is under.
pub(crate) fn run_of(registry: &Registry) -> RunUid {
    registry.run().unwrap()
}

/// Finishes the run that an instance is under.
pub(crate) async fn finish(registry: &Registry) {
    finish_run(registry, None, RunOutcome::Completed).await.unwrap();
}

/// The bytes of an artifact, as a user reads them.
pub(crate) async fn bytes(registry: &Registry, artifact: &str) -> Bytes {
    let read = read_artifact(registry, artifact).await.unwrap();
    let pieces: Vec<Bytes> = read.body.try_collect().await.unwrap();
    pieces.concat().into()
}

/// Deletes artifacts.
pub(crate) async fn try_delete(
    registry: &Registry,
    artifacts: &[&str],
    deletion: Deletion,
) -> Result<DeletedArtifacts, DeleteArtifactsError> {
    let artifacts: Vec<String> = artifacts.iter().map(|artifact| (*artifact).to_owned()).collect();
    delete_artifacts(registry, &artifacts, deletion).await
}

pub(crate) const PURGE: Deletion = Deletion::Purge { with_file: false };
pub(crate) const PURGE_WITH_FILE: Deletion = Deletion::Purge { with_file: true };

/// Puts an artifact into the trash.
pub(crate) async fn trash(registry: &Registry, artifact: &str) -> Artifact {
    try_delete(registry, &[artifact], Deletion::Trash).await.unwrap().artifacts.remove(0)
}

/// Deletes an artifact for good.
pub(crate) async fn purge(registry: &Registry, artifact: &str) -> Artifact {
    try_delete(registry, &[artifact], PURGE).await.unwrap().artifacts.remove(0)
}

/// Transfers everything, or what is named.
pub(crate) async fn try_transfer(
    registry: &Registry,
    source: &Registry,
    artifacts: &[&str],
    copy: bool,
) -> Result<TransferReport, TransferArtifactsError> {
    let artifacts = artifacts.iter().map(|artifact| (*artifact).to_owned()).collect();
    transfer_artifacts(registry, source, TransferArtifacts { artifacts, prefix: None, copy }).await
}

pub(crate) async fn transfer(registry: &Registry, source: &Registry, artifacts: &[&str]) -> TransferReport {
    try_transfer(registry, source, artifacts, false).await.unwrap()
}

pub(crate) async fn transfer_copied(
    registry: &Registry,
    source: &Registry,
    artifacts: &[&str],
) -> TransferReport {
    try_transfer(registry, source, artifacts, true).await.unwrap()
}

/// Checks the category of an error, and that it names a next step where it should.
#[track_caller]
pub(crate) fn assert_error(error: &dyn UseCaseError, category: Category, message: &str) {
    assert_eq!(error.category(), category, "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

/// Opens the records of an instance, past every use case.
pub(crate) async fn records(
    world: &World,
    registry: &Registry,
) -> Result<Arc<dyn Persistence>, PersistenceError> {
    world.machine.databases.open(registry.database(), AccessMode::Write).await
}
