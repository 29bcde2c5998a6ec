//! Locations in a cloud: S3 and Google Cloud Storage.
//!
//! What both have in common is written once, over a [`provider`]: puts in one request or in parts, reads that hold on to one version,
//! listings, probes, copies, and the answers that were lost on the way.

#![cfg_attr(
    not(all(feature = "s3", feature = "gcs")),
    allow(dead_code, reason = "some of it serves only the provider that is not built in")
)]

mod address;
mod body;
mod bucket;
mod claims;
mod clouds;
mod connection;
mod copy;
mod documents;
mod endpoint;
mod environment;
mod exchange;
mod found;
#[cfg(feature = "gcs")]
mod gcs;
mod list;
mod location;
mod part_size;
mod probe;
mod provider;
mod put;
mod read;
mod refreshing;
mod refusal;
mod remove;
mod remove_empty;
mod retry;
#[cfg(feature = "s3")]
mod s3;
mod store;
mod transport;
mod upload;
mod write;
mod write_id;

pub(crate) use clouds::Clouds;
pub(crate) use store::CloudStore;

pub use environment::Environment;
