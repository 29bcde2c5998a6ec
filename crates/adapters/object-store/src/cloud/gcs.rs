//! Google Cloud Storage, by its XML API: generations are versions, and preconditions name them.

mod account;
mod causes;
mod checksums;
mod copying;
mod credentials;
mod documents;
mod provider;
mod requests;
mod signed_url;
mod staging;

pub(crate) use account::{Account, named_endpoint, own_server};
