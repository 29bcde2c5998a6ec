//! Why a request failed, as a value that survives the way through `object_store`.

use std::error::Error;

use object_store::client::HttpError;
use quick_xml::de;
use serde::Deserialize;

use super::provider::{Cause, Provider};

/// An answer of a server that is no success.
///
/// [`Transport`](super::transport::Transport) gives it as the source of an [`HttpError`], so that it can be found again in whatever
/// `object_store` wraps around that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server answered {status}{}{}", part(code.as_deref(), " "), part(message.as_deref(), ": "))]
pub(crate) struct Refusal {
    /// The status of the answer.
    pub(crate) status: u16,
    /// The code in the answer's document, such as `NoSuchKey`; an answer to `HEAD` has none.
    pub(crate) code: Option<String>,
    /// What the server says about it.
    pub(crate) message: Option<String>,
    /// The region that the server names.
    pub(crate) region: Option<String>,
}

fn part(text: Option<&str>, separator: &str) -> String {
    text.map(|text| format!("{separator}{text}")).unwrap_or_default()
}

/// The document that both providers describe errors with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ErrorDocument {
    code: Option<String>,
    message: Option<String>,
    details: Option<String>,
    region: Option<String>,
}

impl Refusal {
    /// What an answer says; `body` may be anything, since proxies answer, too.
    pub(crate) fn new(status: u16, region_header: Option<&str>, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default().trim_start_matches('\u{feff}');
        let document: ErrorDocument = de::from_str(text).unwrap_or_default();
        let present =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        Self {
            status,
            code: present(document.code),
            message: present(match (document.message, document.details) {
                (Some(message), Some(details)) => Some(format!("{message} {details}")),
                (message, details) => message.or(details),
            }),
            region: present(region_header.map(str::to_owned).or(document.region)),
        }
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_temporary(&self) -> bool {
        matches!(self.status, 408 | 429 | 500 | 502..=504) || self.code.as_deref() == Some("RequestTimeout")
    }

    /// The answer's code, or nothing.
    pub(crate) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }
}

/// What an error means to this provider.
pub(crate) fn cause(provider: &dyn Provider, error: &(dyn Error + 'static)) -> Cause {
    if let Some(refusal) = in_chain::<Refusal>(error) {
        return if refusal.is_temporary() { Cause::Unavailable } else { provider.refused(refusal) };
    }
    if let Some(unusable) = in_chain::<CredentialsUnusable>(error) {
        return Cause::CredentialsUnusable { reason: unusable.reason.clone() };
    }
    // Without a refusal, the connection failed or broke off.
    match in_chain::<HttpError>(error) {
        Some(_) => Cause::Unavailable,
        None => Cause::Other,
    }
}

/// An error of this type among an error and its sources.
pub(crate) fn in_chain<'error, Wanted: Error + 'static>(
    error: &'error (dyn Error + 'static),
) -> Option<&'error Wanted> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(wanted) = error.downcast_ref() {
            return Some(wanted);
        }
        next = error.source();
    }
    None
}

/// Credentials that were configured and cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct CredentialsUnusable {
    /// What is wrong, where, and what to do about it, for people.
    pub(crate) reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_an_error_is_read() {
        let body = b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>Gone.</Message><Key>a</Key></Error>";
        let refusal = Refusal::new(404, None, body);
        assert_eq!((refusal.code(), refusal.message.as_deref()), ("NoSuchKey", Some("Gone.")));
        assert_eq!(refusal.to_string(), "the server answered 404 NoSuchKey: Gone.");
    }

    #[test]
    fn a_body_that_is_no_document_leaves_the_status() {
        for body in [&b""[..], b"<html><body>502</body>", b"\xff\xfe", b"<Error><Code>"] {
            let refusal = Refusal::new(502, None, body);
            assert_eq!((refusal.code(), refusal.to_string().as_str()), ("", "the server answered 502"));
        }
    }

    #[test]
    fn the_region_of_the_header_counts_more_than_that_of_the_document() {
        let body = b"<Error><Code>X</Code><Region>eu-west-1</Region></Error>";
        assert_eq!(Refusal::new(400, None, body).region.as_deref(), Some("eu-west-1"));
        assert_eq!(Refusal::new(400, Some("eu-north-1"), body).region.as_deref(), Some("eu-north-1"));
    }
}
