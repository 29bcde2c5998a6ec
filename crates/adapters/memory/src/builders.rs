//! Records for tests, one line each, with sensible defaults: change the public fields of what you get.
//!
//! Uids follow from the names that are given, so that the same line makes the same record in every run and two names make
//! two records.
//!
//! ```
//! use freehold_memory::builders;
//!
//! let (lab, ada) = (builders::instance("lab/primary")?, builders::user("ada"));
//! let location = builders::storage_managed("/data/lab", &lab, &ada)?;
//! assert!(location.managed_by(&lab).is_ok());
//!
//! let mut family = builders::family("raw/plate1.csv", &lab)?;
//! let artifact = builders::artifact(&mut family, &location, &ada)?;
//! assert_eq!(artifact.uid, builders::artifact(&mut builders::family("raw/plate1.csv", &lab)?, &location, &ada)?.uid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entropy;

use freehold_domain::{
    Artifact, ArtifactKeyError, ArtifactLocation, ArtifactState, ArtifactStem, BlobKey, ClaimEpoch,
    ContentHash, Family, Handle, Instance, InstanceUid, Intent, IntentKind, IntentUid, NameError, Placement,
    Provenance, Run, RunUid, SessionUid, Storage, StorageFields, StorageRoot, StorageRootError, StorageUid,
    Timestamp, Transform, TransformKeyError, TransformKind, TransformStem, TransformUid, User, UserUid,
    Version, VersionsExhausted,
};

use crate::volumes::{FIRST_MOMENT, moment};
use entropy::entropy_of;

/// When everything was made that a builder makes: the beginning of 2024.
#[must_use]
pub fn beginning() -> Timestamp {
    moment(FIRST_MOMENT)
}

/// An instance without default storage. Its identity follows from the slug.
///
/// # Errors
/// The slug is not `OWNER/NAME`.
pub fn instance(slug: &str) -> Result<Instance, NameError> {
    another_instance(slug, "")
}

/// An instance that shares its slug with others: its identity follows from the slug and `distinction`.
///
/// # Errors
/// The slug is not `OWNER/NAME`.
pub fn another_instance(slug: &str, distinction: &str) -> Result<Instance, NameError> {
    let id = format!("{:032x}", entropy_of(&["instance", slug, distinction]));
    Ok(Instance::new(id.parse().unwrap_or_default(), slug.parse()?, beginning()))
}

/// A user. What a handle cannot hold is left out of it.
#[must_use]
pub fn user(handle: &str) -> User {
    let uid = UserUid::from_entropy(entropy_of(&["user", handle]));
    User { uid, handle: Handle::of_operating_system_user(handle), name: None }
}

/// What is recorded of something that `user` made without a run.
#[must_use]
pub fn provenance(user: &User) -> Provenance {
    Provenance::created(beginning(), user.uid, None)
}

/// A storage location that `manager` manages, in the first epoch of its claim.
///
/// # Errors
/// The root is none, or not in its normal form.
pub fn storage_managed(root: &str, manager: &Instance, user: &User) -> Result<Storage, StorageRootError> {
    storage(root, Some(manager.uid()), Some(ClaimEpoch::FIRST), user)
}

/// A storage location that is managed by another instance, or by nobody.
///
/// # Errors
/// The root is none, or not in its normal form.
pub fn storage_linked(
    root: &str,
    manager: Option<InstanceUid>,
    user: &User,
) -> Result<Storage, StorageRootError> {
    storage(root, manager, None, user)
}

fn storage(
    root: &str,
    instance_uid: Option<InstanceUid>,
    epoch: Option<ClaimEpoch>,
    user: &User,
) -> Result<Storage, StorageRootError> {
    Ok(Storage::from_fields(StorageFields {
        id: None,
        uid: StorageUid::from_entropy(entropy_of(&["storage", root])),
        root: StorageRoot::from_canonical(root)?,
        instance_uid,
        epoch,
        description: None,
        region: None,
        capabilities: None,
        provenance: provenance(user),
    }))
}

/// The first version of a script.
///
/// # Errors
/// The key is empty, too long or holds a control character.
pub fn transform(key: &str, user: &User) -> Result<Transform, TransformKeyError> {
    let stem = TransformStem::from_entropy(entropy_of(&["transform", key]));
    Ok(Transform {
        uid: TransformUid::new(stem, Version::FIRST),
        key: key.parse()?,
        kind: TransformKind::Script,
        description: None,
        source_hash: None,
        reference: None,
        created_at: beginning(),
        created_by: user.uid,
    })
}

/// A scheduled run called `name`, from which its uid follows.
#[must_use]
pub fn run(name: &str, transform: &Transform, user: &User) -> Run {
    let uid = RunUid::from_entropy(entropy_of(&["run", name]));
    let mut run = Run::scheduled(uid, transform.uid, user.uid);
    run.name = Some(name.to_owned());
    run
}

/// A family without versions that `origin` began.
///
/// # Errors
/// The key is none.
pub fn family(key: &str, origin: &Instance) -> Result<Family, ArtifactKeyError> {
    let stem = ArtifactStem::from_entropy(entropy_of(&["family", key, origin.uid().as_str()]));
    Ok(Family::new(stem, key.parse()?, origin.uid()))
}

/// The next version of a family, ingested into `storage` and available: four bytes, with a hash that no other artifact has.
///
/// The version becomes the family's head. A registry takes the family first as it was before, then the artifact, and then the
/// family as it is after.
///
/// # Errors
/// The family has no version left.
pub fn artifact(family: &mut Family, storage: &Storage, user: &User) -> Result<Artifact, VersionsExhausted> {
    let uid = family.reserve()?;
    family.settle_head([(uid.version(), ArtifactState::Available)]);
    Ok(Artifact {
        uid,
        key: family.key.clone(),
        description: None,
        suffix: family.key.suffix(),
        size: 4,
        hash: hash(uid.as_str()),
        placement: Placement { storage: storage.uid(), location: ArtifactLocation::Ingested },
        copied_from: None,
        state: ArtifactState::Available,
        is_latest: true,
        provenance: provenance(user),
    })
}

/// A hash that follows from `text`. It is not the hash of any content.
#[must_use]
pub fn hash(text: &str) -> ContentHash {
    let mut digest = [0; 32];
    let halves = ["first half", "second half"].map(|half| entropy_of(&["hash", half, text]).to_be_bytes());
    for (slot, byte) in digest.iter_mut().zip(halves.as_flattened()) {
        *slot = *byte;
    }
    ContentHash::blake3(digest)
}

/// What `session` announces before it changes the bytes of an artifact.
#[must_use]
pub fn intent(kind: IntentKind, session: SessionUid, artifact: &Artifact) -> Intent {
    let entropy = entropy_of(&["intent", kind.as_str(), session.as_str(), artifact.uid.as_str()]);
    Intent {
        uid: IntentUid::from_entropy(entropy),
        kind,
        session,
        storage: artifact.placement.storage,
        blob_key: artifact.blob_key(),
        artifact: artifact.uid,
        created_at: beginning(),
    }
}

/// A placement in place: under this key of a location.
#[must_use]
pub fn in_place(storage: &Storage, key: &BlobKey) -> Placement {
    Placement { storage: storage.uid(), location: ArtifactLocation::InPlace(key.clone()) }
}
