//! Registries in memory with one fault.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use freehold_domain::{ArtifactStem, DatabaseFingerprint, DatabaseUrl, Family};
use freehold_memory::MemoryDatabases;
use freehold_ports::persistence::{
    AccessMode, ArtifactRepository, Databases, FamilyRepository, InstanceRepository, IntentRepository,
    LineageRepository, Persistence, PersistenceError, RunRepository, StorageRepository, TransformRepository,
    UnitOfWork, UserRepository,
};

/// What is wrong with a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// A rollback keeps the changes.
    ForgetsToRollBack,
    /// A commit after an error says that all is well.
    SwallowsTheAbort,
    /// A unit that reads can write.
    WritesWhenReading,
    /// Every page but the first lacks its first record.
    SkipsARow,
    /// Every page but the first begins with a record more, as counting does when somebody inserts.
    RepeatsARow,
    /// Records come in the order of their uids, whatever was asked for.
    FindsOutOfOrder,
    /// An update of what is absent is taken for done.
    UpdatesWhatIsAbsent,
    /// A cycle is not noticed.
    AllowsACycle,
    /// Each handle remembers the families that it has seen.
    RemembersFamilies,
    /// Opening makes what is missing.
    OpensWhatIsMissing,
}

/// What a handle with [`Fault::RemembersFamilies`] remembers.
pub(crate) type Memory = Arc<Mutex<HashMap<ArtifactStem, Family>>>;

/// Databases whose registries all have one fault.
#[derive(Debug)]
pub(crate) struct FaultyDatabases {
    pub(crate) inner: MemoryDatabases,
    pub(crate) fault: Fault,
}

impl FaultyDatabases {
    fn spoil(&self, inner: Arc<dyn Persistence>) -> Arc<dyn Persistence> {
        Arc::new(FaultyRegistry { inner, fault: self.fault, memory: Memory::default() })
    }
}

#[async_trait]
impl Databases for FaultyDatabases {
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError> {
        Ok(self.spoil(self.inner.create(url).await?))
    }

    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError> {
        if self.fault == Fault::OpensWhatIsMissing {
            return self.create(url).await;
        }
        Ok(self.spoil(self.inner.open(url, mode).await?))
    }

    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
        self.inner.destroy(url).await
    }
}

#[derive(Debug)]
struct FaultyRegistry {
    inner: Arc<dyn Persistence>,
    fault: Fault,
    memory: Memory,
}

#[async_trait]
impl Persistence for FaultyRegistry {
    async fn begin(&self, mode: AccessMode) -> Result<Box<dyn UnitOfWork>, PersistenceError> {
        let mode = if self.fault == Fault::WritesWhenReading { AccessMode::Write } else { mode };
        let inner = self.inner.begin(mode).await?;
        Ok(Box::new(FaultyUnit { inner, fault: self.fault, memory: Arc::clone(&self.memory) }))
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        self.inner.fingerprint().await
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.inner.close().await
    }
}

/// A unit of work with one fault. It is its own repository where the fault lies in one.
#[derive(Debug)]
pub(crate) struct FaultyUnit {
    pub(crate) inner: Box<dyn UnitOfWork>,
    pub(crate) fault: Fault,
    pub(crate) memory: Memory,
}

#[async_trait]
impl UnitOfWork for FaultyUnit {
    fn instance(&mut self) -> &mut dyn InstanceRepository {
        self.inner.instance()
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn storages(&mut self) -> &mut dyn StorageRepository {
        self.inner.storages()
    }

    fn transforms(&mut self) -> &mut dyn TransformRepository {
        self.inner.transforms()
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        self.inner.runs()
    }

    fn lineage(&mut self) -> &mut dyn LineageRepository {
        self
    }

    fn families(&mut self) -> &mut dyn FamilyRepository {
        self
    }

    fn artifacts(&mut self) -> &mut dyn ArtifactRepository {
        self.inner.artifacts()
    }

    fn intents(&mut self) -> &mut dyn IntentRepository {
        self.inner.intents()
    }

    async fn commit(self: Box<Self>) -> Result<(), PersistenceError> {
        match self.inner.commit().await {
            Err(PersistenceError::Aborted) if self.fault == Fault::SwallowsTheAbort => Ok(()),
            outcome => outcome,
        }
    }

    async fn rollback(self: Box<Self>) -> Result<(), PersistenceError> {
        if self.fault == Fault::ForgetsToRollBack {
            return self.inner.commit().await;
        }
        self.inner.rollback().await
    }
}
