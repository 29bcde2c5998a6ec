//! Roles, assumed at AWS's security token service.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use object_store::aws::{AwsAuthorizer, AwsCredential, AwsCredentialProvider};
use object_store::client::HttpRequest;
use quick_xml::de;
use serde::Deserialize;

use super::fetched_keys::{FetchedKeys, cannot_be_used, failed};
use super::source::Role;
use super::token_file::token;
use crate::cloud::address::encoded;
use crate::cloud::connection::Connection;
use crate::cloud::refreshing::{CredentialSource, Fetched};
use crate::cloud::refusal::Refusal;

/// A role that is assumed at a token service.
#[derive(Debug)]
pub(super) struct AssumedRole {
    pub(super) role: Role,
    pub(super) proof: Proof,
    pub(super) service: TokenService,
}

/// What shows that the role may be assumed.
#[derive(Debug)]
pub(super) enum Proof {
    /// Other credentials.
    Credentials(AwsCredentialProvider),
    /// The token of another identity, in a file that may be written anew at any time.
    TokenFile(PathBuf),
}

/// A token service.
#[derive(Debug, Clone)]
pub(super) struct TokenService {
    pub(super) endpoint: String,
    pub(super) region: String,
    pub(super) connection: Connection,
}

#[derive(Deserialize)]
struct Response {
    #[serde(alias = "AssumeRoleResult", alias = "AssumeRoleWithWebIdentityResult")]
    result: ResponseResult,
}

#[derive(Deserialize)]
struct ResponseResult {
    #[serde(rename = "Credentials")]
    credentials: FetchedKeys,
}

#[derive(Deserialize)]
struct ErrorResponse {
    #[serde(rename = "Error")]
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(rename = "Code")]
    code: String,
    #[serde(rename = "Message", default)]
    message: String,
}

#[async_trait]
impl CredentialSource for AssumedRole {
    type Credential = AwsCredential;

    async fn fetch(&self) -> object_store::Result<Fetched<AwsCredential>> {
        let role = &self.role;
        let fail = |why: &str| cannot_be_used(format!("the role {} cannot be assumed: {why}", role.name));
        let mut form = vec![
            ("Version", "2011-06-15".to_owned()),
            ("RoleArn", role.name.clone()),
            ("RoleSessionName", role.session.clone()),
        ];
        form.extend(role.external_id.clone().map(|id| ("ExternalId", id)));
        form.extend(
            role.lifetime.map(|lifetime: Duration| ("DurationSeconds", lifetime.as_secs().to_string())),
        );
        let signer = match &self.proof {
            Proof::Credentials(provider) => {
                form.push(("Action", "AssumeRole".to_owned()));
                Some(provider.get_credential().await?)
            }
            Proof::TokenFile(file) => {
                form.push(("Action", "AssumeRoleWithWebIdentity".to_owned()));
                form.push(("WebIdentityToken", token(file).await?));
                None
            }
        };
        let mut request =
            self.service.request(&form).ok_or_else(|| fail("the token service's address is no URL"))?;
        if let Some(signer) = signer {
            AwsAuthorizer::new(&signer, "sts", &self.service.region).try_authorize(&mut request, None)?;
        }
        let answer = self.service.connection.ask(request).await.map_err(failed)?;
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status.is_server_error() {
            return Err(failed(Refusal::new(answer.status.as_u16(), None, &answer.body)));
        }
        if !answer.status.is_success() {
            let why = match de::from_str::<ErrorResponse>(&text) {
                Ok(ErrorResponse { error }) => format!("{}: {}", error.code, error.message),
                Err(_) => format!("the token service answered {}", answer.status.as_u16()),
            };
            return Err(fail(&why));
        }
        let response: Response =
            de::from_str(&text).map_err(|_| fail("the token service answered without credentials"))?;
        response.result.credentials.into_credential("the answer of the token service")
    }
}

impl TokenService {
    fn request(&self, form: &[(&str, String)]) -> Option<HttpRequest> {
        let body: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mut request = HttpRequest::new(body.join("&").into());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = format!("{}/", self.endpoint.trim_end_matches('/')).parse().ok()?;
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        request.headers_mut().insert(CONTENT_TYPE, form_type);
        Some(request)
    }
}
