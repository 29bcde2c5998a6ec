//! The files in which clients find their credentials.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::service_account::{EMAIL, KEY_ID, ServiceAccount};
use super::state::Shared;
use super::token_endpoint::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};

/// Writes credential files on demand, into a folder that is removed with the server.
#[derive(Debug)]
pub(super) struct CredentialFiles {
    endpoint: String,
    shared: Arc<Shared>,
    folder: OnceLock<TempDir>,
}

#[expect(clippy::expect_used, reason = "a test without its credentials has nothing to go on with")]
impl CredentialFiles {
    pub(super) fn new(endpoint: String, shared: Arc<Shared>) -> Self {
        Self { endpoint, shared, folder: OnceLock::new() }
    }

    /// The key file of the service account; makes the key if there is none.
    pub(super) fn service_account(&self) -> PathBuf {
        let account =
            self.shared.service_account.get_or_init(|| ServiceAccount::generate().expect("an RSA key"));
        self.write(
            "service-account.json",
            &json!({
                "type": "service_account",
                "project_id": "freehold-test",
                "private_key_id": KEY_ID,
                "private_key": account.private_key().expect("an RSA key that can be written"),
                "client_email": EMAIL,
                "client_id": "100000000000000000000",
                "token_uri": format!("{}/token", self.endpoint),
                "gcs_base_url": self.endpoint,
            }),
        )
    }

    /// The application default credentials of a user.
    pub(super) fn authorized_user(&self) -> PathBuf {
        self.write(
            "application_default_credentials.json",
            &json!({
                "type": "authorized_user",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "refresh_token": REFRESH_TOKEN,
                "token_uri": format!("{}/token", self.endpoint),
            }),
        )
    }

    fn write(&self, name: &str, content: &Value) -> PathBuf {
        let folder = self.folder.get_or_init(|| TempDir::new().expect("a temporary folder"));
        let path = folder.path().join(name);
        if !path.exists() {
            std::fs::write(&path, format!("{content:#}")).expect("a file in a temporary folder");
        }
        path
    }
}
