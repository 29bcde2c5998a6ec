//! Initialise an instance: a fresh identity, a registry, and a first managed location as default storage.

mod first_location;

use freehold_domain::{
    Claim, DatabaseUrl, DatabaseUrlError, Handle, Instance, InstanceName, NameError, NotManaged, Slug,
    StorageRoot, StorageRootError,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};
use freehold_ports::system::{DirectoryError, FileError, KnownInstance};

use crate::location::{ClaimState, Overlap, describe_manager};
use crate::registries_folder::registry_on_this_machine;
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
    /// Its database; when absent an SQLite file inside a local root, or for a cloud root in the machine's folder of registries.
    pub database: Option<DatabaseUrl>,
    /// The cloud region of the root, when it is not to be asked for.
    pub region: Option<String>,
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
    /// A registry cannot lie in a cloud location, and this machine has no folder for registries.
    #[error(
        "a registry cannot lie in {root}, and this platform names no folder for it; say with --db where it goes"
    )]
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
    /// Nobody manages the place, and it cannot be managed.
    #[error("{root} cannot be the default storage of an instance, because {lack}")]
    Unmanageable {
        /// The root.
        root: StorageRoot,
        /// What it lacks, for people.
        lack: String,
    },
    /// The place holds a claim that cannot be read.
    #[error("{root} holds a claim that cannot be read ({reason}), so nobody may manage it")]
    UnreadableClaim {
        /// The root.
        root: StorageRoot,
        /// Why it cannot be read.
        reason: String,
    },
    /// Somebody else manages a place that contains the root, or lies inside it.
    #[error("{root} {overlap}")]
    Overlaps {
        /// The root.
        root: StorageRoot,
        /// What lies around it.
        overlap: Overlap,
    },
    /// Others claimed places around the root at the same time, again and again.
    #[error("others are claiming places around {root} at this moment; try again")]
    Contended {
        /// The root.
        root: StorageRoot,
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
            | Self::Unmanageable { .. }
            | Self::UnreadableClaim { .. }
            | Self::Overlaps { .. } => Category::Refused,
            Self::Contended { .. } => Category::Conflict,
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
                let database = database.without_password();
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
            Self::Unmanageable { root, .. } => Some(format!(
                "choose a root that you may write to, then link this one: `freehold storage add {root} --link`"
            )),
            Self::NoDatabasePlace { .. } => Some(
                "for example --db sqlite:///absolute/path/registry.db or --db postgres://user@host/database"
                    .to_owned(),
            ),
            Self::UnreadableClaim { .. } => {
                Some("look at .lamindb/storage_uid.txt there; it is never overwritten".to_owned())
            }
            Self::NotManaged(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Directory(error) => error.hint(),
            Self::Overlaps { .. } => Some("choose a place apart from it".to_owned()),
            Self::Root(_) | Self::Name(_) | Self::DatabaseUrl(_) | Self::Contended { .. } | Self::File(_) => {
                None
            }
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
    let user = host.profile().await?;
    let slug = Slug { owner: request.owner.unwrap_or_else(|| user.handle.clone()), name };
    let database = match request.database {
        Some(database) => database,
        None => default_database(host, &root, &slug)?,
    };
    let place = Place { root: &root, region: request.region.as_deref() };

    let found = find_instance(&*host.databases, &database, &slug, &root).await?;
    refuse_duplicate_name(host, &slug, &database).await?;
    if let Err(refusal) = refuse_foreign_claim(host, place, found.as_ref()).await {
        // Another process may have made this very instance between both looks.
        let made_meanwhile = match found {
            Some(_) => None,
            None => find_instance(&*host.databases, &database, &slug, &root).await?,
        };
        match made_meanwhile {
            Some(instance) => refuse_foreign_claim(host, place, Some(&instance)).await?,
            None => return Err(refusal),
        }
    }

    let persistence = host.databases.create(&database).await?;
    let (instance, is_new) = record_instance(host, &*persistence, &database, slug).await?;
    let registry = Registry::new(host.clone(), instance, database, persistence, user);
    let created = registry.instance.default_storage().is_none();
    let registry =
        if created { first_location::take_default_storage(registry, place, is_new).await? } else { registry };
    crate::connect_instance::make_current(&registry).await?;
    Ok(Initialised { registry, created })
}

/// Where the default storage is to be.
#[derive(Debug, Clone, Copy)]
struct Place<'request> {
    root: &'request StorageRoot,
    /// The cloud region, if it was said.
    region: Option<&'request str>,
}

/// Where a registry lies when the user does not say: inside a local root, else in the machine's folder of registries.
fn default_database(host: &Host, root: &StorageRoot, slug: &Slug) -> Result<DatabaseUrl, InitialiseError> {
    let database = match root.local_path() {
        Some(path) => Some(DatabaseUrl::sqlite(&path.join(DEFAULT_DATABASE))?),
        None => registry_on_this_machine(&*host.directory, slug).transpose()?,
    };
    database.ok_or_else(|| InitialiseError::NoDatabasePlace { root: root.clone() })
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
    Place { root, region }: Place<'_>,
    instance: Option<&Instance>,
) -> Result<(), InitialiseError> {
    match host.locations.claim(root, region).await?.found {
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
