//! A location on a local disk.
//!
//! Each operation is plain blocking code in a file of its own, and runs as one job on a blocking thread; long ones run as
//! one job for each block, so that no thread ever waits for a slow reader or writer. Every name is looked up from the
//! opened root downwards, in [`location`].

mod aliases;
mod batch;
mod blocking;
mod blocks;
mod claims;
mod copy;
mod delete;
mod durability;
mod entry_names;
mod folders;
mod gate;
mod list;
mod location;
mod metadata;
#[cfg(target_os = "linux")]
mod mount_table;
mod occupant;
mod place;
mod probe;
mod put;
mod read;
mod remove_empty;
mod resolve;
mod staged;
mod staging_folder;
mod status;
mod store;
mod upload;

pub(crate) use aliases::{aliases, enclosing};
pub(crate) use place::Place;
pub(crate) use remove_empty::remove_empty;
pub(crate) use resolve::resolve;
pub(crate) use store::LocalStore;

/// What the names of files and folders begin with that are this crate's work in progress.
const OWN_NAMES: &str = ".freehold-";

/// The folder and the last segment of a key: `.` is the location's root.
fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('/').unwrap_or((".", key))
}
