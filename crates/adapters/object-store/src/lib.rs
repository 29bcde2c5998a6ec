//! Freehold's blobs on local disk. S3 and GCS have their place here and are not built in.
//!
//! [`ObjectStoreBlobStores`] is the one public type. A local location is served by plain system calls rather than by
//! `object_store`'s `LocalFileSystem`, because what Freehold promises about a location needs more than that offers:
//!
//! - A key never leaves its location: `LocalFileSystem` follows symbolic links wherever they lead, and waits on pipes.
//! - What returned survives a power cut, and a batch is made durable by one call instead of one for each file.
//! - A claim is replaced by compare-and-swap, which `LocalFileSystem` does not implement, also between processes.
//! - A copy shares nothing with its source: `LocalFileSystem` makes a hard link.
//! - A blob that is not complete has no name at all, so that a crash leaves nothing to clean up.
//!
//! The files are the same ones: blobs written through `LocalFileSystem` are read here, and the other way round.
//!
//! Every call needs a tokio runtime, for its blocking threads.
//!
//! # Names of its own
//! File and folder names that begin with `.freehold-` are for this crate's work in progress. They are never listed, and
//! nothing is stored under such a name.

mod cloud;
#[cfg(unix)]
mod local;
mod stores;

pub use stores::ObjectStoreBlobStores;
