//! Clock, uids, liveness, the files of the machine, known instances, progress.

mod clock;
mod instance_directory;
mod liveness;
mod local_files;
mod progress;
mod uid_generator;

pub use clock::Clock;
pub use instance_directory::{DirectoryError, InstanceDirectory, KnownInstance};
pub use liveness::{Liveness, LivenessError, SessionLock};
pub use local_files::{FileEntry, FileError, FileState, LocalFiles, WalkEntry};
pub use progress::{Activity, Progress, ProgressEvent, Silent};
pub use uid_generator::UidGenerator;

#[cfg(feature = "mock")]
pub use {
    clock::MockClock, instance_directory::MockInstanceDirectory, liveness::MockLiveness,
    local_files::MockLocalFiles,
};
