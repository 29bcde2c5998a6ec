//! Units of work: what happens in one is kept wholly or not at all.

use std::fmt::Debug;

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;

use super::{
    ArtifactRepository, FamilyRepository, InstanceRepository, IntentRepository, LineageRepository,
    PersistenceError, RunRepository, StorageRepository, TransformRepository, UserRepository,
};

/// What a unit of work, or an opened database, is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessMode {
    /// Reading. Every call that changes something fails with [`PersistenceError::ReadOnly`].
    Read,
    /// Reading and writing.
    Write,
}

/// The records of one registry.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Persistence: Debug + Send + Sync {
    /// Begins a unit of work.
    ///
    /// A task holds at most one at a time: on some backends the second waits for the first.
    ///
    /// # Isolation
    /// A unit that reads sees one state of the registry. A unit that writes sees what was committed before it began, and no
    /// other unit's change comes between its reads and its writes: it waits for other writers, or fails with `Conflict`.
    ///
    /// # Errors
    /// [`PersistenceError::Conflict`] when others kept the registry busy for too long; `ReadOnly` when writing is asked of a
    /// registry that was opened for reading; `Unavailable`.
    async fn begin(&self, mode: AccessMode) -> Result<Box<dyn UnitOfWork>, PersistenceError>;

    /// Gives what tells this database from every copy of it: an SQLite file from its copies on this and other hosts, a Postgres database from
    /// those that were made from its backup or as a template. Opening it again, restarting its server or renaming the file on the same file
    /// system does not change it.
    ///
    /// # Errors
    /// `Unavailable`, `Backend`.
    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError>;

    /// Closes the registry: waits for what is under way and lets go of every connection. Later calls fail.
    ///
    /// # Idempotency
    /// Closing twice is closing once.
    async fn close(&self) -> Result<(), PersistenceError>;
}

/// A unit of work on one registry.
///
/// # Atomicity
/// Nothing of it is seen by others before [`commit`](Self::commit) returns, and everything of it after. Dropping it
/// changes nothing, but say so with [`rollback`](Self::rollback): a dropped unit may hold its lock a while longer.
///
/// # Errors
/// Any error of any call, of any repository, ends the unit: every later call and `commit` fail with
/// [`PersistenceError::Aborted`], and nothing of it is kept.
#[async_trait]
pub trait UnitOfWork: Debug + Send {
    /// The registry's instance row.
    fn instance(&mut self) -> &mut dyn InstanceRepository;
    /// Users.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Storage locations.
    fn storages(&mut self) -> &mut dyn StorageRepository;
    /// Transforms.
    fn transforms(&mut self) -> &mut dyn TransformRepository;
    /// Runs.
    fn runs(&mut self) -> &mut dyn RunRepository;
    /// What runs read and made.
    fn lineage(&mut self) -> &mut dyn LineageRepository;
    /// Families of artifact versions.
    fn families(&mut self) -> &mut dyn FamilyRepository;
    /// Artifacts.
    fn artifacts(&mut self) -> &mut dyn ArtifactRepository;
    /// Intents.
    fn intents(&mut self) -> &mut dyn IntentRepository;

    /// Keeps everything that was done in this unit, durably: it survives a power cut once this has returned.
    ///
    /// # Errors
    /// [`PersistenceError::is_certainly_rolled_back`] says whether it is certain that nothing was kept; `Aborted` when an
    /// earlier call had failed; `Conflict`; `OutcomeUnknown`.
    async fn commit(self: Box<Self>) -> Result<(), PersistenceError>;

    /// Gives up everything that was done in this unit. It succeeds after an error, too.
    async fn rollback(self: Box<Self>) -> Result<(), PersistenceError>;
}
