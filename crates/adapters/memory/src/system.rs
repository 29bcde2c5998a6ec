//! Clock, uids, liveness, known instances and the machine's files, in memory.

mod counting_uids;
mod fixed_clock;
mod instance_directory;
mod liveness;
mod local_files;

pub use counting_uids::CountingUids;
pub use fixed_clock::FixedClock;
pub use instance_directory::MemoryInstanceDirectory;
pub use liveness::MemoryLiveness;
pub use local_files::MemoryFiles;
