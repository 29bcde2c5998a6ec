//! Who may do what: two key pairs, and buckets that everybody may read.

use std::sync::Arc;

use axum::http::Method;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};

use super::state::Shared;

/// An access key and its secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyPair {
    pub(super) id: &'static str,
    pub(super) secret: &'static str,
}

/// Those of the user who may do everything.
pub(super) const WRITER_KEYS: KeyPair =
    KeyPair { id: "AKIAFREEHOLDWRITER00", secret: "writer/secret+of/the/test/server00000000" };

/// Those of the user who may read and list.
pub(super) const READER_KEYS: KeyPair =
    KeyPair { id: "AKIAFREEHOLDREADER00", secret: "reader/secret+of/the/test/server00000000" };

/// The keys that the server knows.
#[derive(Debug)]
pub(super) struct KnownKeys;

#[async_trait::async_trait]
impl S3Auth for KnownKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let pair = [WRITER_KEYS, READER_KEYS].into_iter().find(|pair| pair.id == access_key);
        pair.map(|pair| pair.secret.into()).ok_or_else(|| {
            s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records.")
        })
    }
}

/// Decides on each request before its operation runs.
pub(super) struct AccessRules {
    shared: Arc<Shared>,
}

impl AccessRules {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

#[async_trait::async_trait]
impl S3Access for AccessRules {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let reads = matches!(*context.method(), Method::GET | Method::HEAD);
        let allowed = match context.credentials().map(|credentials| credentials.access_key.as_str()) {
            Some(key) if key == WRITER_KEYS.id => true,
            Some(_) => reads,
            None => {
                let bucket = context.s3_path().get_bucket_name();
                let state = self.shared.lock();
                reads
                    && bucket.and_then(|bucket| state.buckets.get(bucket)).is_some_and(|bucket| bucket.public)
            }
        };
        if allowed { Ok(()) } else { Err(s3_error!(AccessDenied, "Access Denied")) }
    }
}
