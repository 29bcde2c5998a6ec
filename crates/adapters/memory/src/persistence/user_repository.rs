//! Users in memory.

use async_trait::async_trait;
use freehold_domain::{User, UserUid};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, UserRepository};

use super::error::{already_exists, in_use};
use super::page::{cut, position};
use super::records::Records;
use super::state::State;

#[async_trait]
impl UserRepository for Records {
    async fn insert_many(&mut self, users: &[User]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for user in users {
                let added = state.users.insert(user.uid, user.clone());
                added.ok_or_else(|| already_exists(Entity::User, user.uid))?;
            }
            Ok(())
        })
    }

    async fn find_many(&mut self, uids: &[UserUid]) -> Result<Vec<User>, PersistenceError> {
        self.read(|state| Ok(state.users.find_many(uids)))
    }

    async fn update(&mut self, user: &User) -> Result<(), PersistenceError> {
        self.write(|state| {
            state.require_user(&user.uid)?;
            state.users.replace(&user.uid, user.clone());
            Ok(())
        })
    }

    async fn delete(&mut self, uid: &UserUid) -> Result<bool, PersistenceError> {
        self.write(|state| match creation_by(state, *uid) {
            Some(user) => Err(in_use(Entity::User, uid, user)),
            None => Ok(state.users.remove(uid)),
        })
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<User>, PersistenceError> {
        self.read(|state| {
            let users = state.users.after_uid(position(page)?);
            Ok(cut(page, users.map(|(uid, user)| (uid, user.clone()))))
        })
    }
}

/// What kind of record this user has created, if any.
fn creation_by(state: &State, uid: UserUid) -> Option<Entity> {
    let mut storages = state.storages.records().map(|storage| storage.provenance.created_by());
    let has_event = state.storage_events.iter().any(|event| event.by == uid);
    let creations = [
        (Entity::Storage, has_event || storages.any(|creator| creator == uid)),
        (Entity::Transform, state.transforms.records().any(|transform| transform.created_by == uid)),
        (Entity::Run, state.runs.records().any(|run| run.created_by() == uid)),
        (Entity::Artifact, state.artifacts.records().any(|artifact| artifact.provenance.created_by() == uid)),
    ];
    creations.into_iter().find(|(_, exists)| *exists).map(|(entity, _)| entity)
}
