//! Connect to an instance: find it again by its slug, its storage root or its database alone, and make it current.

use freehold_domain::{
    Claim, DatabaseUrl, DatabaseUrlError, Instance, InstanceUid, Slug, StorageRoot, StorageRootError, User,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError};
use freehold_ports::system::{DirectoryError, FileEntry, FileError, KnownInstance};

use crate::initialise_instance::DEFAULT_DATABASE;
use crate::location::{ClaimState, describe_manager};
use crate::registries_folder::registry_on_this_machine;
use crate::{Category, Host, Registry, Transaction, UseCaseError, in_transaction};

/// Why an instance was not opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No instance is current, and none was named.
    #[error("there is no current instance")]
    NoCurrentInstance,
    /// Nothing is known by this name, and it is no storage root or database either.
    #[error("there is no instance {target:?}: it is no known slug, and no registry lies there")]
    Unknown {
        /// What was typed.
        target: String,
    },
    /// Several known instances have this slug.
    #[error("several known instances are called {slug}; name one by its database: {}", databases.join(", "))]
    Ambiguous {
        /// The slug.
        slug: Slug,
        /// Where they are.
        databases: Vec<String>,
    },
    /// The storage root is managed by an instance whose registry is elsewhere.
    #[error("{root} is managed by {manager}, whose registry is kept elsewhere")]
    RegistryElsewhere {
        /// The root.
        root: StorageRoot,
        /// Who manages it.
        manager: String,
    },
    /// The database is a registry, but no instance was ever recorded in it.
    #[error("the registry at {database} was never finished; run the same `freehold init` again")]
    Unfinished {
        /// The database.
        database: DatabaseUrl,
    },
    /// The root is not valid.
    #[error(transparent)]
    Root(#[from] StorageRootError),
    /// The database's URL is not valid.
    #[error(transparent)]
    DatabaseUrl(#[from] DatabaseUrlError),
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

impl UseCaseError for ConnectError {
    fn category(&self) -> Category {
        match self {
            Self::NoCurrentInstance | Self::Unknown { .. } | Self::RegistryElsewhere { .. } => {
                Category::NotFound
            }
            Self::Ambiguous { .. } | Self::Root(_) | Self::DatabaseUrl(_) => Category::Invalid,
            Self::Unfinished { .. } => Category::Failed,
            Self::Persistence(error) => error.category(),
            Self::Blob(error) => error.category(),
            Self::Directory(error) => error.category(),
            Self::File(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoCurrentInstance => Some(
                "make one with `freehold init --storage ROOT`, or `freehold connect SLUG|ROOT|DB-URL`"
                    .to_owned(),
            ),
            Self::Unknown { .. } => Some(
                "`freehold instance list` shows those that you know; a root or a database URL works, too"
                    .to_owned(),
            ),
            Self::RegistryElsewhere { root, .. } => Some(format!(
                "connect by the URL of its database where that can be reached (`freehold connect postgres://user@host/database`), or only read \
                 there, from an instance of your own: `freehold storage add '{root}' --link`"
            )),
            Self::Persistence(error) => error.hint(),
            Self::Blob(error) => error.hint(),
            Self::Directory(error) => error.hint(),
            Self::Ambiguous { .. }
            | Self::Unfinished { .. }
            | Self::Root(_)
            | Self::DatabaseUrl(_)
            | Self::File(_) => None,
        }
    }
}

/// Opens the instance that `target` means, and makes it current: a slug, a storage root or a database URL.
///
/// # Errors
/// See [`ConnectError`]; then the current instance stays what it was. Nothing is ever created.
pub async fn connect_instance(host: &Host, target: &str) -> Result<Registry, ConnectError> {
    let registry = open_instance(host, Some(target), AccessMode::Write).await?;
    make_current(&registry).await?;
    Ok(registry)
}

/// Opens the instance that `target` means, or the current one, and changes nothing.
///
/// With [`AccessMode::Read`] nothing can be written through what it gives.
///
/// # Errors
/// See [`ConnectError`].
pub async fn open_instance(
    host: &Host,
    target: Option<&str>,
    mode: AccessMode,
) -> Result<Registry, ConnectError> {
    let Located { database, claimed } = find(host, target).await?;
    let opened = open_registry(host, database, mode).await;
    let Some(Claimed { root, claim }) = claimed else { return opened };
    let elsewhere = ConnectError::RegistryElsewhere { root, manager: describe_manager(&claim) };
    match opened {
        Ok(registry) if claim.manager() == Some(registry.instance.uid()) => Ok(registry),
        Ok(another) => {
            another.close().await?;
            Err(elsewhere)
        }
        Err(ConnectError::Persistence(PersistenceError::DatabaseMissing { .. })) => Err(elsewhere),
        Err(error) => Err(error),
    }
}

async fn open_registry(
    host: &Host,
    database: DatabaseUrl,
    mode: AccessMode,
) -> Result<Registry, ConnectError> {
    let persistence = match host.databases.open(&database, mode).await {
        // What cannot be written can still be read; a change is refused when it is asked.
        Err(PersistenceError::ReadOnly) => host.databases.open(&database, AccessMode::Read).await?,
        result => result?,
    };
    match recorded_instance(host, &*persistence, &database).await {
        Ok((instance, user)) => Ok(Registry::new(host.clone(), instance, database, persistence, user)),
        Err(error) => {
            persistence.close().await?;
            Err(error)
        }
    }
}

async fn recorded_instance(
    host: &Host,
    persistence: &dyn Persistence,
    database: &DatabaseUrl,
) -> Result<(Instance, User), ConnectError> {
    let instance = in_transaction(persistence, AccessMode::Read, || {
        async |transaction: &mut Transaction| transaction.instance().find().await
    })
    .await?;
    match instance.filter(|instance| instance.default_storage().is_some()) {
        Some(instance) => Ok((instance, host.profile().await?)),
        None => Err(ConnectError::Unfinished { database: database.clone() }),
    }
}

/// Remembers an opened instance in place of any that had this database before, and makes it the current one.
pub(crate) async fn make_current(registry: &Registry) -> Result<(), DirectoryError> {
    let root = registry
        .reading(|| {
            async |transaction: &mut Transaction| {
                let uids: Vec<_> = registry.instance.default_storage().into_iter().collect();
                Ok::<_, PersistenceError>(transaction.storages().find_many(&uids).await?.pop())
            }
        })
        .await
        .ok()
        .flatten()
        .map(|storage| storage.root().clone());
    let known = KnownInstance {
        uid: registry.instance.uid(),
        slug: registry.instance.slug().clone(),
        database: registry.database.clone(),
        root,
    };
    let directory = &registry.host.directory;
    for other in directory.list().await? {
        if other.database == known.database && other.uid != known.uid {
            directory.forget(other.uid).await?;
        }
    }
    directory.remember(&known).await?;
    directory.set_current(known.uid).await
}

/// Where the registry of an instance is, or may be.
pub(crate) struct Located {
    pub(crate) database: DatabaseUrl,
    /// The claim whose holder must have that registry, when it was found by the name in the claim.
    claimed: Option<Claimed>,
}

struct Claimed {
    root: StorageRoot,
    claim: Claim,
}

impl From<DatabaseUrl> for Located {
    fn from(database: DatabaseUrl) -> Self {
        Self { database, claimed: None }
    }
}

/// Finds the database of the instance that `target` means.
pub(crate) async fn find(host: &Host, target: Option<&str>) -> Result<Located, ConnectError> {
    let Some(target) = target else {
        let current = host.directory.current().await?.ok_or(ConnectError::NoCurrentInstance)?;
        return Ok(current.database.into());
    };
    if let Ok(database) = target.parse::<DatabaseUrl>() {
        return Ok(with_known_password(host, database).await.into());
    }
    if is_database_url(target) {
        return Err(target.parse::<DatabaseUrl>().map_or_else(ConnectError::from, |_| unknown(target)));
    }
    if let Some(database) = find_known(host, target).await? {
        return Ok(database.into());
    }
    find_by_root(host, target).await
}

/// The storage root that `target` is, in its one spelling; `None` when it is a database or a known instance.
pub(crate) async fn meant_root(host: &Host, target: &str) -> Result<Option<StorageRoot>, ConnectError> {
    if is_database_url(target) || find_known(host, target).await?.is_some() {
        return Ok(None);
    }
    let root = StorageRoot::parse(target, &host.files.surroundings()?)?;
    Ok(Some(host.locations.resolve(&root).await?))
}

/// The URL that is known of a database whose URL was given without a password, as commands that are suggested name it.
async fn with_known_password(host: &Host, given: DatabaseUrl) -> DatabaseUrl {
    let known = host.directory.list().await.unwrap_or_default().into_iter().map(|known| known.database);
    let mut same = known.filter(|known| *known != given && known.without_password() == given);
    same.next().unwrap_or(given)
}

fn is_database_url(target: &str) -> bool {
    ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| target.starts_with(scheme))
}

fn unknown(target: &str) -> ConnectError {
    ConnectError::Unknown { target: target.to_owned() }
}

async fn find_known(host: &Host, target: &str) -> Result<Option<DatabaseUrl>, ConnectError> {
    let (uid, slug) = (target.parse::<InstanceUid>().ok(), target.parse::<Slug>().ok());
    let mut known = host.directory.list().await?;
    known.retain(|known| Some(known.uid) == uid || Some(&known.slug) == slug.as_ref());
    match (&known[..], slug) {
        ([], _) => Ok(None),
        ([one], _) => Ok(Some(one.database.clone())),
        ([first, ..], slug) => Err(ConnectError::Ambiguous {
            slug: slug.unwrap_or_else(|| first.slug.clone()),
            databases: known.iter().map(|known| known.database.without_password().to_string()).collect(),
        }),
    }
}

/// Finds the registry that lies in a storage root, or that of the instance that manages the root: one that is known, or that this machine keeps under
/// the name in the claim.
async fn find_by_root(host: &Host, target: &str) -> Result<Located, ConnectError> {
    let root = StorageRoot::parse(target, &host.files.surroundings()?)?;
    let root = host.locations.resolve(&root).await?;
    if let Some(path) = root.local_path().map(|path| path.join(DEFAULT_DATABASE)) {
        match host.files.inspect(&path).await {
            Ok(FileEntry::File(_)) => return Ok(DatabaseUrl::sqlite(&path)?.into()),
            Ok(FileEntry::Directory) | Err(FileError::NotFound { .. } | FileError::Special { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let ClaimState::Held { claim, .. } = host.locations.claim(&root, None).await?.found else {
        return Err(unknown(target));
    };
    let known = host.directory.list().await?;
    if let Some(known) = known.into_iter().find(|known| Some(known.uid) == claim.manager()) {
        return Ok(known.database.into());
    }
    let slug = claim.slug().and_then(|slug| slug.parse::<Slug>().ok());
    let kept = slug.and_then(|slug| registry_on_this_machine(&*host.directory, &slug)).transpose()?;
    match kept {
        Some(database) => Ok(Located { database, claimed: Some(Claimed { root, claim }) }),
        None => Err(ConnectError::RegistryElsewhere { root, manager: describe_manager(&claim) }),
    }
}
