//! Why something is not a content hash.

use thiserror::Error;

use super::HashAlgorithm;

/// Something is not a content hash.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HashError {
    /// The algorithm has a name that is not known here.
    #[error("hash algorithm {name:?} is not supported; the supported ones are blake3 and etag")]
    UnknownAlgorithm {
        /// The name as given.
        name: String,
    },
    /// The digest is not what the algorithm gives.
    #[error("{text:?} is not a {algorithm} hash: expected {}", expectation(*algorithm))]
    InvalidDigest {
        /// The algorithm of the hash.
        algorithm: HashAlgorithm,
        /// The text as given.
        text: String,
    },
}

fn expectation(algorithm: HashAlgorithm) -> &'static str {
    match algorithm {
        HashAlgorithm::Blake3 => "64 lower-case hexadecimal digits",
        HashAlgorithm::EntityTag => "1 to 63 visible ASCII characters without quotation marks",
    }
}
