//! S3, of AWS and of others that speak its protocol.

mod account;
mod addressing;
mod causes;
mod copying;
pub(crate) mod credentials;
mod deletion;
mod documents;
mod own_server;
mod provider;
mod region;
mod requests;

pub(crate) use account::{Account, named_endpoint};
pub(crate) use own_server::own_server;
