//! A request taken apart: what it addresses, and its query.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;

/// What a request addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The list of buckets.
    Service,
    /// A bucket.
    Bucket(String),
    /// An object, which need not exist.
    Object(String, String),
}

impl Target {
    /// The name of the bucket.
    pub(super) fn bucket(&self) -> Option<&str> {
        match self {
            Self::Service => None,
            Self::Bucket(bucket) | Self::Object(bucket, _) => Some(bucket),
        }
    }
}

/// The head of a request.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
}

impl Incoming {
    /// Splits the path at its first real slash: those inside keys arrive encoded, or belong to the key.
    pub(super) fn parse(parts: &Parts) -> Result<Self, Refusal> {
        let path = parts.uri.path().to_owned();
        let target = match path.trim_start_matches('/').split_once('/') {
            None if path.len() <= 1 => Target::Service,
            None => Target::Bucket(decoded(&path[1..])?),
            Some((bucket, "")) => Target::Bucket(decoded(bucket)?),
            Some((bucket, key)) => Target::Object(decoded(bucket)?, decoded(key)?),
        };
        let mut query = Vec::new();
        for pair in parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.push((form_decoded(name)?, form_decoded(value)?));
        }
        Ok(Self { method: parts.method.clone(), path, target, query, headers: parts.headers.clone() })
    }

    /// The value of the query parameter `name`; empty if it stands alone.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }

    /// The value of the header `name`.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the request can change nothing.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }
}

pub(super) fn decoded(text: &str) -> Result<String, Refusal> {
    percent_decode_str(text)
        .decode_utf8()
        .map(String::from)
        .map_err(|_| Refusal::invalid_argument("the name is not valid UTF-8"))
}

/// Decodes a part of a query or of a form, where a plus sign is a space.
pub(super) fn form_decoded(text: &str) -> Result<String, Refusal> {
    decoded(&text.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn target(path: &str) -> Target {
        let request = axum::http::Request::builder().uri(path).body(()).unwrap();
        Incoming::parse(&request.into_parts().0).unwrap().target
    }

    #[test]
    fn an_encoded_slash_belongs_to_the_key() {
        assert_eq!(target("/my%2Dbucket/a%2Fb%20c"), Target::Object("my-bucket".into(), "a/b c".into()));
    }

    #[test]
    fn a_bare_name_is_a_bucket() {
        assert_eq!(target("/my%2Dbucket"), Target::Bucket("my-bucket".into()));
    }
}
