//! Families of artifact versions in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use freehold_domain::{Artifact, ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, Family};
use freehold_ports::persistence::{Entity, FamilyRepository, PersistenceError};

use super::error::{already_exists, not_found};
use super::records::Records;
use super::state::State;

#[async_trait]
impl FamilyRepository for Records {
    async fn insert_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for family in families {
                let stem = family.stem();
                state.require_head(family)?;
                let added = state.families.insert(stem, family.clone());
                added.ok_or_else(|| already_exists(Entity::Family, stem))?;
                state.family_keys.insert(&family.key, stem);
                require_own_key(state, family)?;
            }
            Ok(())
        })
    }

    async fn find_many(&mut self, stems: &[ArtifactStem]) -> Result<Vec<Family>, PersistenceError> {
        self.read(|state| Ok(state.families.find_many(stems)))
    }

    async fn find_by_keys(&mut self, keys: &[ArtifactKey]) -> Result<Vec<Family>, PersistenceError> {
        let keys: BTreeSet<&ArtifactKey> = keys.iter().collect();
        self.read(|state| {
            let stems = keys.into_iter().flat_map(|key| state.family_keys.with_key(key));
            Ok(stems.filter_map(|stem| state.families.get(&stem).cloned()).collect())
        })
    }

    async fn update_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        self.write(|state| {
            for family in families {
                let stem = family.stem();
                let recorded = state.families.get(&stem).ok_or_else(|| not_found(Entity::Family, stem))?;
                state.require_head(family)?;
                let updated = Family::recorded(
                    stem,
                    family.key.clone(),
                    recorded.origin(),
                    family.last_reserved(),
                    family.head().map(|head| head.version()),
                );
                state.family_keys.remove(&recorded.key, &stem);
                state.family_keys.insert(&updated.key, stem);
                state.families.replace(&stem, updated);
            }
            families.iter().try_for_each(|family| require_own_key(state, family))
        })
    }

    async fn versions(
        &mut self,
        stems: &[ArtifactStem],
    ) -> Result<Vec<(ArtifactUid, ArtifactState)>, PersistenceError> {
        let stems: BTreeSet<ArtifactStem> = stems.iter().copied().collect();
        self.read(|state| {
            Ok(stems.into_iter().flat_map(|stem| state.versions_of(stem)).map(uid_and_state).collect())
        })
    }

    async fn delete_unused(&mut self, stems: &[ArtifactStem]) -> Result<u64, PersistenceError> {
        self.write(|state| {
            let mut deleted = 0;
            let announced: BTreeSet<ArtifactStem> =
                state.intents.records().map(|intent| intent.artifact.stem()).collect();
            for stem in stems {
                let is_used = announced.contains(stem) || state.versions_of(*stem).next().is_some();
                if is_used {
                    continue;
                }
                if let Some(family) = state.families.get(stem) {
                    state.family_keys.remove(&family.key, stem);
                    state.families.remove(stem);
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
    }
}

fn uid_and_state(artifact: &Artifact) -> (ArtifactUid, ArtifactState) {
    (artifact.uid, artifact.state)
}

/// Checks that no two own families have the key of this one, if it is an own one.
fn require_own_key(state: &State, family: &Family) -> Result<(), PersistenceError> {
    let own = state.instance.as_ref().map(freehold_domain::Instance::uid);
    let is_own = |stem: &ArtifactStem| state.families.get(stem).map(Family::origin) == own;
    if own.is_some()
        && is_own(&family.stem())
        && state.family_keys.with_key(&family.key).filter(is_own).count() > 1
    {
        return Err(already_exists(Entity::Family, &family.key));
    }
    Ok(())
}
