//! What kind of backend a storage location lies on.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::uid::serde_text::serde_as_text;

/// The backend of a storage location: its `type` in every interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StorageKind {
    /// A directory of the local file system.
    Local,
    /// A bucket, or a part of one, that speaks the S3 protocol.
    S3,
    /// A bucket, or a part of one, of Google Cloud Storage.
    Gs,
}

impl StorageKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Local, Self::S3, Self::Gs];

    /// The kind's name: `local`, `s3` or `gs`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::S3 => "s3",
            Self::Gs => "gs",
        }
    }
}

impl fmt::Display for StorageKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for StorageKind {
    type Err = UnknownStorageKind;

    fn from_str(text: &str) -> Result<Self, UnknownStorageKind> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| UnknownStorageKind { name: text.to_owned() })
    }
}

serde_as_text!(StorageKind, "StorageKind", str::parse::<StorageKind>);

/// A storage type that is not known here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("storage type {name:?} is not supported; use local, s3 or gs")]
pub struct UnknownStorageKind {
    /// The name as given.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::StorageKind;

    #[test]
    fn every_kind_reads_back_from_its_name() {
        for kind in StorageKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }

    #[test]
    fn names_of_other_kinds_or_case_are_refused() {
        for name in ["", "S3", "gcs", "local "] {
            assert!(name.parse::<StorageKind>().is_err(), "{name:?}");
        }
    }
}
