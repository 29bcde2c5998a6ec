//! Keys from the server that a container service runs beside its containers.

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Uri};
use object_store::aws::AwsCredential;
use object_store::client::{HttpRequest, HttpRequestBody};

use super::fetched_keys::{FetchedKeys, cannot_be_used, failed};
use super::source::{Authorization, Container};
use super::token_file::token;
use crate::cloud::connection::Connection;
use crate::cloud::refreshing::{CredentialSource, Fetched};

/// The addresses at which the container services of AWS answer, besides this machine's own.
const SERVICES: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// The server beside a container.
#[derive(Debug)]
pub(super) struct ContainerServer {
    pub(super) container: Container,
    pub(super) connection: Connection,
}

#[async_trait]
impl CredentialSource for ContainerServer {
    type Credential = AwsCredential;

    async fn fetch(&self) -> object_store::Result<Fetched<AwsCredential>> {
        let Container { url, authorization } = &self.container;
        let place = "the container credentials service";
        let fail = |why: &str| cannot_be_used(format!("{place} at {url} {why}"));
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = url.parse().map_err(|_| fail("has an address that is no URL"))?;
        if !is_trustworthy(request.uri()) {
            return Err(fail(
                "would be asked without TLS, which is done only for the addresses that AWS uses",
            ));
        }
        let token = match authorization {
            Authorization::Nothing => None,
            Authorization::Token(token) => Some(token.reveal().to_owned()),
            Authorization::TokenFile(file) => Some(token(file).await?),
        };
        if let Some(token) = token {
            let mut value =
                HeaderValue::from_str(&token).map_err(|_| fail("has a token that no header can hold"))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let answer = self.connection.ask(request).await.map_err(failed)?;
        if !answer.status.is_success() {
            return Err(fail(&format!("answered {}", answer.status.as_u16())));
        }
        let keys: FetchedKeys =
            serde_json::from_slice(&answer.body).map_err(|_| fail("answered without credentials"))?;
        keys.into_credential(place)
    }
}

/// Whether the token may go there: with TLS anywhere, else to this machine and to the addresses that AWS uses.
fn is_trustworthy(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    match url.scheme_str() {
        Some("https") => true,
        Some("http") => {
            SERVICES.contains(&host)
                || host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_token_goes_nowhere_else_without_tls() {
        for url in
            ["http://169.254.170.2/x", "http://[fd00:ec2::23]/x", "http://127.0.0.1:1/x", "https://example/x"]
        {
            assert!(is_trustworthy(&url.parse().unwrap()), "{url}");
        }
        for url in ["http://169.254.170.3/x", "http://example/x", "ftp://127.0.0.1/x"] {
            assert!(!is_trustworthy(&url.parse().unwrap()), "{url}");
        }
    }
}
