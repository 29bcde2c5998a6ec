//! Freehold's blobs on local disk, S3 and Google Cloud Storage.
//!
//! [`ObjectStoreBlobStores`] serves every backend whose feature is on: `local`, `s3`, `gcs`.
//!
//! # Local disk
//! A local location is served by plain system calls rather than by `object_store`'s `LocalFileSystem`, because what Freehold promises
//! about a location needs more than that offers:
//!
//! - A key never leaves its location: `LocalFileSystem` follows symbolic links wherever they lead, and waits on pipes.
//! - What returned survives a power cut, and a batch is made durable by one call instead of one for each file.
//! - A claim is replaced by compare-and-swap, which `LocalFileSystem` does not implement, also between processes.
//! - A copy shares nothing with its source: `LocalFileSystem` makes a hard link.
//! - A blob that is not complete has no name at all, so that a crash leaves nothing to clean up.
//!
//! The files are the same ones: blobs written through `LocalFileSystem` are read here, and the other way round.
//!
//! One folder is one place, whatever it is called:
//!
//! - Symbolic links are resolved, and where a file system ignores case, names are those that their folders list.
//! - A bind mount, or a file system that is mounted twice, gives a folder further names, on Linux: its list of mounts tells which, and device and
//!   inode confirm it. Claims above the place are looked for along all of them. A name that this user cannot reach is left out, and so is what is
//!   mounted in another container or on another machine; whoever manages the folder around finds such a claim by looking below. Other systems do
//!   not list their mounts, so that only the claim itself, which is the same file, tells there.
//!
//! # S3 and Google Cloud Storage
//! A blob's key is literally the key of its object. Beyond what `object_store` does:
//!
//! - A server decides who created, replaced or removed a blob, also at the end of a long upload. Every object carries the mark of the
//!   write that made it, so that an answer that was lost is never mistaken for a defeat.
//! - All bytes of a read are of one version; a read that breaks off goes on where it was.
//! - Every refusal says why: the bucket, the region, the keys, the clock or the line. An error is never an empty listing.
//! - A long body takes at most 128 MiB of memory, up to 156 GiB of length, with all others of its bucket, and leaves no parts behind when it fails.
//!
//! An endpoint is a server, and the bucket is in the path. The providers' own servers are left away, whatever they are called
//! (`https://s3.eu-west-1.amazonaws.com` is no other place than no endpoint); a host of theirs that names a bucket is refused. That two other names lead to
//! one server is not known: then the one claim decides.
//!
//! Credentials, regions and endpoints come from the environment and the files that the tools of AWS and Google use: see [`Environment`].
//! A request is tried for about a quarter of a minute; `AWS_MAX_ATTEMPTS` sets how often.
//!
//! Every call needs a tokio runtime, with its timers.
//!
//! # Names of its own
//! File and folder names that begin with `.freehold-` are for this crate's work in progress. They are never listed, and
//! nothing is stored under such a name.

#[cfg(feature = "_cloud")]
mod cloud;
#[cfg(all(unix, feature = "local"))]
mod local;
mod stores;

#[cfg(feature = "_cloud")]
pub use cloud::Environment;
pub use stores::ObjectStoreBlobStores;
