//! The server of a cloud location, where it is not the provider's own.

use std::net::IpAddr;

use freehold_domain::{StorageRoot, Surroundings};
use freehold_ports::blobs::BlobError;

use super::environment::Environment;

/// The variable that allows servers without TLS anywhere.
pub(crate) const ALLOW_HTTP: &str = "FREEHOLD_ALLOW_HTTP";

/// What the URL of a provider's server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnServer {
    /// It is the server that is asked when none is named.
    Default,
    /// It is that of one bucket, which its host names. The bucket of a root would be taken for a folder there.
    OfOneBucket,
}

/// The root with this endpoint, which is a part of its identity.
pub(super) fn with_endpoint(root: &StorageRoot, url: &str) -> Result<StorageRoot, BlobError> {
    let surroundings = Surroundings { current_directory: "/".to_owned(), home: None };
    StorageRoot::parse(&format!("{root}?endpoint_url={url}"), &surroundings).map_err(|error| {
        BlobError::NotALocation {
            location: root.to_string(),
            reason: format!("the endpoint that the environment names is none: {error}"),
        }
    })
}

/// The root without the endpoint of the provider's own server, which says nothing: one place has one root.
pub(super) fn without_own(root: &StorageRoot, own: Option<OwnServer>) -> Result<StorageRoot, BlobError> {
    let not_a_location = |reason| BlobError::NotALocation { location: root.to_string(), reason };
    match own {
        None => Ok(root.clone()),
        Some(OwnServer::OfOneBucket) => Err(not_a_location(
            "the host of its endpoint names a bucket; name the bucket in the path alone, and leave the endpoint of the provider away".to_owned(),
        )),
        Some(OwnServer::Default) => {
            let prefix = root.prefix().map(|prefix| format!("/{prefix}")).unwrap_or_default();
            let text = format!("{}://{}{prefix}", root.kind(), root.bucket().unwrap_or_default());
            StorageRoot::from_canonical(&text).map_err(|error| not_a_location(error.to_string()))
        }
    }
}

/// Refuses a server without TLS, unless it is on this machine or the environment allows it.
pub(super) fn check(root: &StorageRoot, environment: &Environment) -> Result<(), BlobError> {
    let Some(url) = root.endpoint_url() else { return Ok(()) };
    if !is_plain(url) || is_loopback(url) || environment.is_set(ALLOW_HTTP) {
        return Ok(());
    }
    Err(BlobError::NotALocation {
        location: root.to_string(),
        reason: format!(
            "its endpoint has no TLS, so that everybody on the way could read and change data; use https, or set {ALLOW_HTTP}=true"
        ),
    })
}

/// Whether requests to this URL go without TLS.
pub(crate) fn is_plain(url: &str) -> bool {
    url.starts_with("http://")
}

/// Whether the host of a URL is this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(inner) => inner.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn root(endpoint: &str) -> StorageRoot {
        StorageRoot::from_canonical(&format!("s3://bucket?endpoint_url={endpoint}")).unwrap()
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        let none = Environment::of_variables::<String, String>([]);
        for local in
            ["http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000", "http://127.9.9.9"]
        {
            check(&root(local), &none).unwrap();
        }
        for elsewhere in ["http://10.0.0.1:9000", "http://localhost.example.org", "http://minio:9000"] {
            assert!(
                matches!(check(&root(elsewhere), &none), Err(BlobError::NotALocation { .. })),
                "{elsewhere}"
            );
        }
        check(&root("https://minio:9000"), &none).unwrap();
    }

    #[test]
    fn a_user_name_does_not_make_a_host_local() {
        assert!(!is_loopback("http://127.0.0.1:80@example.org/"));
    }

    #[test]
    fn plain_http_is_allowed_by_the_environment() {
        let allowing = Environment::of_variables([(ALLOW_HTTP, "true")]);
        check(&root("http://minio:9000"), &allowing).unwrap();
    }
}
