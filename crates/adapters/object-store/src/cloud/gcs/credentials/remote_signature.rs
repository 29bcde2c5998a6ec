//! Signatures of a service account whose key only Google has.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::gcp::GcpCredentialProvider;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use super::super::requests::bearer;
use super::metadata_server::MetadataServer;
use super::{cannot_be_used, failed};
use crate::cloud::address::encoded;
use crate::cloud::connection::Connection;
use crate::cloud::endpoint::{is_loopback, is_plain};
use crate::cloud::environment::Environment;
use crate::cloud::refusal::{CredentialsUnusable, Refusal};

/// The service that signs.
const SERVICE: &str = "https://iamcredentials.googleapis.com";

/// The variable that names another one, as Google's own tools know it.
const OTHER_SERVICE: &str = "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS";

/// Has texts signed by the service account of this machine.
#[derive(Debug)]
pub(in super::super) struct RemoteSigner {
    server: MetadataServer,
    tokens: GcpCredentialProvider,
    connection: Connection,
    service: String,
    email: OnceCell<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    signed_blob: String,
}

impl RemoteSigner {
    /// A signer for the service account of the machine on which this server is.
    ///
    /// # Errors
    /// When the environment names a service to which no token may be sent.
    pub(super) fn new(
        environment: &Environment,
        server: MetadataServer,
        tokens: GcpCredentialProvider,
        connection: Connection,
    ) -> Result<Self, CredentialsUnusable> {
        let service = environment.get(OTHER_SERVICE).unwrap_or_else(|| SERVICE.to_owned());
        if is_plain(&service) && !is_loopback(&service) {
            let reason = format!("{OTHER_SERVICE} names a service without TLS, to which no token is sent");
            return Err(CredentialsUnusable { reason });
        }
        let service = service.trim_end_matches('/').to_owned();
        Ok(Self { server, tokens, connection, service, email: OnceCell::new() })
    }

    /// The e-mail address of the service account.
    pub(in super::super) async fn email(&self) -> object_store::Result<String> {
        self.email.get_or_try_init(|| self.server.email()).await.cloned()
    }

    /// The signature of a text.
    pub(in super::super) async fn sign(&self, email: &str, text: &str) -> object_store::Result<Vec<u8>> {
        let token = self.tokens.get_credential().await?;
        let url = format!("{}/v1/projects/-/serviceAccounts/{}:signBlob", self.service, encoded(email));
        let body = json!({ "payload": BASE64_STANDARD.encode(text) }).to_string();
        let request: HttpRequest = http::Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(AUTHORIZATION, bearer(&token.bearer).map_err(failed)?)
            .header(CONTENT_TYPE, "application/json")
            .body(HttpRequestBody::from(body))
            .map_err(failed)?;
        let answer = self.connection.ask(request).await.map_err(failed)?;
        match answer.status.as_u16() {
            200 => {}
            401 | 403 => {
                return Err(cannot_be_used(format!(
                    "the service account {email} may not sign for itself; give it the role \"Service Account Token Creator\" on itself"
                )));
            }
            status => return Err(failed(Refusal::new(status, None, &answer.body))),
        }
        let unreadable = || cannot_be_used("the service that signs answered without a signature".to_owned());
        let signed: Signed = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        BASE64_STANDARD.decode(signed.signed_blob).map_err(|_| unreadable())
    }
}
