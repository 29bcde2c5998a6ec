//! The instance row in memory.

use async_trait::async_trait;
use freehold_domain::Instance;
use freehold_ports::persistence::{Entity, InstanceRepository, PersistenceError};

use super::error::{already_exists, not_found};
use super::records::Records;
use super::state::State;

#[async_trait]
impl InstanceRepository for Records {
    async fn insert(&mut self, instance: &Instance) -> Result<(), PersistenceError> {
        self.write(|state| {
            if let Some(recorded) = &state.instance {
                return Err(already_exists(Entity::Instance, recorded.slug()));
            }
            require_default_storage(state, instance)?;
            state.instance = Some(instance.clone());
            Ok(())
        })
    }

    async fn find(&mut self) -> Result<Option<Instance>, PersistenceError> {
        self.read(|state| Ok(state.instance.clone()))
    }

    async fn update(&mut self, instance: &Instance) -> Result<(), PersistenceError> {
        self.write(|state| {
            let recorded = state.instance.as_ref().filter(|recorded| recorded.id() == instance.id());
            let recorded = recorded.ok_or_else(|| not_found(Entity::Instance, instance.slug()))?;
            require_default_storage(state, instance)?;
            state.instance = Some(Instance::recorded(
                recorded.id(),
                recorded.slug().clone(),
                recorded.created_at(),
                instance.default_storage(),
                instance.is_closing(),
            ));
            Ok(())
        })
    }
}

fn require_default_storage(state: &State, instance: &Instance) -> Result<(), PersistenceError> {
    instance.default_storage().map_or(Ok(()), |storage| state.require_storage(&storage))
}
