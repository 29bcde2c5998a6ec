//! The service account of the server: its key pair, and what it signs.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::Utc;
use serde::Deserialize;

/// Who the account is.
pub(super) const EMAIL: &str = "writer@freehold-test.iam.gserviceaccount.com";

/// The name of its only key.
pub(super) const KEY_ID: &str = "0123456789abcdef0123456789abcdef01234567";

/// By how many seconds a client's clock may run ahead.
const TOLERATED_SKEW: i64 = 300;

/// A key pair that was made for this server and dies with it.
#[derive(Debug)]
pub(super) struct ServiceAccount {
    keys: KeyPair,
}

/// What an assertion of the account claims.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
    #[serde(default)]
    pub(super) aud: Option<String>,
}

impl ServiceAccount {
    pub(super) fn generate() -> Result<Self, Unspecified> {
        Ok(Self { keys: KeyPair::generate(KeySize::Rsa2048)? })
    }

    /// The private key as a PEM text.
    pub(super) fn private_key(&self) -> Result<String, Unspecified> {
        let der = self.keys.as_der()?;
        let encoded = BASE64_STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
        for line in encoded.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    /// Whether the account signed `message` with RS256.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.keys.public_key());
        public.verify(message, signature).is_ok()
    }

    /// The claims of a JWT that the account signed and that is valid at present.
    pub(super) fn verified_claims(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let (_, claims) = message.split_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !self.signed(message.as_bytes(), &signature) {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let now = Utc::now().timestamp();
        let valid = claims.iss == EMAIL && claims.iat <= now + TOLERATED_SKEW && now < claims.exp;
        valid.then_some(claims)
    }
}
