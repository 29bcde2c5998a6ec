//! A unit of work: a copy of the state, put in place of the committed one at its end.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_ports::persistence::{
    AccessMode, ArtifactRepository, FamilyRepository, InstanceRepository, IntentRepository,
    LineageRepository, PersistenceError, RunRepository, StorageRepository, TransformRepository, UnitOfWork,
    UserRepository,
};

use super::records::Records;
use super::registry::{Holds, Registry};

/// A unit of work: a copy of the state, put in place of the committed one at its end.
#[derive(Debug)]
pub(super) struct MemoryUnitOfWork {
    registry: Arc<Registry>,
    records: Records,
    holds: Holds,
}

impl MemoryUnitOfWork {
    /// Begins with the state that is committed now. `holds` keep other writers away.
    pub(super) fn new(registry: Arc<Registry>, mode: AccessMode, holds: Holds) -> Self {
        let records = Records::new(registry.snapshot(), mode);
        Self { registry, records, holds }
    }
}

#[async_trait]
impl UnitOfWork for MemoryUnitOfWork {
    fn instance(&mut self) -> &mut dyn InstanceRepository {
        &mut self.records
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        &mut self.records
    }

    fn storages(&mut self) -> &mut dyn StorageRepository {
        &mut self.records
    }

    fn transforms(&mut self) -> &mut dyn TransformRepository {
        &mut self.records
    }

    fn runs(&mut self) -> &mut dyn RunRepository {
        &mut self.records
    }

    fn lineage(&mut self) -> &mut dyn LineageRepository {
        &mut self.records
    }

    fn families(&mut self) -> &mut dyn FamilyRepository {
        &mut self.records
    }

    fn artifacts(&mut self) -> &mut dyn ArtifactRepository {
        &mut self.records
    }

    fn intents(&mut self) -> &mut dyn IntentRepository {
        &mut self.records
    }

    async fn commit(self: Box<Self>) -> Result<(), PersistenceError> {
        let Self { registry, records, holds } = *self;
        if let Some(state) = records.into_changed()? {
            registry.commit(state);
        }
        drop(holds);
        Ok(())
    }

    async fn rollback(self: Box<Self>) -> Result<(), PersistenceError> {
        Ok(())
    }
}
