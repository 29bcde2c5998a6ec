//! A row that is not a valid value is an error that names it, and never a wrong value.

use freehold_domain::RunStatus;
use freehold_ports::persistence::{
    AccessMode, ArtifactFilter, ArtifactOrder, PageRequest, PersistenceError, RunFilter, UnitOfWork,
};

use crate::arrange::{self, Place, run_uid, storage_uid, transform_uid, user};

/// What reads the damaged row.
#[derive(Debug, Clone, Copy)]
enum Reading {
    Instance,
    User,
    Transform,
    Run,
    Storage,
    Family,
    Artifact,
    Artifacts,
    Inputs,
    Intents,
}

impl Reading {
    async fn read(self, unit: &mut dyn UnitOfWork) -> Result<(), PersistenceError> {
        let (family, artifact) = arrange::artifact(1);
        let page = PageRequest::first(10);
        match self {
            Self::Instance => unit.instance().find().await.map(drop),
            Self::User => unit.users().find_many(&[user().uid]).await.map(drop),
            Self::Transform => unit.transforms().find_many(&[transform_uid()]).await.map(drop),
            Self::Run => unit.runs().list(&RunFilter::default(), &page).await.map(drop),
            Self::Storage => unit.storages().find_many(&[storage_uid()]).await.map(drop),
            Self::Family => unit.families().find_many(&[family.stem()]).await.map(drop),
            Self::Artifact => unit.artifacts().find_many(&[artifact.uid]).await.map(drop),
            Self::Artifacts => {
                let filter = ArtifactFilter { all_versions: true, ..ArtifactFilter::default() };
                unit.artifacts().list(&filter, ArtifactOrder::Newest, &page).await.map(drop)
            }
            Self::Inputs => unit.lineage().outputs(&run_uid(1), &page).await.map(drop),
            Self::Intents => unit.intents().list(None, &page).await.map(drop),
        }
    }
}

/// Ends the test unless each of these changes is damage of the row `id` of `table`.
async fn ensure_damage(reading: Reading, table: &str, id: &str, changes: &[&str]) {
    for change in changes {
        let place = Place::with_registry().await;
        place.tamper(change).await;
        let registry = place.open(AccessMode::Read).await.unwrap();
        let mut unit = registry.begin(AccessMode::Read).await.unwrap();
        match reading.read(unit.as_mut()).await {
            Err(PersistenceError::Corrupt { table: found, id: row, reason }) => {
                assert_eq!((found, row.as_str()), (table, id), "{change}: {reason}");
                assert!(reason.starts_with("column "), "{reason}");
            }
            other => panic!("{change}: {other:?}"),
        }
        unit.rollback().await.unwrap();
        registry.close().await.unwrap();
    }
}

#[tokio::test]
async fn damage_of_an_artifact_names_it() {
    let (_, artifact) = arrange::artifact(1);
    let uid = artifact.uid.as_str();
    let damages = [
        "UPDATE artifacts SET state = 'lost' WHERE id = 1",
        "UPDATE artifacts SET hash = x'00ff' WHERE id = 1",
        "UPDATE artifacts SET hash_algorithm = 'md5' WHERE id = 1",
        "UPDATE artifacts SET suffix = 'csv' WHERE id = 1",
        "UPDATE artifacts SET size = 'large' WHERE id = 1",
        "UPDATE artifacts SET in_place_key = '../elsewhere' WHERE id = 1",
        "UPDATE artifacts SET storage_id = 77 WHERE id = 1",
        "UPDATE artifacts SET copied_from_storage_id = 77 WHERE id = 1",
        "UPDATE artifacts SET created_by_id = 77 WHERE id = 1",
        "UPDATE artifacts SET run_id = 77 WHERE id = 1",
        "UPDATE artifacts SET created_at = 9223372036854775807 WHERE id = 1",
        "UPDATE artifacts SET family_id = 2 WHERE id = 1",
        "UPDATE artifacts SET family_id = 77 WHERE id = 1",
        "UPDATE families SET key = '/absolute' WHERE id = 1",
        "UPDATE families SET head = -1 WHERE id = 1",
        "PRAGMA ignore_check_constraints = ON; UPDATE artifacts SET size = -1 WHERE id = 1",
    ];
    ensure_damage(Reading::Artifact, "artifacts", uid, &damages).await;
    ensure_damage(Reading::Artifacts, "artifacts", uid, &damages[1..3]).await;
}

#[tokio::test]
async fn damage_of_a_family_names_its_stem() {
    let (family, _) = arrange::artifact(1);
    let damages = [
        "UPDATE families SET key = 'a//b' WHERE id = 1",
        "UPDATE families SET origin = 'nobody' WHERE id = 1",
        "UPDATE families SET last_reserved = 14776336 WHERE id = 1",
        "UPDATE families SET head = 'first' WHERE id = 1",
    ];
    ensure_damage(Reading::Family, "families", family.stem().as_str(), &damages).await;
}

#[tokio::test]
async fn damage_of_a_run_names_it() {
    let damages = [
        "UPDATE runs SET status = 'paused' WHERE id = 1",
        "UPDATE runs SET params = '[1]' WHERE id = 1",
        "UPDATE runs SET params = '{' WHERE id = 1",
        "UPDATE runs SET started_at = 'yesterday' WHERE id = 1",
        "UPDATE runs SET transform_id = 77 WHERE id = 1",
        "UPDATE runs SET initiated_by_id = 77 WHERE id = 1",
    ];
    ensure_damage(Reading::Run, "runs", run_uid(1).as_str(), &damages).await;
    assert!("paused".parse::<RunStatus>().is_err());
}

#[tokio::test]
async fn damage_of_a_location_names_it() {
    let damages = [
        "UPDATE storages SET root = 'relative' WHERE id = 1",
        "UPDATE storages SET root = '/data/lab/' WHERE id = 1",
        "UPDATE storages SET instance_uid = 'nobody' WHERE id = 1",
        "UPDATE storages SET epoch = 0 WHERE id = 1",
        "UPDATE storages SET epoch = -1 WHERE id = 1",
        "UPDATE storages SET case_sensitive = 1 WHERE id = 1",
        "UPDATE storages SET created_by_id = 77 WHERE id = 1",
    ];
    ensure_damage(Reading::Storage, "storages", storage_uid().as_str(), &damages).await;
}

#[tokio::test]
async fn damage_of_people_and_transforms_names_them() {
    ensure_damage(
        Reading::User,
        "users",
        user().uid.as_str(),
        &["UPDATE users SET handle = '-' WHERE id = 1"],
    )
    .await;
    let damages = [
        "UPDATE transforms SET kind = 'recipe' WHERE id = 1",
        "UPDATE transforms SET key = '' WHERE id = 1",
        "UPDATE transforms SET source_hash = NULL WHERE id = 1",
        "UPDATE transforms SET source_hash = x'00' WHERE id = 1",
    ];
    ensure_damage(Reading::Transform, "transforms", transform_uid().as_str(), &damages).await;
    let instance = arrange::instance().id().to_string();
    let damages = [
        "UPDATE instance SET owner = ''",
        "UPDATE instance SET name = 'a/b'",
        "UPDATE instance SET default_storage_id = 77",
    ];
    ensure_damage(Reading::Instance, "instance", &instance, &damages).await;
    ensure_damage(Reading::Instance, "instance", "nothing", &["UPDATE instance SET uuid = 'nothing'"]).await;
}

#[tokio::test]
async fn damage_of_an_intent_names_it() {
    let intent = arrange::intent(1);
    let damages = [
        "UPDATE intents SET kind = 'wish'",
        "UPDATE intents SET session = 'short'",
        "UPDATE intents SET storage_id = 77",
        "UPDATE intents SET blob_key = '/absolute'",
        "UPDATE intents SET artifact_stem = 'short'",
        "UPDATE intents SET artifact_version = 14776336",
    ];
    ensure_damage(Reading::Intents, "intents", intent.uid.as_str(), &damages).await;
}

#[tokio::test]
async fn an_edge_to_nothing_is_damage() {
    let damage = ["UPDATE run_outputs SET artifact_id = 77 WHERE id = 1"];
    ensure_damage(Reading::Inputs, "run_outputs", "without identity", &damage).await;
}
