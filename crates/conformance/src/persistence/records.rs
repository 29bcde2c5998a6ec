//! Records to arrange with: small, valid, and different for different numbers.

use std::time::Duration;

use freehold_domain::{
    Artifact, ArtifactKey, ArtifactLocation, ArtifactState, ArtifactStem, ArtifactUid, BlobKey, ClaimEpoch,
    ContentHash, Family, Handle, Instance, InstanceUid, Intent, IntentKind, IntentUid, Placement, Provenance,
    Run, RunUid, SessionUid, Storage, StorageFields, StorageRoot, StorageUid, Suffix, Timestamp, Transform,
    TransformKind, TransformStem, TransformUid, User, UserUid, Version,
};
use uuid::Uuid;

use crate::case::Failure;

/// Numbers of records that no case ever inserts.
pub(super) const ABSENT: u32 = 900_000;

/// A time of day, different for different numbers, with microseconds.
pub(super) fn moment(number: u32) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_micros(1_700_000_000_123_457 + u64::from(number) * 1_000_003)
}

/// A hash that stands for content.
pub(super) fn hash(number: u32) -> ContentHash {
    let mut digest = [0xa5; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    ContentHash::blake3(digest)
}

pub(super) fn instance(number: u32) -> Result<Instance, Failure> {
    let slug = format!("owner{number}/books{number}").parse()?;
    Ok(Instance::new(Uuid::from_u128(0x7000 + u128::from(number)), slug, moment(number)))
}

pub(super) fn instance_uid(number: u32) -> InstanceUid {
    InstanceUid::of(Uuid::from_u128(0x7000 + u128::from(number)))
}

pub(super) fn user_uid(number: u32) -> UserUid {
    UserUid::from_entropy(u128::from(number))
}

pub(super) fn user(number: u32) -> User {
    let handle = Handle::of_operating_system_user(&format!("user{number}"));
    User { uid: user_uid(number), handle, name: None }
}

pub(super) fn storage_uid(number: u32) -> StorageUid {
    StorageUid::from_entropy(u128::from(number))
}

/// A location that the instance `manager` manages.
pub(super) fn storage(number: u32, manager: InstanceUid, user: UserUid) -> Result<Storage, Failure> {
    Ok(Storage::from_fields(StorageFields {
        id: None,
        uid: storage_uid(number),
        root: StorageRoot::from_canonical(&format!("/data/location-{number}"))?,
        instance_uid: Some(manager),
        epoch: Some(ClaimEpoch::FIRST),
        description: None,
        region: None,
        capabilities: None,
        provenance: Provenance::created(moment(number), user, None),
    }))
}

/// Every field of a location, to make another of.
pub(super) fn storage_fields(storage: &Storage) -> StorageFields {
    StorageFields {
        id: storage.id(),
        uid: storage.uid(),
        root: storage.root().clone(),
        instance_uid: storage.instance_uid(),
        epoch: storage.epoch(),
        description: storage.description.clone(),
        region: storage.region.clone(),
        capabilities: storage.capabilities,
        provenance: storage.provenance.clone(),
    }
}

pub(super) fn transform_uid(number: u32, version: u32) -> TransformUid {
    let version = Version::from_number(version).unwrap_or(Version::LAST);
    TransformUid::new(TransformStem::from_entropy(u128::from(number)), version)
}

/// Version `version` of the transform `number`.
pub(super) fn transform(number: u32, version: u32, user: UserUid) -> Result<Transform, Failure> {
    Ok(Transform {
        uid: transform_uid(number, version),
        key: format!("script{number}.py").parse()?,
        kind: TransformKind::Script,
        description: None,
        source_hash: None,
        reference: None,
        created_at: moment(number),
        created_by: user,
    })
}

pub(super) fn run_uid(number: u32) -> RunUid {
    RunUid::from_entropy(u128::from(number))
}

pub(super) fn run(number: u32, transform: TransformUid, user: UserUid) -> Run {
    Run::scheduled(run_uid(number), transform, user)
}

/// The run, as `initiator` began it.
pub(super) fn initiated(mut run: Run, initiator: RunUid) -> Run {
    run.initiated_by = Some(initiator);
    run
}

pub(super) fn stem(number: u32) -> ArtifactStem {
    ArtifactStem::from_entropy(u128::from(number))
}

pub(super) fn artifact_uid(number: u32, version: u32) -> ArtifactUid {
    ArtifactUid::new(stem(number), Version::from_number(version).unwrap_or(Version::LAST))
}

pub(super) fn key(text: &str) -> Result<ArtifactKey, Failure> {
    Ok(text.parse()?)
}

/// A family without versions, begun by `origin`.
pub(super) fn family(number: u32, key: &str, origin: InstanceUid) -> Result<Family, Failure> {
    Ok(Family::new(stem(number), key.parse()?, origin))
}

/// The next version of a family: available, ingested at `storage`, of ten bytes, made by `user` under no run.
///
/// Its content is different for different numbers.
pub(super) fn next_version(
    family: &mut Family,
    number: u32,
    storage: StorageUid,
    user: UserUid,
) -> Result<Artifact, Failure> {
    let uid = family.reserve()?;
    Ok(Artifact {
        uid,
        key: family.key.clone(),
        description: None,
        suffix: family.key.suffix(),
        size: 10,
        hash: hash(number),
        placement: Placement { storage, location: ArtifactLocation::Ingested },
        copied_from: None,
        state: ArtifactState::Available,
        is_latest: false,
        provenance: Provenance::created(moment(number), user, None),
    })
}

/// A placement in place.
pub(super) fn in_place(storage: StorageUid, key: &str) -> Result<Placement, Failure> {
    Ok(Placement { storage, location: ArtifactLocation::InPlace(BlobKey::parse(key)?) })
}

pub(super) fn intent_uid(number: u32) -> IntentUid {
    IntentUid::from_entropy(u128::from(number))
}

pub(super) fn session_uid(number: u32) -> SessionUid {
    SessionUid::from_entropy(u128::from(number))
}

/// An intent of session `session` to ingest the artifact `number`.
pub(super) fn intent(number: u32, session: u32, storage: StorageUid) -> Intent {
    let artifact = artifact_uid(number, 0);
    Intent {
        uid: intent_uid(number),
        kind: IntentKind::Ingest,
        session: session_uid(session),
        storage,
        blob_key: BlobKey::ingested(&artifact, &Suffix::default()),
        artifact,
        created_at: moment(number),
    }
}
