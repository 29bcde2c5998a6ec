//! Storage locations in memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::{
    Provenance, Storage, StorageEvent, StorageFields, StorageId, StorageRoot, StorageUid, UidPrefix,
};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, StorageRepository};

use super::error::{already_exists, in_use, not_found};
use super::page::{cut, position};
use super::records::Records;
use super::state::{State, storages_of, updated_provenance};

#[async_trait]
impl StorageRepository for Records {
    async fn insert(&mut self, storage: &Storage) -> Result<StorageId, PersistenceError> {
        self.write(|state| {
            require_free_root(state, storage)?;
            state.require_provenance(&storage.provenance)?;
            let number = state.storages.insert(storage.uid(), storage.clone());
            let number = number.ok_or_else(|| already_exists(Entity::Storage, storage.uid()))?;
            let id = id(number);
            state.storages.replace(&storage.uid(), storage.clone().with_id(id));
            Ok(id)
        })
    }

    async fn find_many(&mut self, uids: &[StorageUid]) -> Result<Vec<Storage>, PersistenceError> {
        self.read(|state| Ok(state.storages.find_many(uids)))
    }

    async fn find_by_roots(&mut self, roots: &[StorageRoot]) -> Result<Vec<Storage>, PersistenceError> {
        let wanted: BTreeSet<&StorageRoot> = roots.iter().collect();
        self.read(|state| {
            let found = state.storages.records().filter(|storage| wanted.contains(storage.root()));
            Ok(found.cloned().collect())
        })
    }

    async fn find_by_uid_prefix(
        &mut self,
        prefix: &UidPrefix,
        limit: u32,
    ) -> Result<Vec<Storage>, PersistenceError> {
        self.read(|state| Ok(state.storages.find_by_prefix(prefix, limit, StorageUid::as_str)))
    }

    async fn update(&mut self, storage: &Storage) -> Result<(), PersistenceError> {
        self.write(|state| {
            let uid = storage.uid();
            let recorded = state.storages.get(&uid).ok_or_else(|| not_found(Entity::Storage, uid))?;
            require_free_root(state, storage)?;
            state.require_provenance(&storage.provenance)?;
            let updated = Storage::from_fields(StorageFields {
                id: recorded.id(),
                uid,
                root: storage.root().clone(),
                instance_uid: storage.instance_uid(),
                epoch: storage.epoch(),
                description: storage.description.clone(),
                region: storage.region.clone(),
                capabilities: storage.capabilities,
                provenance: updated_provenance(
                    Entity::Storage,
                    uid.as_str(),
                    &recorded.provenance,
                    &storage.provenance,
                )?,
            });
            state.storages.replace(&uid, updated);
            Ok(())
        })
    }

    async fn delete(&mut self, uid: &StorageUid) -> Result<bool, PersistenceError> {
        self.write(|state| {
            if let Some(user) = user_of(state, uid) {
                return Err(in_use(Entity::Storage, uid, user));
            }
            Arc::make_mut(&mut state.storage_events).retain(|event| event.storage != *uid);
            Ok(state.storages.remove(uid))
        })
    }

    async fn record_event(&mut self, event: &StorageEvent) -> Result<(), PersistenceError> {
        self.write(|state| {
            state.require_storage(&event.storage)?;
            state.require_provenance(&Provenance::created(event.at, event.by, event.run))?;
            Arc::make_mut(&mut state.storage_events).push(event.clone());
            Ok(())
        })
    }

    async fn history(&mut self, uid: &StorageUid) -> Result<Vec<StorageEvent>, PersistenceError> {
        self.read(|state| {
            Ok(state.storage_events.iter().filter(|event| event.storage == *uid).cloned().collect())
        })
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Storage>, PersistenceError> {
        self.read(|state| {
            let storages = state.storages.oldest_first(position(page)?);
            Ok(cut(page, storages.map(|(number, storage)| (number, storage.clone()))))
        })
    }
}

fn id(number: u64) -> StorageId {
    StorageId(i64::try_from(number).unwrap_or(i64::MAX))
}

fn require_free_root(state: &State, storage: &Storage) -> Result<(), PersistenceError> {
    let takes_root = |other: &Storage| other.root() == storage.root() && other.uid() != storage.uid();
    if state.storages.records().any(takes_root) {
        return Err(already_exists(Entity::Storage, storage.root()));
    }
    Ok(())
}

/// What kind of record refers to this location, if any.
fn user_of(state: &State, uid: &StorageUid) -> Option<Entity> {
    let default = state.instance.as_ref().and_then(freehold_domain::Instance::default_storage);
    let mut artifacts = state.artifacts.records().flat_map(storages_of);
    let uses = [
        (Entity::Artifact, artifacts.any(|storage| storage == uid)),
        (Entity::Intent, state.intents.records().any(|intent| intent.storage == *uid)),
        (Entity::Instance, default == Some(*uid)),
    ];
    uses.into_iter().find(|(_, exists)| *exists).map(|(entity, _)| entity)
}
