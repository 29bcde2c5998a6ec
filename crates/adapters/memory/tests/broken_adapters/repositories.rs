//! The repositories in which a faulty unit of work has its fault.

use async_trait::async_trait;
use freehold_domain::{ArtifactKey, ArtifactState, ArtifactStem, ArtifactUid, Family, RunUid, User, UserUid};
use freehold_ports::persistence::{
    ArtifactRuns, FamilyRepository, LineageRepository, Page, PageRequest, PersistenceError, UserRepository,
};

use super::registry::{Fault, FaultyUnit};

#[async_trait]
impl UserRepository for FaultyUnit {
    async fn insert_many(&mut self, users: &[User]) -> Result<(), PersistenceError> {
        self.inner.users().insert_many(users).await
    }

    async fn find_many(&mut self, uids: &[UserUid]) -> Result<Vec<User>, PersistenceError> {
        let mut found = self.inner.users().find_many(uids).await?;
        if self.fault == Fault::FindsOutOfOrder {
            found.sort_by_key(|user| user.uid);
        }
        Ok(found)
    }

    async fn update(&mut self, user: &User) -> Result<(), PersistenceError> {
        match self.inner.users().update(user).await {
            Err(PersistenceError::NotFound { .. }) if self.fault == Fault::UpdatesWhatIsAbsent => Ok(()),
            outcome => outcome,
        }
    }

    async fn delete(&mut self, uid: &UserUid) -> Result<bool, PersistenceError> {
        self.inner.users().delete(uid).await
    }

    async fn list(&mut self, page: &PageRequest) -> Result<Page<User>, PersistenceError> {
        let mut found = self.inner.users().list(page).await?;
        match self.fault {
            Fault::SkipsARow if page.after.is_some() && !found.items.is_empty() => {
                drop(found.items.remove(0));
            }
            Fault::RepeatsARow if page.after.is_some() => {
                let first = self.inner.users().list(&PageRequest::first(1)).await?;
                found.items.splice(0..0, first.items);
            }
            _ => {}
        }
        Ok(found)
    }
}

#[async_trait]
impl LineageRepository for FaultyUnit {
    async fn add_inputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        self.inner.lineage().add_inputs(run, artifacts).await
    }

    async fn add_outputs(&mut self, run: &RunUid, artifacts: &[ArtifactUid]) -> Result<(), PersistenceError> {
        match self.inner.lineage().add_outputs(run, artifacts).await {
            Err(PersistenceError::LineageCycle { .. }) if self.fault == Fault::AllowsACycle => Ok(()),
            outcome => outcome,
        }
    }

    async fn upstream_among(
        &mut self,
        run: &RunUid,
        artifacts: &[ArtifactUid],
    ) -> Result<Vec<ArtifactUid>, PersistenceError> {
        self.inner.lineage().upstream_among(run, artifacts).await
    }

    async fn inputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        self.inner.lineage().inputs(run, page).await
    }

    async fn outputs(
        &mut self,
        run: &RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        self.inner.lineage().outputs(run, page).await
    }

    async fn runs_of(&mut self, artifacts: &[ArtifactUid]) -> Result<Vec<ArtifactRuns>, PersistenceError> {
        self.inner.lineage().runs_of(artifacts).await
    }
}

#[async_trait]
impl FamilyRepository for FaultyUnit {
    async fn insert_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        self.inner.families().insert_many(families).await
    }

    async fn find_many(&mut self, stems: &[ArtifactStem]) -> Result<Vec<Family>, PersistenceError> {
        let found = self.inner.families().find_many(stems).await?;
        if self.fault != Fault::RemembersFamilies {
            return Ok(found);
        }
        let mut memory = self.memory.lock().unwrap();
        Ok(found.into_iter().map(|family| memory.entry(family.stem()).or_insert(family).clone()).collect())
    }

    async fn find_by_keys(&mut self, keys: &[ArtifactKey]) -> Result<Vec<Family>, PersistenceError> {
        self.inner.families().find_by_keys(keys).await
    }

    async fn update_many(&mut self, families: &[Family]) -> Result<(), PersistenceError> {
        self.inner.families().update_many(families).await?;
        let mut memory = self.memory.lock().unwrap();
        memory.extend(families.iter().map(|family| (family.stem(), family.clone())));
        Ok(())
    }

    async fn versions(
        &mut self,
        stems: &[ArtifactStem],
    ) -> Result<Vec<(ArtifactUid, ArtifactState)>, PersistenceError> {
        self.inner.families().versions(stems).await
    }

    async fn delete_unused(&mut self, stems: &[ArtifactStem]) -> Result<u64, PersistenceError> {
        self.inner.families().delete_unused(stems).await
    }
}
