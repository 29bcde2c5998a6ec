//! Unfinished uploads: those of the dead are aborted, and nobody else's.

use freehold_domain::{BlobKey, Intent, IntentKind, SessionUid};
use freehold_ports::persistence::AccessMode;
use freehold_ports::system::Liveness;
use freehold_services::unfinished_uploads::{
    OwnedUpload, UnfinishedUploadsError, UploadOwner, abort_unfinished_uploads, unfinished_uploads,
};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{Fault, LAB, World, add, assert_error, link, records, root, save_path};

const BUCKET: &str = "s3://lab-bucket/data";

fn key(text: &str) -> BlobKey {
    text.parse().unwrap()
}

fn leave(world: &World, text: &str) {
    world.machine.stores.leave_upload(&root(BUCKET), &key(text));
}

/// Writes down that `session` is about to write under this key.
async fn announce(world: &World, lab: &Registry, session: SessionUid, text: &str) {
    let storage = world.books(lab).await.storages.into_iter().find(|storage| *storage.root() == root(BUCKET));
    let unit = records(world, lab).await.unwrap();
    let mut unit = unit.begin(AccessMode::Write).await.unwrap();
    let host = lab.host();
    let intent = Intent {
        uid: host.uids.intent_uid(),
        kind: IntentKind::Ingest,
        session,
        storage: storage.unwrap().uid(),
        blob_key: key(text),
        artifact: "0123456789abcdef0000".parse().unwrap(),
        created_at: host.clock.now(),
    };
    unit.intents().insert_many(&[intent]).await.unwrap();
    unit.commit().await.unwrap();
}

fn owners(uploads: &[OwnedUpload]) -> Vec<(&str, UploadOwner)> {
    uploads.iter().map(|owned| (owned.upload.key.as_str(), owned.owner)).collect()
}

async fn left(registry: &Registry) -> Vec<String> {
    let found = unfinished_uploads(registry, BUCKET).await.unwrap().uploads;
    found.into_iter().map(|owned| owned.upload.key.to_string()).collect()
}

#[tokio::test]
async fn uploads_of_dead_sessions_are_aborted_and_those_of_others_are_not() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    let (alive, dead) = (lab.host().uids.session_uid(), lab.host().uids.session_uid());
    for text in [".lamindb/alive.csv", ".lamindb/dead.csv", "raw/theirs.csv"] {
        leave(&world, text);
    }
    world.machine.stores.leave_upload(&root("s3://lab-bucket"), &key("beside.csv"));
    announce(&world, &lab, alive, ".lamindb/alive.csv").await;
    announce(&world, &lab, dead, ".lamindb/dead.csv").await;
    let lock = world.machine.liveness.begin(lab.database(), alive).await.unwrap();

    let expected = [
        (".lamindb/alive.csv", UploadOwner::Live),
        (".lamindb/dead.csv", UploadOwner::Nobody),
        ("raw/theirs.csv", UploadOwner::AnotherProgram),
    ];
    let found = unfinished_uploads(&lab, BUCKET).await.unwrap();
    assert_eq!(owners(&found.uploads), expected);
    assert_eq!(left(&lab).await.len(), 3, "listing aborts nothing");
    let aborted = abort_unfinished_uploads(&lab, BUCKET).await.unwrap();
    assert_eq!(owners(&aborted.uploads), expected);
    assert_eq!(left(&lab).await, [".lamindb/alive.csv", "raw/theirs.csv"]);
    drop(lock);
    abort_unfinished_uploads(&lab, BUCKET).await.unwrap();
    assert_eq!(left(&lab).await, ["raw/theirs.csv"]);
}

#[tokio::test]
async fn an_upload_that_nobody_announced_is_left_alone_while_a_session_writes_there() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    leave(&world, ".lamindb/unannounced");
    let alive = lab.host().uids.session_uid();
    announce(&world, &lab, alive, ".lamindb/other.csv").await;
    let lock = world.machine.liveness.begin(lab.database(), alive).await.unwrap();
    abort_unfinished_uploads(&lab, BUCKET).await.unwrap();
    assert_eq!(left(&lab).await, [".lamindb/unannounced"]);
    drop(lock);
    abort_unfinished_uploads(&lab, BUCKET).await.unwrap();
    assert!(left(&lab).await.is_empty());
}

#[tokio::test]
async fn a_session_that_cannot_be_asked_for_aborts_nothing() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    leave(&world, ".lamindb/dead.csv");
    announce(&world, &lab, lab.host().uids.session_uid(), ".lamindb/dead.csv").await;
    world.faults.strike("is alive", 1, Fault::Broken);
    let error = abort_unfinished_uploads(&lab, BUCKET).await.unwrap_err();
    assert!(matches!(error, UnfinishedUploadsError::Liveness(_)), "{error}");
    assert_eq!(left(&lab).await, [".lamindb/dead.csv"]);
}

#[tokio::test]
async fn a_linked_location_is_not_cleaned_up() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, BUCKET).await;
    link(&analysis, BUCKET).await;
    leave(&world, ".lamindb/dead.csv");
    for error in [
        unfinished_uploads(&analysis, BUCKET).await.unwrap_err(),
        abort_unfinished_uploads(&analysis, BUCKET).await.unwrap_err(),
    ] {
        assert_error(&error, Category::Refused, "lab/primary");
        assert!(error.hint().is_some());
    }
    assert_eq!(left(&lab).await.len(), 1);
}

#[tokio::test]
async fn a_location_whose_claim_is_gone_is_not_cleaned_up() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    leave(&world, ".lamindb/dead.csv");
    world.remove_claim(BUCKET);
    assert_error(&abort_unfinished_uploads(&lab, BUCKET).await.unwrap_err(), Category::Refused, "claim");
    assert_eq!(left(&lab).await.len(), 1);
}

#[tokio::test]
async fn a_local_location_has_no_uploads_and_a_finished_save_leaves_none() {
    let world = World::new();
    let lab = world.lab().await;
    assert!(unfinished_uploads(&lab, LAB).await.unwrap().uploads.is_empty());
    add(&lab, BUCKET).await;
    world.file("/home/ada/large.bin", &"x".repeat(9 << 20));
    super::harness::save(&lab, super::harness::into("large.bin", BUCKET)).await;
    save_path(&lab, "large.bin").await;
    assert!(left(&lab).await.is_empty());
}
