//! The user: shown and changed, in the settings and in the instance at hand.

use freehold_domain::{Handle, User};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::DirectoryError;

use crate::{Category, Host, Registry, Transaction, UseCaseError};

/// What is to change of the user's profile.
#[derive(Debug, Clone, Default)]
pub struct UserChanges {
    /// The new handle.
    pub handle: Option<Handle>,
    /// The new full name; an empty one removes it.
    pub name: Option<String>,
}

/// Why the user could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The settings failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for UserError {
    fn category(&self) -> Category {
        match self {
            Self::Directory(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Directory(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Changes the user's profile. Instances that the user works on later learn of it then.
///
/// # Errors
/// The settings cannot be written.
pub async fn set_user(host: &Host, changes: UserChanges) -> Result<User, UserError> {
    let mut user = host.profile().await?;
    if let Some(handle) = changes.handle {
        user.handle = handle;
    }
    if let Some(name) = changes.name {
        user.name = Some(name).filter(|name| !name.is_empty());
    }
    host.directory.set_profile(&user).await?;
    Ok(user)
}

/// Records the user's present profile in an instance where the user is known.
///
/// # Errors
/// The registry cannot be written.
pub async fn record_user(registry: &Registry, user: &User) -> Result<(), UserError> {
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                if !transaction.users().find_many(&[user.uid]).await?.is_empty() {
                    transaction.users().update(user).await?;
                }
                Ok(())
            }
        })
        .await
}
