//! A file with Google credentials.

use serde::Deserialize;

use crate::cloud::endpoint::{is_loopback, is_plain};
use crate::cloud::refusal::CredentialsUnusable;

/// Where users get their tokens.
const TOKEN_SERVER: &str = "https://oauth2.googleapis.com/token";

/// What a file holds that can be used.
pub(super) enum CredentialFile {
    /// The key of a service account.
    ServiceAccount(ServiceAccount),
    /// The grant of a user who logged in.
    User(Grant),
}

/// The key of a service account.
#[derive(Deserialize)]
pub(super) struct ServiceAccount {
    pub(super) client_email: String,
    pub(super) private_key: String,
}

/// The grant of a user who logged in. It is never shown.
#[derive(Deserialize)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) refresh_token: String,
    #[serde(default = "token_server")]
    pub(super) token_uri: String,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: Option<String>,
}

fn token_server() -> String {
    TOKEN_SERVER.to_owned()
}

/// Reads the text of a file; `place` says where it is from. What it holds is never part of an error.
pub(super) fn parse(text: &str, place: &str) -> Result<CredentialFile, CredentialsUnusable> {
    let unusable = |why: &str| CredentialsUnusable { reason: format!("{place} {why}") };
    let Kind { kind } =
        serde_json::from_str(text).map_err(|_| unusable("holds no JSON object with credentials"))?;
    match kind.as_deref() {
        // Keys that are made for emulators have no type.
        Some("service_account") | None => serde_json::from_str(text)
            .map(CredentialFile::ServiceAccount)
            .map_err(|_| unusable("is no whole key of a service account: it needs client_email, private_key and private_key_id")),
        Some("authorized_user") => {
            let grant: Grant = serde_json::from_str(text).map_err(|_| {
                unusable("is no whole grant of a user; run `gcloud auth application-default login` again")
            })?;
            if is_plain(&grant.token_uri) && !is_loopback(&grant.token_uri) {
                return Err(unusable("names a token server without TLS"));
            }
            Ok(CredentialFile::User(grant))
        }
        Some(kind) => Err(unusable(&format!(
            "holds credentials of type {kind}, which are not supported; use the key file of a service account, log in with `gcloud auth \
             application-default login`, or set GOOGLE_BEARER_TOKEN to what `gcloud auth print-access-token` prints"
        ))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn reason(text: &str) -> String {
        parse(text, "the file").err().unwrap().reason
    }

    const GRANT: &str =
        r#"{"type": "authorized_user", "client_id": "c", "client_secret": "hidden", "refresh_token": "r""#;

    #[test]
    fn a_user_gets_tokens_from_google() {
        let Ok(CredentialFile::User(grant)) = parse(&format!("{GRANT}}}"), "x") else { panic!() };
        assert_eq!(grant.token_uri, TOKEN_SERVER);
    }

    #[test]
    fn a_secret_goes_nowhere_without_tls() {
        assert!(
            reason(&format!(r#"{GRANT}, "token_uri": "http://example.org/token"}}"#)).contains("without TLS")
        );
    }

    #[test]
    fn an_unsupported_type_says_what_to_do() {
        let reason = reason(r#"{"type": "external_account"}"#);
        assert!(reason.contains("external_account") && reason.contains("gcloud"), "{reason}");
    }

    #[test]
    fn what_is_in_a_broken_file_is_not_shown() {
        for text in ["hidden", r#"{"type": "service_account", "private_key": "hidden"}"#, "\"hidden\""] {
            assert!(!reason(text).contains("hidden"), "{text}");
        }
    }
}
