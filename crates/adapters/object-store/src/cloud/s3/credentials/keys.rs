//! A pair of AWS keys, fit for a request's headers.

use std::fmt;

use object_store::aws::AwsCredential;

use crate::cloud::refusal::CredentialsUnusable;

/// A pair of AWS keys with, perhaps, a session's token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Keys {
    id: String,
    secret: String,
    token: Option<String>,
}

impl Keys {
    /// Takes keys without the blanks around them.
    ///
    /// # Errors
    /// When one holds what no header can hold; `place` says where they are from.
    pub(super) fn new(
        id: &str,
        secret: &str,
        token: Option<&str>,
        place: &str,
    ) -> Result<Self, CredentialsUnusable> {
        let checked = |what: &str, text: &str| {
            let text = text.trim();
            if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
                Ok(text.to_owned())
            } else {
                let reason = format!(
                    "the {what} in {place} is empty, or holds a blank or a character that no such key has"
                );
                Err(CredentialsUnusable { reason })
            }
        };
        Ok(Self {
            id: checked("access key id", id)?,
            secret: checked("secret access key", secret)?,
            token: token.map(|token| checked("session token", token)).transpose()?,
        })
    }

    /// The same for the client.
    pub(super) fn credential(&self) -> AwsCredential {
        AwsCredential { key_id: self.id.clone(), secret_key: self.secret.clone(), token: self.token.clone() }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(String);

impl Secret {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn blanks_around_a_key_are_no_part_of_it() {
        assert_eq!(Keys::new(" A ", "S\n", None, "x").unwrap(), Keys::new("A", "S", None, "x").unwrap());
    }

    #[test]
    fn what_no_header_can_hold_is_refused_and_not_shown() {
        for (id, secret, token) in [("", "S", None), ("A", "s\ns", None), ("A", "S", Some("tö"))] {
            let reason = Keys::new(id, secret, token, "the environment").unwrap_err().reason;
            assert!(reason.contains("the environment") && !reason.contains('ö'), "{reason}");
        }
    }
}
