//! Whose tokens the requests to Google Cloud Storage carry: the chain that Google's own tools follow.
//!
//! Taken in this order are the variables of a service account, a bearer token, the application default credentials, and the metadata server
//! of a virtual machine; without any, requests are anonymous. What is configured and cannot be used is an error rather than passed over.

mod file;
mod metadata_server;
pub(super) mod remote_signature;
mod user;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rsa;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::gcp::{GcpCredential, GcpCredentialProvider, GoogleCloudStorageBuilder};
use object_store::{RetryConfig, StaticCredentialProvider};

use self::file::{CredentialFile, ServiceAccount};
use self::metadata_server::MetadataServer;
use self::remote_signature::RemoteSigner;
use self::user::User;
use super::signed_url::{Signer, SigningKey};
use crate::cloud::connection::Connection;
use crate::cloud::environment::Environment;
use crate::cloud::refreshing::{Refreshing, unusable};
use crate::cloud::refusal::CredentialsUnusable;
use crate::cloud::retry;

/// The name of the store in errors.
pub(super) const STORE: &str = "GCS";

/// How often a source is asked again that does not answer.
const RETRIES: usize = 4;

/// Whose tokens requests carry, and who signs URLs.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    tokens: Option<GcpCredentialProvider>,
    signer: Signer,
    /// Which link of the chain they come from, for people and without any secret.
    source: Arc<str>,
}

impl Credentials {
    fn anonymous(why: &str) -> Self {
        Self { tokens: None, signer: Signer::Nobody, source: format!("anonymous, since {why}").into() }
    }

    /// Where they come from, for people.
    pub(super) fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The tokens, which are refreshed by themselves; `None` sends requests without one.
    pub(super) fn tokens(&self) -> Option<&GcpCredentialProvider> {
        self.tokens.as_ref()
    }

    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }
}

/// Finds whose tokens requests carry. A metadata server is asked, where nothing else is configured; everything else is asked when a token is
/// first needed.
///
/// # Errors
/// When something is configured that cannot be used.
pub(super) async fn credentials(environment: &Environment) -> Result<Credentials, CredentialsUnusable> {
    if environment.is_set("GOOGLE_SKIP_SIGNATURE") {
        return Ok(Credentials::anonymous("GOOGLE_SKIP_SIGNATURE is set"));
    }
    let patience = RetryConfig {
        max_retries: RETRIES,
        retry_timeout: Duration::from_secs(20),
        ..retry::config(environment)
    };
    for name in ["GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH"] {
        if let Some(path) = environment.path(name) {
            return of_file(&path, name, patience).await;
        }
    }
    if let Some(key) = environment.get("GOOGLE_SERVICE_ACCOUNT_KEY") {
        let place = "the variable GOOGLE_SERVICE_ACCOUNT_KEY";
        return of_text(&key, place, patience);
    }
    if let Some(token) = environment.get("GOOGLE_BEARER_TOKEN") {
        return of_token(&token);
    }
    if let Some(path) = environment.path("GOOGLE_APPLICATION_CREDENTIALS") {
        return of_file(&path, "GOOGLE_APPLICATION_CREDENTIALS", patience).await;
    }
    if let Some(path) = application_default(environment)
        && let Some(text) = read(&path).await?
    {
        return of_text(&text, &path.display().to_string(), patience);
    }
    of_this_machine(environment, patience).await
}

/// Where Google's own tools put the credentials of whoever logged in.
fn application_default(environment: &Environment) -> Option<PathBuf> {
    let folder = environment
        .path("CLOUDSDK_CONFIG")
        .or_else(|| environment.path("APPDATA").map(|folder| folder.join("gcloud")))
        .or_else(|| environment.home().map(|home| home.join(".config").join("gcloud")))?;
    Some(folder.join("application_default_credentials.json"))
}

/// The text of a file; `None` when it is not there.
async fn read(path: &Path) -> Result<Option<String>, CredentialsUnusable> {
    let unusable =
        |why: String| CredentialsUnusable { reason: format!("{} cannot be used: {why}", path.display()) };
    let file = path.to_owned();
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(file)).await;
    match read.map_err(|error| unusable(error.to_string()))? {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(unusable(error.to_string())),
    }
}

async fn of_file(
    path: &Path,
    variable: &str,
    patience: RetryConfig,
) -> Result<Credentials, CredentialsUnusable> {
    match read(path).await? {
        Some(text) => of_text(&text, &path.display().to_string(), patience),
        None => Err(CredentialsUnusable {
            reason: format!("{variable} names the file {}, which is not there", path.display()),
        }),
    }
}

fn of_text(text: &str, place: &str, patience: RetryConfig) -> Result<Credentials, CredentialsUnusable> {
    match file::parse(text, place)? {
        CredentialFile::ServiceAccount(account) => of_service_account(account, text, place),
        CredentialFile::User(grant) => {
            let connection = Connection::new(patience).map_err(set_up)?;
            Ok(Credentials {
                tokens: Some(Arc::new(Refreshing::new(User { grant, place: place.to_owned(), connection }))),
                signer: Signer::Impossible { reason: only_service_accounts_sign(place) },
                source: format!("the user of {place}").into(),
            })
        }
    }
}

fn of_service_account(
    account: ServiceAccount,
    text: &str,
    place: &str,
) -> Result<Credentials, CredentialsUnusable> {
    let key = key_pair(&account.private_key).ok_or_else(|| CredentialsUnusable {
        reason: format!("the private key in {place} is no RSA key in PEM form"),
    })?;
    let store = GoogleCloudStorageBuilder::new()
        .with_bucket_name("none")
        .with_service_account_key(text)
        .build()
        .map_err(|_| CredentialsUnusable {
            reason: format!("{place} holds no usable service account key"),
        })?;
    let source = format!("the service account {} of {place}", account.client_email).into();
    Ok(Credentials {
        source,
        tokens: Some(store.credentials().clone()),
        signer: Signer::Key(Arc::new(SigningKey { email: account.client_email, key })),
    })
}

/// The key in a PEM text.
fn key_pair(pem: &str) -> Option<rsa::KeyPair> {
    let body: String = pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    let der = BASE64_STANDARD.decode(body).ok()?;
    rsa::KeyPair::from_pkcs8(&der).or_else(|_| rsa::KeyPair::from_der(&der)).ok()
}

fn of_token(token: &str) -> Result<Credentials, CredentialsUnusable> {
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let reason =
            "the variable GOOGLE_BEARER_TOKEN is empty, or holds a blank or a character that no token has";
        return Err(CredentialsUnusable { reason: reason.to_owned() });
    }
    Ok(Credentials {
        tokens: Some(Arc::new(StaticCredentialProvider::new(GcpCredential { bearer: token.to_owned() }))),
        signer: Signer::Impossible { reason: only_service_accounts_sign("the variable GOOGLE_BEARER_TOKEN") },
        source: "the token in the variable GOOGLE_BEARER_TOKEN".into(),
    })
}

async fn of_this_machine(
    environment: &Environment,
    patience: RetryConfig,
) -> Result<Credentials, CredentialsUnusable> {
    let neighbour = Connection::to_neighbour().map_err(set_up)?;
    let Some(server) = MetadataServer::find(environment, neighbour).await else {
        return Ok(Credentials::anonymous("nothing is configured"));
    };
    let connection = Connection::new(patience).map_err(set_up)?;
    let server = server.reached_by(connection.clone());
    let tokens: GcpCredentialProvider = Arc::new(Refreshing::new(server.clone()));
    let remote = RemoteSigner::new(environment, server, tokens.clone(), connection)?;
    let source = "the account of this virtual machine".into();
    Ok(Credentials { tokens: Some(tokens), signer: Signer::Remote(Arc::new(remote)), source })
}

fn set_up(error: object_store::Error) -> CredentialsUnusable {
    let source = failed(error);
    CredentialsUnusable {
        reason: format!("no connection to a source of Google credentials can be set up: {source}"),
    }
}

fn only_service_accounts_sign(place: &str) -> String {
    format!(
        "only a service account can sign a URL, and {place} holds no key of one; set GOOGLE_APPLICATION_CREDENTIALS to the key file of \
         a service account"
    )
}

/// An error that says that a source cannot be used.
fn cannot_be_used(reason: String) -> object_store::Error {
    unusable(STORE, CredentialsUnusable { reason })
}

/// An error of a source that cannot be reached now.
fn failed(source: impl std::error::Error + Send + Sync + 'static) -> object_store::Error {
    object_store::Error::Generic { store: STORE, source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    async fn source(variables: &[(&str, &str)]) -> String {
        let environment = Environment::of_variables(variables.iter().copied());
        credentials(&environment).await.unwrap().source().to_string()
    }

    #[tokio::test]
    async fn the_link_of_the_chain_that_counts_is_named_without_its_secret() {
        let token = ("GOOGLE_BEARER_TOKEN", "hunter2");
        assert_eq!(source(&[token]).await, "the token in the variable GOOGLE_BEARER_TOKEN");
        let skipped = source(&[token, ("GOOGLE_SKIP_SIGNATURE", "true")]).await;
        assert_eq!(skipped, "anonymous, since GOOGLE_SKIP_SIGNATURE is set");
        let user = r#"{"type": "authorized_user", "client_id": "i", "client_secret": "hunter2", "refresh_token": "hunter2"}"#;
        let named = source(&[("GOOGLE_SERVICE_ACCOUNT_KEY", user), token]).await;
        assert_eq!(named, "the user of the variable GOOGLE_SERVICE_ACCOUNT_KEY");
    }
}
