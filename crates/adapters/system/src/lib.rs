//! What Freehold needs of the machine it runs on: the time, uids, session locks, the user's settings, the files that
//! are no storage location, and a cache for what lies in clouds.
//!
//! - [`SystemClock`]: the time, for people
//! - [`RandomUids`]: uids from the operating system's randomness
//! - [`FileLiveness`]: sessions on a registry in a file, by locks beside that file
//! - [`SettingsDirectory`]: known instances and the user's profile, in TOML files
//! - [`MachineFiles`]: what a user saves from and writes to
//! - [`FolderCache`]: contents of cloud blobs that are kept on this machine
//!
//! Every asynchronous call needs a tokio runtime, for its blocking threads.

mod blocking;
mod cache;
mod clock;
mod file_identity;
mod files;
mod liveness;
mod settings;
mod uids;

pub use cache::FolderCache;
pub use clock::SystemClock;
pub use files::MachineFiles;
pub use liveness::FileLiveness;
pub use settings::SettingsDirectory;
pub use uids::RandomUids;
