//! Signed URLs of version 4.
//!
//! `object_store` signs for Google's own host and takes a `?` or `#` in a key for the end of the path, so the URL is made here.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use aws_lc_rs::{digest, rsa};
use chrono::{DateTime, Utc};
use freehold_ports::blobs::PresignedUrl;
use http::Uri;
use object_store::path::Path;

use super::credentials::remote_signature::RemoteSigner;
use super::requests::Requests;
use crate::cloud::address::{encoded, encoded_path};
use crate::cloud::refusal::CredentialsUnusable;

/// The algorithm, as the server calls it.
const ALGORITHM: &str = "GOOG4-RSA-SHA256";

/// What the signature is for.
const SCOPE: &str = "auto/storage/goog4_request";

/// Who signs URLs.
#[derive(Debug, Clone)]
pub(super) enum Signer {
    /// Nobody: there are no credentials.
    Nobody,
    /// A service account whose key is here.
    Key(Arc<SigningKey>),
    /// A service account whose key the server has.
    Remote(Arc<RemoteSigner>),
    /// The credentials cannot sign; the reason is for people.
    Impossible { reason: String },
}

/// The key of a service account.
#[derive(Debug)]
pub(super) struct SigningKey {
    pub(super) email: String,
    pub(super) key: rsa::KeyPair,
}

impl SigningKey {
    fn sign(&self, text: &str) -> Result<Vec<u8>, CredentialsUnusable> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        signed.map(|()| signature).map_err(|_| CredentialsUnusable {
            reason: format!("the key of the service account {} cannot sign", self.email),
        })
    }
}

impl Signer {
    /// Signs a URL with which anybody can read an object; `None` without credentials.
    pub(super) async fn sign(
        &self,
        requests: &Requests,
        path: &Path,
        valid_for: Duration,
    ) -> object_store::Result<Option<PresignedUrl>> {
        let unusable = |error| crate::cloud::refreshing::unusable("GCS", error);
        let email = match self {
            Self::Nobody => return Ok(None),
            Self::Impossible { reason } => {
                return Err(unusable(CredentialsUnusable { reason: reason.clone() }));
            }
            Self::Key(key) => key.email.clone(),
            Self::Remote(remote) => remote.email().await?,
        };
        let unsigned = Unsigned::new(requests, path, &email, valid_for, Utc::now());
        let signature = match self {
            Self::Nobody | Self::Impossible { .. } => return Ok(None),
            Self::Key(key) => key.sign(&unsigned.text).map_err(unusable)?,
            Self::Remote(remote) => remote.sign(&email, &unsigned.text).await?,
        };
        Ok(Some(PresignedUrl::new(format!("{}&X-Goog-Signature={}", unsigned.url, hexadecimal(&signature)))))
    }
}

/// A URL before it is signed.
struct Unsigned {
    url: String,
    /// What is to be signed.
    text: String,
}

impl Unsigned {
    fn new(requests: &Requests, path: &Path, email: &str, valid_for: Duration, now: DateTime<Utc>) -> Self {
        let time = now.format("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{}/{SCOPE}", now.format("%Y%m%d"));
        // The names are in the order of the alphabet, as the canonical form wants it.
        let query = format!(
            "X-Goog-Algorithm={ALGORITHM}&X-Goog-Credential={}&X-Goog-Date={time}&X-Goog-Expires={}&X-Goog-SignedHeaders=host",
            encoded(&format!("{email}/{scope}")),
            valid_for.clamp(Duration::from_secs(1), PresignedUrl::LONGEST).as_secs()
        );
        let url = format!("{}/{}/{}", requests.server, encoded(&requests.bucket), encoded_path(path));
        let (host, resource) = split(&url);
        let canonical = format!("GET\n{resource}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
        let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hexadecimal(digest.as_ref()));
        Self { url: format!("{url}?{query}"), text }
    }
}

/// The host, with its port where it is not the scheme's own, and the path of a URL.
fn split(url: &str) -> (String, String) {
    let Ok(url) = url.parse::<Uri>() else { return Default::default() };
    let host = url.authority().map(ToString::to_string).unwrap_or_default();
    (host, url.path().to_owned())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
