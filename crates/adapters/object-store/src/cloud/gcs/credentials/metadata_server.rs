//! The metadata server of a virtual machine of Google.

use async_trait::async_trait;
use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::gcp::GcpCredential;

use super::user::Token;
use super::{cannot_be_used, failed};
use crate::cloud::connection::Connection;
use crate::cloud::environment::Environment;
use crate::cloud::exchange::Answer;
use crate::cloud::refreshing::{CredentialSource, Fetched};
use crate::cloud::refusal::Refusal;

/// Where the server is, unless the environment says otherwise. The address spares looking up a name, which takes long elsewhere.
const ADDRESS: &str = "169.254.169.254";

/// The header by which server and client know one another.
const FLAVOR: &str = "metadata-flavor";

/// The metadata server.
#[derive(Debug, Clone)]
pub(super) struct MetadataServer {
    host: String,
    connection: Connection,
}

impl MetadataServer {
    /// The server, if there is one and it has a service account for this machine.
    pub(super) async fn find(environment: &Environment, connection: Connection) -> Option<Self> {
        if environment.is_set("NO_GCE_CHECK") {
            return None;
        }
        let host = environment
            .first_of(&["GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"])
            .unwrap_or_else(|| ADDRESS.to_owned());
        let server = Self { host, connection };
        match server.fetch().await {
            Ok(_) => Some(server),
            Err(error) => {
                tracing::debug!(%error, "no tokens from a metadata server");
                None
            }
        }
    }

    /// The same server, asked over another connection.
    pub(super) fn reached_by(self, connection: Connection) -> Self {
        Self { connection, ..self }
    }

    /// The e-mail address of the machine's service account.
    pub(super) async fn email(&self) -> object_store::Result<String> {
        let answer = self.ask("email").await?;
        let email = String::from_utf8_lossy(&answer.body).trim().to_owned();
        if email.is_empty() { Err(self.cannot_be_used("names no service account")) } else { Ok(email) }
    }

    async fn ask(&self, what: &str) -> object_store::Result<Answer> {
        let url = format!("http://{}/computeMetadata/v1/instance/service-accounts/default/{what}", self.host);
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = url.parse().map_err(|_| self.cannot_be_used("has an address that is none"))?;
        request.headers_mut().insert(FLAVOR, http::HeaderValue::from_static("Google"));
        let answer = self.connection.ask(request).await.map_err(failed)?;
        if !answer.status.is_success() {
            return Err(failed(Refusal::new(answer.status.as_u16(), None, &answer.body)));
        }
        if answer.headers.get(FLAVOR).is_none_or(|flavor| flavor != "Google") {
            return Err(self.cannot_be_used("is not one of Google"));
        }
        Ok(answer)
    }

    fn cannot_be_used(&self, why: &str) -> object_store::Error {
        cannot_be_used(format!("the metadata server at {} {why}", self.host))
    }
}

#[async_trait]
impl CredentialSource for MetadataServer {
    type Credential = GcpCredential;

    async fn fetch(&self) -> object_store::Result<Fetched<GcpCredential>> {
        let answer = self.ask("token").await?;
        let token = serde_json::from_slice::<Token>(&answer.body);
        token.map(Token::into_fetched).map_err(|_| self.cannot_be_used("answered without a token"))
    }
}
