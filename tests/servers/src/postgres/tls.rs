//! The certificates of test servers: valid for `localhost` only, and worthless everywhere else.

/// The authority that vouches for the server. Its own key is nowhere.
pub(super) const AUTHORITY: &str = include_str!("tls/authority.pem");
pub(super) const AUTHORITY_FILE: &str = "authority.pem";

pub(super) const CERTIFICATE: &str = include_str!("tls/server.pem");
pub(super) const CERTIFICATE_FILE: &str = "server.pem";

pub(super) const KEY: &str = include_str!("tls/server-key.pem");
pub(super) const KEY_FILE: &str = "server-key.pem";
