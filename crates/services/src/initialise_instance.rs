//! Initialise an instance: a fresh identity, a registry, and a first managed location as default storage.

use freehold_domain::{
    Claim, DatabaseUrl, DatabaseUrlError, Handle, Instance, InstanceName, NameError, NotManaged, Provenance,
    Slug, Storage, StorageFields, StorageKind, StorageRoot, StorageRootError,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};
use freehold_ports::system::{DirectoryError, FileError, KnownInstance};

use crate::location::{ClaimOutcome, ClaimState};
use crate::registry::ActorError;
use crate::{Category, Host, Registry, Transaction, UseCaseError, in_transaction};

/// The file, below a local root, in which an instance's registry lies unless told otherwise.
pub const DEFAULT_DATABASE: &str = ".lamindb/freehold.db";

/// A request for a new instance.
#[derive(Debug, Clone, Default)]
pub struct InitialiseInstance {
    /// The root of its default storage: a path or URL.
    pub storage: String,
    /// Its name; inferred from the database or the root when absent.
    pub name: Option<String>,
    /// Its owner; the user's handle when absent.
    pub owner: Option<Handle>,
    /// Its database; an SQLite file inside a local root when absent.
    pub database: Option<DatabaseUrl>,
}

/// What came of initialising.
#[derive(Debug)]
pub struct Initialised {
    /// The instance, opened.
    pub registry: Registry,
    /// Whether it was made now; otherwise it was there already, under the same slug.
    pub created: bool,
}

/// Why an instance was not initialised.
#[derive(Debug, thiserror::Error)]
pub enum InitialiseError {
    /// The root is not valid.
    #[error(transparent)]
    Root(#[from] StorageRootError),
    /// The name is not valid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The database's URL is not valid.
    #[error(transparent)]
    DatabaseUrl(#[from] DatabaseUrlError),
    /// A cloud location needs to be told where its registry goes.
    #[error("{root} is not a local folder, so say where the registry goes with --db")]
    NoDatabasePlace {
        /// The root.
        root: StorageRoot,
    },
    /// The place holds another instance's registry.
    #[error("{database} is the registry of instance {found}, so {wanted} cannot be initialised there")]
    AnotherInstance {
        /// The database.
        database: DatabaseUrl,
        /// The instance that is there.
        found: Slug,
        /// The instance that was asked for.
        wanted: Slug,
    },
    /// The instance is there already, and the root is none of its locations.
    #[error(
        "instance {slug} is there already, with its registry at {database}, and {root} is none of its locations"
    )]
    AnotherRoot {
        /// The root.
        root: StorageRoot,
        /// The instance that is there.
        slug: Slug,
        /// Its registry.
        database: DatabaseUrl,
    },
    /// The user knows another instance by this slug.
    #[error("you have another instance {slug} already, with its registry at {database}")]
    DuplicateName {
        /// The slug.
        slug: Slug,
        /// Where the other one is.
        database: DatabaseUrl,
    },
    /// Somebody else manages the place.
    #[error("{root} is managed by {manager}, so it cannot be the default storage of a new instance")]
    ManagedElsewhere {
        /// The root.
        root: StorageRoot,
        /// Who manages it.
        manager: String,
    },
    /// The place holds a claim that cannot be read.
    #[error("{root} holds a claim that cannot be read ({reason}), so nobody may manage it")]
    UnreadableClaim {
        /// The root.
        root: StorageRoot,
        /// Why it cannot be read.
        reason: String,
    },
    /// The recorded location is not managed by this instance.
    #[error(transparent)]
    NotManaged(#[from] NotManaged),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
    /// The storage failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The settings failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The machine's files failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UseCaseError for InitialiseError {
    fn category(&self) -> Category {
        match self {
            Self::Root(_) | Self::Name(_) | Self::DatabaseUrl(_) | Self::NoDatabasePlace { .. } => {
                Category::Invalid
            }
            Self::AnotherInstance { .. }
            | Self::AnotherRoot { .. }
            | Self::DuplicateName { .. }
            | Self::ManagedElsewhere { .. }
            | Self::UnreadableClaim { .. } => Category::Refused,
            Self::NotManaged(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::Directory(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::AnotherInstance { found, database, .. } => {
                Some(format!("`freehold connect {database}` makes {found} current; or choose another root"))
            }
            Self::AnotherRoot { root, .. } => Some(format!(
                "`freehold storage add {root}` adds a location to it; or choose another --name and --db"
            )),
            Self::DuplicateName { slug, .. } => {
                Some(format!("`freehold connect {slug}` makes it current; or choose another --name"))
            }
            Self::ManagedElsewhere { root, .. } => {
                Some(format!("choose another root, then link this one: `freehold storage add {root}`"))
            }
            Self::NoDatabasePlace { .. } => {
                Some("for example --db sqlite:///absolute/path/registry.db".to_owned())
            }
            Self::UnreadableClaim { .. } => {
                Some("look at .lamindb/storage_uid.txt there; it is never overwritten".to_owned())
            }
            Self::NotManaged(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Directory(error) => error.hint(),
            Self::Root(_) | Self::Name(_) | Self::DatabaseUrl(_) | Self::File(_) => None,
        }
    }
}

/// Initialises an instance and makes it current.
///
/// The claim of the place is looked at before anything is written. The registry is made first, with the instance's random
/// identity; then the place is claimed; then the location is recorded. Interrupted anywhere, the same request finishes it.
///
/// # Errors
/// See [`InitialiseError`]. A refusal changes nothing.
pub async fn initialise_instance(
    host: &Host,
    request: InitialiseInstance,
) -> Result<Initialised, InitialiseError> {
    let root = StorageRoot::parse(&request.storage, &host.files.surroundings()?)?;
    let root = host.locations.resolve(&root).await?;
    let name = InstanceName::infer(request.name.as_deref(), request.database.as_ref(), &root)?;
    let database = match request.database {
        Some(database) => database,
        None => default_database(&root)?,
    };
    let user = host.profile().await?;
    let slug = Slug { owner: request.owner.unwrap_or_else(|| user.handle.clone()), name };

    let found = find_instance(&*host.databases, &database, &slug, &root).await?;
    refuse_duplicate_name(host, &slug, &database).await?;
    refuse_foreign_claim(host, &root, found.as_ref()).await?;

    let persistence = host.databases.create(&database).await?;
    let (instance, is_new) = record_instance(host, &*persistence, &database, slug).await?;
    let registry = Registry::new(host.clone(), instance, database, persistence, user);
    let created = registry.instance.default_storage().is_none();
    let registry = if created { take_default_storage(registry, &root, is_new).await? } else { registry };
    crate::connect_instance::make_current(&registry).await?;
    Ok(Initialised { registry, created })
}

/// Where a registry lies when the user does not say: inside a local root.
pub(crate) fn default_database(root: &StorageRoot) -> Result<DatabaseUrl, InitialiseError> {
    match (root.kind(), root.local_path()) {
        (StorageKind::Local, Some(path)) => Ok(DatabaseUrl::sqlite(&path.join(DEFAULT_DATABASE))?),
        (StorageKind::Local | StorageKind::S3 | StorageKind::Gs, _) => {
            Err(InitialiseError::NoDatabasePlace { root: root.clone() })
        }
    }
}

/// The instance whose registry is at the place already, if it is the wanted one and has the wanted root.
async fn find_instance(
    databases: &dyn Databases,
    database: &DatabaseUrl,
    wanted: &Slug,
    root: &StorageRoot,
) -> Result<Option<Instance>, InitialiseError> {
    let opened = match databases.open(database, AccessMode::Read).await {
        Err(PersistenceError::SchemaOutdated { .. }) => databases.open(database, AccessMode::Write).await,
        // An init that was interrupted: what it began is gone on with.
        Err(PersistenceError::NeedsRecovery { .. }) => databases.create(database).await,
        opened => opened,
    };
    let persistence = match opened {
        Ok(persistence) => persistence,
        Err(PersistenceError::DatabaseMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = in_transaction(&*persistence, AccessMode::Read, || {
        async |transaction: &mut Transaction| {
            let instance = transaction.instance().find().await?;
            let at_root = transaction.storages().find_by_roots(std::slice::from_ref(root)).await?;
            Ok::<_, PersistenceError>((instance, !at_root.is_empty()))
        }
    })
    .await;
    persistence.close().await?;
    match found? {
        (Some(instance), _) if instance.slug() != wanted => Err(another(database, &instance, wanted)),
        (Some(instance), false) if instance.default_storage().is_some() => {
            Err(InitialiseError::AnotherRoot {
                root: root.clone(),
                slug: wanted.clone(),
                database: database.clone(),
            })
        }
        (instance, _) => Ok(instance),
    }
}

fn another(database: &DatabaseUrl, found: &Instance, wanted: &Slug) -> InitialiseError {
    InitialiseError::AnotherInstance {
        database: database.clone(),
        found: found.slug().clone(),
        wanted: wanted.clone(),
    }
}

async fn refuse_duplicate_name(
    host: &Host,
    slug: &Slug,
    database: &DatabaseUrl,
) -> Result<(), InitialiseError> {
    let known: Vec<KnownInstance> = host.directory.list().await?;
    match known.into_iter().find(|known| known.slug == *slug && known.database != *database) {
        Some(other) => Err(InitialiseError::DuplicateName { slug: slug.clone(), database: other.database }),
        None => Ok(()),
    }
}

async fn refuse_foreign_claim(
    host: &Host,
    root: &StorageRoot,
    instance: Option<&Instance>,
) -> Result<(), InitialiseError> {
    match host.locations.claim(root).await? {
        ClaimState::Held { claim, .. }
            if !instance.is_some_and(|instance| claim.is_managed_by(instance.uid())) =>
        {
            Err(managed_elsewhere(root, &claim))
        }
        ClaimState::Unclaimed | ClaimState::Held { .. } => Ok(()),
        ClaimState::Unreadable { reason } => {
            Err(InitialiseError::UnreadableClaim { root: root.clone(), reason })
        }
    }
}

fn managed_elsewhere(root: &StorageRoot, claim: &Claim) -> InitialiseError {
    InitialiseError::ManagedElsewhere { root: root.clone(), manager: describe_manager(claim) }
}

/// Names the manager of a claim for people.
pub(crate) fn describe_manager(claim: &Claim) -> String {
    match (claim.slug(), claim.manager()) {
        (Some(slug), Some(uid)) => format!("instance {slug} ({uid})"),
        (None, Some(uid)) => format!("instance {uid}"),
        (Some(slug), None) => format!("instance {slug}, whose identity the claim does not say"),
        (None, None) => "somebody unknown".to_owned(),
    }
}

/// Records the instance in its registry, unless it is there, and says whether it was not.
async fn record_instance(
    host: &Host,
    persistence: &dyn Persistence,
    database: &DatabaseUrl,
    slug: Slug,
) -> Result<(Instance, bool), InitialiseError> {
    let id = uuid_from(host.uids.entropy());
    let fresh = Instance::new(id, slug, host.clock.now());
    let instance = in_transaction(persistence, AccessMode::Write, || {
        async |transaction: &mut Transaction| {
            if let Some(instance) = transaction.instance().find().await? {
                return Ok::<_, PersistenceError>(instance);
            }
            transaction.instance().insert(&fresh).await?;
            Ok(fresh.clone())
        }
    })
    .await?;
    if instance.slug() != fresh.slug() {
        return Err(another(database, &instance, fresh.slug()));
    }
    let is_new = instance.id() == fresh.id();
    Ok((instance, is_new))
}

/// A version 4 UUID (RFC 9562) of random bits.
fn uuid_from(entropy: u128) -> uuid::Uuid {
    uuid::Builder::from_random_bytes(entropy.to_be_bytes()).into_uuid()
}

async fn take_default_storage(
    registry: Registry,
    root: &StorageRoot,
    is_new: bool,
) -> Result<Registry, InitialiseError> {
    let host = &registry.host;
    let claimed = host.locations.claim_for(root, &registry.instance, host.uids.storage_uid()).await;
    let refusal = match claimed {
        Ok(ClaimOutcome::Ours(claim)) => return record_default_storage(registry, root, &claim).await,
        Ok(ClaimOutcome::Foreign(ClaimState::Held { claim, .. })) => managed_elsewhere(root, &claim),
        Ok(ClaimOutcome::Foreign(ClaimState::Unreadable { reason })) => {
            InitialiseError::UnreadableClaim { root: root.clone(), reason }
        }
        Ok(ClaimOutcome::Foreign(ClaimState::Unclaimed)) => {
            InitialiseError::UnreadableClaim { root: root.clone(), reason: "it vanished".to_owned() }
        }
        // Our claim may be there nevertheless, and must not outlive the registry that it names.
        Err(error) if may_have_changed_something(&error) => return Err(error.into()),
        Err(error) => error.into(),
    };
    if is_new {
        abandon(&registry, root).await;
    }
    Err(refusal)
}

fn may_have_changed_something(error: &BlobError) -> bool {
    match error {
        BlobError::PermissionDenied { .. }
        | BlobError::NoSpace { .. }
        | BlobError::NotALocation { .. }
        | BlobError::NotABlob { .. }
        | BlobError::OutsideLocation { .. }
        | BlobError::UnusableName { .. }
        | BlobError::Unsupported { .. }
        | BlobError::NotBuiltIn { .. } => false,
        BlobError::NotFound { .. }
        | BlobError::AlreadyExists { .. }
        | BlobError::VersionMismatch { .. }
        | BlobError::Body { .. }
        | BlobError::Unavailable { .. }
        | BlobError::Backend { .. } => true,
    }
}

/// Undoes a new registry, unless another process has found a default storage for it meanwhile.
async fn abandon(registry: &Registry, root: &StorageRoot) {
    let undone = async {
        let instance = registry
            .reading(|| async |transaction: &mut Transaction| transaction.instance().find().await)
            .await?;
        registry.close().await?;
        if instance.is_some_and(|instance| instance.default_storage().is_none()) {
            registry.host.databases.destroy(&registry.database).await?;
            registry.host.locations.remove_empty(root).await?;
        }
        Ok::<_, InitialiseError>(())
    };
    if let Err(error) = undone.await {
        tracing::warn!(%error, database = %registry.database, "a registry that was begun could not be removed");
    }
}

async fn record_default_storage(
    registry: Registry,
    root: &StorageRoot,
    claim: &Claim,
) -> Result<Registry, InitialiseError> {
    let instance = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let provenance = registry.record_actor(transaction).await?;
                insert_default_storage(transaction, &registry.instance, root, claim, provenance).await
            }
        })
        .await?;
    Ok(registry.with_instance(instance))
}

async fn insert_default_storage(
    transaction: &mut Transaction,
    instance: &Instance,
    root: &StorageRoot,
    claim: &Claim,
    provenance: Provenance,
) -> Result<Instance, InitialiseError> {
    let recorded = transaction.storages().find_many(&[claim.storage_uid()]).await?.pop();
    let storage = if let Some(recorded) = recorded {
        recorded
    } else {
        let storage = Storage::from_fields(StorageFields {
            id: None,
            uid: claim.storage_uid(),
            root: root.clone(),
            instance_uid: claim.manager(),
            epoch: claim.epoch(),
            description: None,
            region: None,
            capabilities: None,
            provenance,
        });
        transaction.storages().insert(&storage).await?;
        storage
    };
    let mut updated = instance.clone();
    updated.set_default_storage(storage.managed_by(instance)?);
    transaction.instance().update(&updated).await?;
    Ok(updated)
}
