//! Databases that fail when they are told to. A failure inside a unit of work is one of its commit: nothing of it is kept.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::{DatabaseFingerprint, DatabaseUrl};
use freehold_ports::persistence::{
    AccessMode, ArtifactRepository, Databases, FamilyRepository, InstanceRepository, IntentRepository,
    LineageRepository, Persistence, PersistenceError, RunRepository, StorageRepository, TransformRepository,
    UnitOfWork, UserRepository,
};

use super::{Fault, Faults};

fn error(fault: Fault) -> PersistenceError {
    match fault {
        Fault::Broken => PersistenceError::Unavailable { source: "a fault was injected".into() },
        Fault::AnswerLost | Fault::Unknown => {
            PersistenceError::OutcomeUnknown { source: "the answer was lost".into() }
        }
        Fault::Conflict => PersistenceError::Conflict { source: "somebody else was faster".into() },
    }
}

#[derive(Debug)]
pub(crate) struct FaultyDatabases<D> {
    pub(crate) inner: D,
    pub(crate) faults: Faults,
}

impl<D> FaultyDatabases<D> {
    fn opened(&self, inner: Arc<dyn Persistence>) -> Arc<dyn Persistence> {
        Arc::new(FaultyPersistence { inner, faults: self.faults.clone() })
    }
}

#[async_trait]
impl<D: Databases> Databases for FaultyDatabases<D> {
    async fn create(&self, url: &DatabaseUrl) -> Result<Arc<dyn Persistence>, PersistenceError> {
        let created = self.faults.around("create database", error, self.inner.create(url)).await?;
        Ok(self.opened(created))
    }

    async fn open(
        &self,
        url: &DatabaseUrl,
        mode: AccessMode,
    ) -> Result<Arc<dyn Persistence>, PersistenceError> {
        let opened = self.faults.around("open database", error, self.inner.open(url, mode)).await?;
        Ok(self.opened(opened))
    }

    async fn destroy(&self, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
        self.faults.around("destroy database", error, self.inner.destroy(url)).await
    }
}

#[derive(Debug)]
struct FaultyPersistence {
    inner: Arc<dyn Persistence>,
    faults: Faults,
}

#[async_trait]
impl Persistence for FaultyPersistence {
    async fn begin(&self, mode: AccessMode) -> Result<Box<dyn UnitOfWork>, PersistenceError> {
        let name = match mode {
            AccessMode::Read => "begin read",
            AccessMode::Write => "begin write",
        };
        let inner = self.faults.around(name, error, self.inner.begin(mode)).await?;
        Ok(Box::new(FaultyUnitOfWork { inner, mode, faults: self.faults.clone() }))
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        self.faults.around("fingerprint", error, self.inner.fingerprint()).await
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.faults.around("close database", error, self.inner.close()).await
    }
}

#[derive(Debug)]
struct FaultyUnitOfWork {
    inner: Box<dyn UnitOfWork>,
    mode: AccessMode,
    faults: Faults,
}

#[async_trait]
impl UnitOfWork for FaultyUnitOfWork {
    fn instance(&mut self) -> &mut dyn InstanceRepository {
        self.inner.instance()
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self.inner.users()
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
        self.inner.lineage()
    }

    fn families(&mut self) -> &mut dyn FamilyRepository {
        self.inner.families()
    }

    fn artifacts(&mut self) -> &mut dyn ArtifactRepository {
        self.inner.artifacts()
    }

    fn intents(&mut self) -> &mut dyn IntentRepository {
        self.inner.intents()
    }

    async fn commit(self: Box<Self>) -> Result<(), PersistenceError> {
        let Self { inner, mode, faults } = *self;
        let name = match mode {
            AccessMode::Read => "commit read",
            AccessMode::Write => "commit write",
        };
        faults.around(name, error, inner.commit()).await
    }

    async fn rollback(self: Box<Self>) -> Result<(), PersistenceError> {
        self.inner.rollback().await
    }
}
