//! Tokens of a user who logged in.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use object_store::client::HttpRequest;
use object_store::gcp::GcpCredential;
use serde::Deserialize;

use super::file::Grant;
use super::{cannot_be_used, failed};
use crate::cloud::address::encoded;
use crate::cloud::connection::Connection;
use crate::cloud::refreshing::{CredentialSource, Fetched};
use crate::cloud::refusal::Refusal;

/// A user who logged in.
pub(super) struct User {
    pub(super) grant: Grant,
    /// Where the grant is from, for people.
    pub(super) place: String,
    pub(super) connection: Connection,
}

/// A token with its lifetime in seconds.
#[derive(Deserialize)]
pub(super) struct Token {
    access_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct GrantError {
    error: String,
}

impl Token {
    pub(super) fn into_fetched(self) -> Fetched<GcpCredential> {
        Fetched::lasting(GcpCredential { bearer: self.access_token }, Duration::from_secs(self.expires_in))
    }
}

#[async_trait]
impl CredentialSource for User {
    type Credential = GcpCredential;

    async fn fetch(&self) -> object_store::Result<Fetched<GcpCredential>> {
        let fail = |why: &str| cannot_be_used(format!("the login in {} cannot be used: {why}", self.place));
        let answer =
            self.connection.ask(self.request().ok_or_else(|| fail("its token server is no URL"))?).await;
        let answer = answer.map_err(failed)?;
        if answer.status.is_server_error() {
            return Err(failed(Refusal::new(answer.status.as_u16(), None, &answer.body)));
        }
        if !answer.status.is_success() {
            let refused = serde_json::from_slice::<GrantError>(&answer.body).ok();
            let why = refused.map_or_else(|| answer.status.as_u16().to_string(), |refused| refused.error);
            return Err(fail(&format!(
                "the token server refuses it ({why}); run `gcloud auth application-default login` again"
            )));
        }
        let token = serde_json::from_slice::<Token>(&answer.body);
        token.map(Token::into_fetched).map_err(|_| fail("the token server answered without a token"))
    }
}

impl User {
    fn request(&self) -> Option<HttpRequest> {
        let Grant { client_id, client_secret, refresh_token, token_uri } = &self.grant;
        let form = format!(
            "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={}",
            encoded(client_id),
            encoded(client_secret),
            encoded(refresh_token)
        );
        let mut request = HttpRequest::new(form.into());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = token_uri.parse().ok()?;
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, form_type);
        Some(request)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("User").field("place", &self.place).finish_non_exhaustive()
    }
}
