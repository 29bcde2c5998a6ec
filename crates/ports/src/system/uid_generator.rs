//! Identities that are never given out twice.

use std::fmt::Debug;

use freehold_domain::{ArtifactStem, IntentUid, RunUid, SessionUid, StorageUid, TransformStem, UserUid};

/// Makes identities that are never given out twice, by any instance anywhere.
///
/// An implementor gives [`entropy`](Self::entropy) from a cryptographic random source; tests may count.
pub trait UidGenerator: Debug + Send + Sync {
    /// Gives 128 random bits; never the same ones twice.
    fn entropy(&self) -> u128;

    /// A new storage location's uid.
    fn storage_uid(&self) -> StorageUid {
        StorageUid::from_entropy(self.entropy())
    }

    /// A new user profile's uid.
    fn user_uid(&self) -> UserUid {
        UserUid::from_entropy(self.entropy())
    }

    /// A new run's uid.
    fn run_uid(&self) -> RunUid {
        RunUid::from_entropy(self.entropy())
    }

    /// The stem of a new transform's uid.
    fn transform_stem(&self) -> TransformStem {
        TransformStem::from_entropy(self.entropy())
    }

    /// The stem of a new artifact family's uids.
    fn artifact_stem(&self) -> ArtifactStem {
        ArtifactStem::from_entropy(self.entropy())
    }

    /// A new session's uid.
    fn session_uid(&self) -> SessionUid {
        SessionUid::from_entropy(self.entropy())
    }

    /// A new intent's uid.
    fn intent_uid(&self) -> IntentUid {
        IntentUid::from_entropy(self.entropy())
    }
}
