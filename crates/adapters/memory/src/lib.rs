//! Every Freehold port in memory: the test double for projects that embed Freehold.
//!
//! The adapters hold the same contract as those on disks and databases, and pass the same conformance suite; nothing of them
//! is simplified but that all is lost when they are dropped. What tests need beyond the ports is on the concrete types: to
//! look, to change things behind Freehold's back, to take rights away. [`MemoryMachine`] is all of them at once, and
//! [`builders`] make records in one line.
//!
//! For faults that a healthy backend never shows, use the mocks of `freehold_ports::mock`.

mod blobs;
pub mod builders;
mod cache;
mod machine;
mod persistence;
mod system;
mod volumes;

pub use blobs::MemoryBlobStores;
pub use cache::MemoryContentCache;
pub use machine::MemoryMachine;
pub use persistence::{Backup, MemoryDatabases};
pub use system::{CountingUids, FixedClock, MemoryFiles, MemoryInstanceDirectory, MemoryLiveness};
