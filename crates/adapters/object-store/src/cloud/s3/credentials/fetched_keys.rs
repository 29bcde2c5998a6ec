//! Keys in the documents that credential sources answer with.

use std::error::Error;

use chrono::{DateTime, Utc};
use object_store::aws::AwsCredential;
use serde::Deserialize;

use super::keys::Keys;
use crate::cloud::refreshing::{Fetched, unusable};
use crate::cloud::refusal::CredentialsUnusable;

/// The name of the store in errors.
pub(super) const STORE: &str = "S3";

/// Keys as every source writes them, but for the name of the token.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FetchedKeys {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "Token")]
    session_token: Option<String>,
    expiration: Option<DateTime<Utc>>,
}

impl FetchedKeys {
    /// The keys; `place` says where they are from.
    pub(super) fn into_credential(self, place: &str) -> object_store::Result<Fetched<AwsCredential>> {
        let keys =
            Keys::new(&self.access_key_id, &self.secret_access_key, self.session_token.as_deref(), place)
                .map_err(|error| unusable(STORE, error))?;
        Ok(Fetched { credential: keys.credential(), expires: self.expiration })
    }
}

/// An error that says that a source cannot be used.
pub(super) fn cannot_be_used(reason: String) -> object_store::Error {
    unusable(STORE, CredentialsUnusable { reason })
}

/// An error of a source that cannot be reached now.
pub(super) fn failed(source: impl Error + Send + Sync + 'static) -> object_store::Error {
    object_store::Error::Generic { store: STORE, source: Box::new(source) }
}
