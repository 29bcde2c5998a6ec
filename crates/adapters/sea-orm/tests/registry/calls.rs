//! Every call of the ports, so that every statement of the adapter is made.

use freehold_domain::{ArtifactState, StorageChange, StorageEvent, StorageRoot};
use freehold_ports::persistence::{
    ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, RunFilter, UnitOfWork,
};

use crate::records::{self, run_uid, storage_uid, transform_uid};

/// Calls every method of every repository, and lists by every filter, each first page and a next one.
pub(crate) async fn call_everything(unit: &mut dyn UnitOfWork) -> Result<(), PersistenceError> {
    call_artifacts(unit).await?;
    let (family, artifact) = records::artifact(1);
    let (_, other) = records::artifact(2);
    let stems = [family.stem()];

    unit.families().find_many(&stems).await?;
    unit.families().find_by_keys(std::slice::from_ref(&family.key)).await?;
    unit.families().versions(&stems).await?;
    let mut renamed = unit.families().find_many(&stems).await?;
    renamed[0].key = "renamed.csv".parse().unwrap();
    unit.families().update_many(&renamed).await?;
    unit.families().delete_unused(&stems).await?;

    unit.lineage().add_inputs(&run_uid(2), &[artifact.uid, other.uid]).await?;
    unit.lineage().upstream_among(&run_uid(2), &[artifact.uid]).await?;
    unit.lineage().runs_of(&[artifact.uid]).await?;
    let first = unit.lineage().inputs(&run_uid(2), &PageRequest::first(1)).await?;
    unit.lineage().inputs(&run_uid(2), &PageRequest { after: first.next, limit: 1 }).await?;
    unit.lineage().outputs(&run_uid(1), &PageRequest::first(1)).await?;

    unit.runs().find_many(&[run_uid(1)]).await?;
    unit.runs().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    let run = unit.runs().find_many(&[run_uid(2)]).await?.remove(0);
    unit.runs().update(&run).await?;
    for transform in [None, Some(transform_uid())] {
        for status in [None, Some(run.status())] {
            let filter = RunFilter { transform, status };
            let first = unit.runs().list(&filter, &PageRequest::first(1)).await?;
            unit.runs().list(&filter, &PageRequest { after: first.next, limit: 1 }).await?;
        }
    }
    let unused = freehold_domain::Run::scheduled(run_uid(9), transform_uid(), records::user().uid);
    unit.runs().insert_many(&[unused]).await?;
    unit.runs().delete(&run_uid(9)).await?;

    unit.intents().insert_many(&[records::intent(2)]).await?;
    for session in [None, Some(records::intent(1).session)] {
        let first = unit.intents().list(session, &PageRequest::first(1)).await?;
        unit.intents().list(session, &PageRequest { after: first.next, limit: 1 }).await?;
    }
    unit.intents().sessions().await?;
    unit.intents().delete_many(&[records::intent(2).uid]).await?;

    unit.transforms().find_many(&[transform_uid()]).await?;
    unit.transforms().find_latest_by_key(&records::transform().key).await?;
    unit.transforms().list(&PageRequest::first(1)).await?;
    unit.storages().find_many(&[storage_uid()]).await?;
    unit.storages().find_by_roots(&[StorageRoot::from_canonical("/data/lab").unwrap()]).await?;
    unit.storages().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    unit.storages().list(&PageRequest::first(1)).await?;
    let storage = unit.storages().find_many(&[storage_uid()]).await?.remove(0);
    unit.storages().update(&storage).await?;
    unit.storages().record_event(&event()).await?;
    unit.storages().history(&storage_uid()).await?;
    unit.users().insert_many(&[records::another_user(5)]).await?;
    unit.users().delete(&records::another_user(5).uid).await?;
    unit.users().list(&PageRequest::first(1)).await?;
    let instance = unit.instance().find().await?.unwrap();
    unit.instance().update(&instance).await
}

fn event() -> StorageEvent {
    StorageEvent {
        storage: storage_uid(),
        change: StorageChange::Claimed,
        epoch: None,
        other: None,
        reason: None,
        at: records::now(),
        by: records::user().uid,
        run: Some(run_uid(1)),
    }
}

async fn call_artifacts(unit: &mut dyn UnitOfWork) -> Result<(), PersistenceError> {
    let (_, artifact) = records::artifact(1);
    unit.artifacts().find_many(&[artifact.uid]).await?;
    unit.artifacts().find_by_uid_prefix(&"0000".parse().unwrap(), 5).await?;
    unit.artifacts().find_first_by_hashes(&[artifact.hash]).await?;
    unit.artifacts().find_in_place(&storage_uid(), &[records::in_place_key(1)]).await?;
    unit.artifacts().usage(&[storage_uid()]).await?;
    let found = unit.artifacts().find_many(&[artifact.uid]).await?;
    unit.artifacts().update_many(&found).await?;
    for order in [ArtifactOrder::Key, ArtifactOrder::Newest] {
        for prefix in [None, Some("raw/".parse().unwrap())] {
            for storage in [None, Some(storage_uid())] {
                for run in [None, Some(run_uid(1))] {
                    for all_versions in [false, true] {
                        let states = ArtifactState::ALL.to_vec();
                        let filter =
                            ArtifactFilter { prefix: prefix.clone(), storage, run, states, all_versions };
                        let first = unit.artifacts().list(&filter, order, &PageRequest::first(1)).await?;
                        assert_eq!(first.items.len(), 1, "{filter:?}");
                        let page = PageRequest { after: first.next, limit: 1 };
                        unit.artifacts().list(&filter, order, &page).await?;
                    }
                }
            }
        }
    }
    Ok(())
}
