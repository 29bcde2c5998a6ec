//! The endpoint of an S3 or GCS server, as a part of a place's identity.

use url::Url;

use super::StoragePathError;

/// The normal form of an endpoint: lower-case scheme and host, no default port, no trailing slash.
///
/// Two endpoints are one place exactly if their normal forms are equal; that two names lead to one server is not known
/// here. Whatever would allow two spellings of one URL beyond this is refused.
pub(super) fn normalize(text: &str) -> Result<String, StoragePathError> {
    if text.contains('@') {
        return Err(StoragePathError::EndpointCredentials);
    }
    let invalid = |reason| StoragePathError::InvalidEndpoint { endpoint: text.to_owned(), reason };
    let url = Url::parse(text).map_err(|_| invalid("it is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("its scheme is neither http nor https"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it has a '?' or '#'"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| invalid("it has no host"))?;
    if host.ends_with('.') {
        return Err(invalid("its host ends in a dot"));
    }
    let path = url.path().trim_end_matches('/');
    if path.contains('%') || path.contains("//") {
        return Err(invalid("its path has an empty segment or a character that URLs encode"));
    }
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{}://{host}{port}{path}", url.scheme()))
}
