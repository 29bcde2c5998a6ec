//! A machine on which instances are made, found and opened.

mod builder;
mod cache;
#[cfg(feature = "postgres")]
mod liveness;

use freehold_domain::{Storage, User};
use freehold_ports::persistence::{AccessMode, PersistenceError};
use freehold_ports::system::DirectoryError;
use freehold_services::connect_instance::{ConnectError, connect_instance, open_instance};
use freehold_services::delete_instance::{DeleteInstanceError, forget_instance};
use freehold_services::initialise_instance::{InitialiseError, InitialiseInstance, initialise_instance};
use freehold_services::list_instances::{ListedInstance, list_instances};
use freehold_services::relocate_instance::{LeftBehind, RelocateError, relocate_instance};
use freehold_services::users::{UserChanges, UserError, record_user, set_user};
use freehold_services::{Category, Host, UseCaseError};

pub use builder::{MachineBuilder, SetUpError};

use crate::Freehold;

/// A machine on which instances are made, found and opened: every adapter, and the user's settings.
#[derive(Debug, Clone)]
pub struct Machine(Host);

/// What came of initialising an instance.
#[derive(Debug)]
pub struct Initialised {
    /// The instance, opened.
    pub freehold: Freehold,
    /// Whether it was made now; otherwise it was there already, under the same slug.
    pub created: bool,
}

/// An instance whose registry or roots were moved, and whose claims say so.
#[derive(Debug)]
pub struct Relocated {
    /// The instance, opened and current.
    pub freehold: Freehold,
    /// The locations whose recorded root or whose claim was changed.
    pub moved: Vec<Storage>,
    /// Managed locations whose claims could not be changed: nothing can be written there until that is sorted out.
    pub left: Vec<LeftBehind>,
}

/// Why an instance could not be opened, or made, with the usual adapters.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The adapters could not be set up.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    /// The instance could not be made.
    #[error(transparent)]
    Initialise(#[from] InitialiseError),
    /// The instance could not be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl UseCaseError for OpenError {
    fn category(&self) -> Category {
        match self {
            Self::SetUp(_) => Category::Failed,
            Self::Initialise(error) => error.category(),
            Self::Connect(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::SetUp(_) => None,
            Self::Initialise(error) => error.hint(),
            Self::Connect(error) => error.hint(),
        }
    }
}

impl Machine {
    /// Begins a machine with the usual adapters, any of which can be replaced.
    pub fn builder() -> MachineBuilder {
        MachineBuilder::default()
    }

    /// Initialises an instance and makes it current. The same request again opens it.
    ///
    /// # Errors
    /// See [`InitialiseError`]. A refusal changes nothing.
    pub async fn init(&self, request: InitialiseInstance) -> Result<Initialised, InitialiseError> {
        let initialised = initialise_instance(&self.0, request).await?;
        Ok(Initialised { freehold: Freehold::new(initialised.registry), created: initialised.created })
    }

    /// Opens the instance that `target` means (a slug, a storage root, or a database URL), and makes it current.
    ///
    /// # Errors
    /// See [`ConnectError`]. Nothing is ever created.
    pub async fn connect(&self, target: &str) -> Result<Freehold, ConnectError> {
        Ok(Freehold::new(connect_instance(&self.0, target).await?))
    }

    /// Takes note that the registry which `target` means, or the storage root that `target` is, was really moved to where it lies now, and makes
    /// the instance current.
    ///
    /// # Errors
    /// See [`RelocateError`]. A refusal changes nothing.
    pub async fn connect_moved(&self, target: &str) -> Result<Relocated, RelocateError> {
        let relocated = relocate_instance(&self.0, target).await?;
        let (moved, left) = (relocated.moved, relocated.left);
        Ok(Relocated { freehold: Freehold::new(relocated.registry), moved, left })
    }

    /// Opens the instance that `target` means, or the current one.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn open(&self, target: Option<&str>) -> Result<Freehold, ConnectError> {
        Ok(Freehold::new(open_instance(&self.0, target, AccessMode::Write).await?))
    }

    /// Opens the instance that `target` means, or the current one, so that nothing can be written through it: for the source of a transfer.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub async fn open_read_only(&self, target: Option<&str>) -> Result<Freehold, ConnectError> {
        Ok(Freehold::new(open_instance(&self.0, target, AccessMode::Read).await?))
    }

    /// Lists the instances that the user knows on this machine.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub async fn instances(&self) -> Result<Vec<ListedInstance>, DirectoryError> {
        list_instances(&self.0).await
    }

    /// Forgets a known instance whose registry is gone.
    ///
    /// # Errors
    /// The registry is still there, or the instance is not known.
    pub async fn forget(&self, target: &str) -> Result<(), DeleteInstanceError> {
        forget_instance(&self.0, target).await
    }

    /// Gives the user's profile; it is made on first use.
    ///
    /// # Errors
    /// The settings cannot be read or written.
    pub async fn user(&self) -> Result<User, DirectoryError> {
        self.0.profile().await
    }

    /// Changes the user's profile, and the user's record in the current instance if there is one.
    ///
    /// # Errors
    /// The settings or the current instance cannot be written.
    pub async fn set_user(&self, changes: UserChanges) -> Result<User, UserError> {
        let user = set_user(&self.0, changes).await?;
        match open_instance(&self.0, None, AccessMode::Write).await {
            Ok(registry) => {
                record_user(&registry, &user).await?;
                registry.close().await?;
            }
            Err(ConnectError::Persistence(error @ PersistenceError::Unavailable { .. })) => {
                return Err(error.into());
            }
            // Without a current instance there is no record to change; the next one that is opened learns of the profile.
            Err(_) => {}
        }
        Ok(user)
    }
}
