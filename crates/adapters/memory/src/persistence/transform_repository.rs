//! Transforms in memory.

use async_trait::async_trait;
use freehold_domain::{Transform, TransformKey, TransformUid};
use freehold_ports::persistence::{Entity, Page, PageRequest, PersistenceError, TransformRepository};

use super::error::already_exists;
use super::page::{cut, position};
use super::records::Records;

#[async_trait]
impl TransformRepository for Records {
    async fn insert_many(&mut self, transforms: &[Transform]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for transform in transforms {
                state.require_user(&transform.created_by)?;
                let added = state.transforms.insert(transform.uid, transform.clone());
                added.ok_or_else(|| already_exists(Entity::Transform, transform.uid))?;
            }
            Ok(())
        })
    }

    async fn find_many(&mut self, uids: &[TransformUid]) -> Result<Vec<Transform>, PersistenceError> {
        self.read(|state| Ok(state.transforms.find_many(uids)))
    }

    async fn find_latest_by_key(
        &mut self,
        key: &TransformKey,
    ) -> Result<Option<Transform>, PersistenceError> {
        self.read(|state| {
            let with_key = || {
                let newest_first = state.transforms.newest_first(None);
                newest_first.map(|(_, transform)| transform).filter(|transform| transform.key == *key)
            };
            let Some(newest) = with_key().next() else { return Ok(None) };
            let versions = with_key().filter(|transform| transform.uid.stem() == newest.uid.stem());
            Ok(versions.max_by_key(|transform| transform.uid).cloned())
        })
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<Transform>, PersistenceError> {
        self.read(|state| {
            let transforms = state.transforms.newest_first(position(page)?);
            Ok(cut(page, transforms.map(|(number, transform)| (number, transform.clone()))))
        })
    }
}
