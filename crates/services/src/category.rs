//! What sort of failure an error is, and the next step.

use freehold_domain::{
    ArtifactKeyError, HandleError, IllegalTransition, NameError, NotManaged, StoragePathError,
    StorageRootError, VersionsExhausted,
};
use freehold_ports::blobs::BlobError;
use freehold_ports::cache::CacheError;
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::{DirectoryError, FileError, LivenessError};

/// What sort of failure an error is. A command line makes its exit status of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// Something outside went wrong.
    Failed,
    /// The request is not valid.
    Invalid,
    /// What was named is not there.
    NotFound,
    /// Ownership, or the protection of data, forbids it.
    Refused,
    /// Others were in the way; the same request may succeed when it is repeated.
    Conflict,
    /// Stored data is not what it should be.
    Integrity,
}

impl Category {
    /// The category's name, for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
            Self::Integrity => "integrity",
        }
    }
}

/// An error of a use case: what sort of failure it is, and what to do about it.
pub trait UseCaseError: std::error::Error + Send + Sync + 'static {
    /// What sort of failure it is.
    fn category(&self) -> Category;

    /// The next step, where there is one to name, such as a command.
    fn hint(&self) -> Option<String> {
        None
    }
}

impl UseCaseError for CacheError {
    fn category(&self) -> Category {
        match self {
            Self::AnotherContent { .. } => Category::Integrity,
            Self::NoHash => Category::Invalid,
            Self::Body { .. } | Self::Io { .. } => Category::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Io { .. } => Some("set FREEHOLD_CACHE_DIR to a folder that you may write".to_owned()),
            Self::AnotherContent { .. } | Self::NoHash | Self::Body { .. } => None,
        }
    }
}

impl UseCaseError for PersistenceError {
    fn category(&self) -> Category {
        match self {
            Self::AlreadyExists { .. } | Self::InUse { .. } | Self::LineageCycle { .. } | Self::ReadOnly => {
                Category::Refused
            }
            Self::NotFound { .. } | Self::DatabaseMissing { .. } => Category::NotFound,
            Self::Conflict { .. } => Category::Conflict,
            Self::Corrupt { .. } => Category::Integrity,
            Self::NotARegistry { .. } | Self::UnsupportedDatabase { .. } => Category::Invalid,
            Self::Unavailable { .. }
            | Self::Aborted
            | Self::OutcomeUnknown { .. }
            | Self::SchemaTooNew { .. }
            | Self::SchemaOutdated { .. }
            | Self::NotWritable { .. }
            | Self::NeedsRecovery { .. }
            | Self::Backend { .. } => Category::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::DatabaseMissing { .. } => Some(
                "a registry is never created by opening it; to make a new instance use `freehold init`"
                    .to_owned(),
            ),
            Self::LineageCycle { .. } => {
                Some("do it without a run, or under a run of its own (`freehold run start`)".to_owned())
            }
            Self::UnsupportedDatabase { database } => {
                let feature = if database.starts_with("sqlite:") { "sqlite" } else { "postgres" };
                Some(built_without(feature))
            }
            Self::ReadOnly => Some(
                "check the permissions of the database file and its folder, or those of the database's role"
                    .to_owned(),
            ),
            Self::Unavailable { .. } => {
                Some("check that the database's server runs and can be reached from here".to_owned())
            }
            _ => None,
        }
    }
}

impl UseCaseError for BlobError {
    fn category(&self) -> Category {
        match self {
            Self::NotFound { .. } | Self::BucketMissing { .. } => Category::NotFound,
            Self::AlreadyExists { .. } | Self::OutsideLocation { .. } => Category::Refused,
            Self::VersionMismatch { .. } => Category::Conflict,
            Self::NotALocation { .. }
            | Self::NotABlob { .. }
            | Self::UnusableName { .. }
            | Self::NotBuiltIn { .. } => Category::Invalid,
            Self::Body { source } => match inner::<FileError>(source) {
                Some(error) => error.category(),
                None => Category::Failed,
            },
            Self::PermissionDenied { .. }
            | Self::WrongRegion { .. }
            | Self::CredentialsRefused { .. }
            | Self::CredentialsUnusable { .. }
            | Self::ClockSkewed { .. }
            | Self::NoSpace { .. }
            | Self::Unavailable { .. }
            | Self::Unsupported { .. }
            | Self::Backend { .. } => Category::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotBuiltIn { location, .. } => Some(built_without(match location.split_once("://") {
                Some(("s3", _)) => "s3",
                Some(("gs", _)) => "gcs",
                _ => "local",
            })),
            Self::BucketMissing { .. } => Some(
                "check the name, or make the bucket with the tools of your cloud; freehold never makes one"
                    .to_owned(),
            ),
            Self::WrongRegion { actual, .. } => {
                let region = actual.as_deref().unwrap_or("REGION");
                Some(format!(
                    "give --region {region}; for a location that is recorded: `freehold storage update S --region {region}`"
                ))
            }
            Self::CredentialsRefused { .. } | Self::CredentialsUnusable { .. } => Some(
                "check the key, secret and session token in the environment or the profile; to read a public bucket without any, set \
                 AWS_SKIP_SIGNATURE=true or GOOGLE_SKIP_SIGNATURE=true"
                    .to_owned(),
            ),
            Self::PermissionDenied { location, .. } if location.contains("://") => {
                Some("check that credentials are set, and what they may do there".to_owned())
            }
            Self::ClockSkewed { .. } => Some("set the clock of this machine, then try again".to_owned()),
            _ => None,
        }
    }
}

impl UseCaseError for FileError {
    fn category(&self) -> Category {
        match self {
            Self::NotFound { .. } => Category::NotFound,
            Self::Special { .. }
            | Self::IsDirectory { .. }
            | Self::NotUtf8 { .. }
            | Self::LinkLoop { .. } => Category::Invalid,
            Self::Changed { .. } => Category::Conflict,
            Self::AlreadyExists { .. } => Category::Refused,
            Self::PermissionDenied { .. } | Self::Io { .. } => Category::Failed,
        }
    }
}

impl UseCaseError for DirectoryError {
    fn category(&self) -> Category {
        Category::Failed
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Damaged { .. } => Some(
                "settings can be lost without harm: move the file away, then `freehold connect ROOT`"
                    .to_owned(),
            ),
            Self::Io { .. } => None,
        }
    }
}

impl UseCaseError for LivenessError {
    fn category(&self) -> Category {
        match self {
            Self::Taken { .. } => Category::Conflict,
            Self::Lock { .. } => Category::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Taken { .. } => None,
            Self::Lock { .. } => Some(
                "a session needs a lock: the folder of an SQLite registry must be writable, and the server of a Postgres one reachable"
                    .to_owned(),
            ),
        }
    }
}

impl UseCaseError for NotManaged {
    fn category(&self) -> Category {
        Category::Refused
    }

    fn hint(&self) -> Option<String> {
        Some("use the manager's instance, or a location of your own: `freehold storage list`".to_owned())
    }
}

fn built_without(feature: &str) -> String {
    format!("this program was built without it; build it with the cargo feature `{feature}`")
}

/// Errors of values that a user typed.
macro_rules! invalid_input {
    ($($error:ty),* $(,)?) => {$(
        impl UseCaseError for $error {
            fn category(&self) -> Category {
                Category::Invalid
            }
        }
    )*};
}

invalid_input!(ArtifactKeyError, HandleError, NameError, StoragePathError, StorageRootError);

impl UseCaseError for VersionsExhausted {
    fn category(&self) -> Category {
        Category::Refused
    }
}

impl UseCaseError for IllegalTransition {
    fn category(&self) -> Category {
        Category::Refused
    }
}

/// The error inside an I/O error, if it is an `E`.
pub(crate) fn inner<E: std::error::Error + 'static>(error: &std::io::Error) -> Option<&E> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<E>())
}
