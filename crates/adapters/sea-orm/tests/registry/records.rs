//! Records to arrange with, and units of work on them, the same on every database.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::time::Duration;

use freehold_domain::{
    Artifact, ArtifactLocation, ArtifactState, ArtifactStem, BlobKey, ClaimEpoch, ContentHash, Family,
    Handle, Instance, Intent, IntentKind, IntentUid, Placement, Provenance, Run, RunUid, SessionUid, Storage,
    StorageFields, StorageRoot, StorageUid, Suffix, Timestamp, Transform, TransformKind, TransformStem,
    TransformUid, User, UserUid, Version,
};
use freehold_ports::persistence::{AccessMode, Persistence, UnitOfWork};

pub(crate) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001)
}

pub(crate) fn user() -> User {
    User { uid: UserUid::from_entropy(1), handle: Handle::of_operating_system_user("ada"), name: None }
}

pub(crate) fn another_user(number: u128) -> User {
    User { uid: UserUid::from_entropy(number), ..user() }
}

pub(crate) fn instance() -> Instance {
    Instance::new(uuid::Uuid::from_u128(7), "ada/books".parse().unwrap(), now())
}

pub(crate) fn storage_uid() -> StorageUid {
    StorageUid::from_entropy(1)
}

pub(crate) fn run_uid(number: u128) -> RunUid {
    RunUid::from_entropy(number)
}

pub(crate) fn transform_uid() -> TransformUid {
    TransformUid::new(TransformStem::from_entropy(1), Version::FIRST)
}

pub(crate) fn stem(number: u128) -> ArtifactStem {
    ArtifactStem::from_entropy(number)
}

pub(crate) fn key(number: u128) -> String {
    format!("raw/plate{number}.csv")
}

pub(crate) fn hash(number: u128) -> ContentHash {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(&number.to_be_bytes());
    ContentHash::blake3(digest)
}

pub(crate) fn provenance() -> Provenance {
    Provenance::created(now(), user().uid, Some(run_uid(1)))
}

pub(crate) fn in_place_key(number: u128) -> BlobKey {
    BlobKey::parse(&key(number)).unwrap()
}

/// A family of one version, and that version: in place, made under the first run after the second one.
pub(crate) fn artifact(number: u128) -> (Family, Artifact) {
    let mut family = Family::new(stem(number), key(number).parse().unwrap(), instance().uid());
    let uid = family.reserve().unwrap();
    let mut provenance = Provenance::created(now(), user().uid, Some(run_uid(2)));
    provenance.record_update(now(), Some(run_uid(1)));
    let artifact = Artifact {
        uid,
        key: family.key.clone(),
        description: Some("a plate".to_owned()),
        suffix: family.key.suffix(),
        size: 10,
        hash: hash(number),
        placement: Placement {
            storage: storage_uid(),
            location: ArtifactLocation::InPlace(in_place_key(number)),
        },
        copied_from: None,
        state: ArtifactState::Available,
        is_latest: true,
        provenance,
    };
    (family, artifact)
}

pub(crate) fn intent(number: u128) -> Intent {
    let (_, artifact) = artifact(number);
    Intent {
        uid: IntentUid::from_entropy(number),
        kind: IntentKind::Ingest,
        session: SessionUid::from_entropy(1),
        storage: storage_uid(),
        blob_key: BlobKey::ingested(&artifact.uid, &Suffix::default()),
        artifact: artifact.uid,
        created_at: now(),
    }
}

pub(crate) fn storage() -> Storage {
    Storage::from_fields(StorageFields {
        id: None,
        uid: storage_uid(),
        root: StorageRoot::from_canonical("/data/lab").unwrap(),
        instance_uid: Some(instance().uid()),
        epoch: Some(ClaimEpoch::FIRST),
        description: None,
        region: None,
        capabilities: None,
        provenance: provenance(),
    })
}

pub(crate) fn transform() -> Transform {
    Transform {
        uid: transform_uid(),
        key: "count.py".parse().unwrap(),
        kind: TransformKind::Script,
        description: None,
        source_hash: Some(hash(1)),
        reference: None,
        created_at: now(),
        created_by: user().uid,
    }
}

/// Records an instance, a user, a location, a transform, two runs, two artifacts and an intent.
pub(crate) async fn record_basics(registry: &dyn Persistence) {
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    unit.instance().insert(&instance()).await.unwrap();
    unit.users().insert_many(&[user()]).await.unwrap();
    unit.transforms().insert_many(&[transform()]).await.unwrap();
    let run = |number| Run::scheduled(run_uid(number), transform_uid(), user().uid);
    unit.runs().insert_many(&[run(1), run(2)]).await.unwrap();
    unit.storages().insert(&storage()).await.unwrap();
    record_artifacts(unit.as_mut(), 1..3).await;
    unit.intents().insert_many(&[intent(1)]).await.unwrap();
    unit.commit().await.unwrap();
}

/// Records artifacts as outputs of the first run.
pub(crate) async fn record_artifacts(unit: &mut dyn UnitOfWork, numbers: std::ops::Range<u128>) {
    let (families, artifacts): (Vec<_>, Vec<_>) = numbers.map(artifact).unzip();
    let uids: Vec<_> = artifacts.iter().map(|artifact| artifact.uid).collect();
    unit.families().insert_many(&families).await.unwrap();
    unit.artifacts().insert_many(&artifacts).await.unwrap();
    let heads: Vec<_> = families
        .into_iter()
        .map(|mut family| {
            family.settle_head([(Version::FIRST, ArtifactState::Available)]);
            family
        })
        .collect();
    unit.families().update_many(&heads).await.unwrap();
    unit.lineage().add_outputs(&run_uid(1), &uids).await.unwrap();
}

/// Whether a user of this number is recorded.
pub(crate) async fn has_user(registry: &dyn Persistence, number: u128) -> bool {
    let mut unit = registry.begin(AccessMode::Read).await.unwrap();
    let found = unit.users().find_many(&[UserUid::from_entropy(number)]).await.unwrap();
    unit.rollback().await.unwrap();
    !found.is_empty()
}

/// Records a user of this number in a unit of its own.
pub(crate) async fn add_user(registry: &dyn Persistence, number: u128) {
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    unit.users().insert_many(&[another_user(number)]).await.unwrap();
    unit.commit().await.unwrap();
}
