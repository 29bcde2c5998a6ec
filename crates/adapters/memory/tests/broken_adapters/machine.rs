//! Clocks, uids, locks, settings and files in memory with one fault.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, SessionUid, Surroundings, Timestamp};
use freehold_ports::blobs::{BoxStream, ByteStream};
use freehold_ports::system::{
    Clock, FileEntry, FileError, FileState, Liveness, LivenessError, LocalFiles, SessionLock, UidGenerator,
    WalkEntry,
};

/// What is wrong with a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The clock counts nanoseconds.
    CountsNanoseconds,
    /// The uids come from few bits.
    RepeatsUids,
    /// A session can begin while it is alive.
    LetsSessionsBeginTwice,
    /// A session is called alive once it has begun.
    CallsTheDeadAlive,
    /// A file is read whatever state it is in.
    ReadsWhatHasChanged,
    /// A write asked not to overwrite does.
    WritesOverFiles,
}

#[derive(Debug)]
pub(crate) struct FaultyClock<C>(pub(crate) C, pub(crate) Fault);

impl<C: Clock> Clock for FaultyClock<C> {
    fn now(&self) -> Timestamp {
        let excess = u64::from(self.1 == Fault::CountsNanoseconds);
        self.0.now() + Duration::from_nanos(excess)
    }
}

#[derive(Debug)]
pub(crate) struct FaultyUids<U>(pub(crate) U, pub(crate) Fault);

impl<U: UidGenerator> UidGenerator for FaultyUids<U> {
    fn entropy(&self) -> u128 {
        let entropy = self.0.entropy();
        if self.1 == Fault::RepeatsUids { entropy % 4_096 } else { entropy }
    }
}

#[derive(Debug)]
pub(crate) struct FaultyLiveness<L>(pub(crate) L, pub(crate) Fault);

#[derive(Debug)]
struct NoLock;

impl SessionLock for NoLock {}

#[async_trait]
impl<L: Liveness> Liveness for FaultyLiveness<L> {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        match self.0.begin(database, session).await {
            Err(LivenessError::Taken { .. }) if self.1 == Fault::LetsSessionsBeginTwice => {
                Ok(Box::new(NoLock))
            }
            Ok(lock) if self.1 == Fault::CallsTheDeadAlive => {
                // A lock that is never let go of.
                std::mem::forget(lock);
                Ok(Box::new(NoLock))
            }
            outcome => outcome,
        }
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        self.0.is_alive(database, session).await
    }
}

#[derive(Debug)]
pub(crate) struct FaultyFiles(pub(crate) Arc<dyn LocalFiles>, pub(crate) Fault);

#[async_trait]
impl LocalFiles for FaultyFiles {
    fn surroundings(&self) -> Result<Surroundings, FileError> {
        self.0.surroundings()
    }

    async fn resolve(&self, path: &Path) -> Result<PathBuf, FileError> {
        self.0.resolve(path).await
    }

    async fn inspect(&self, path: &Path) -> Result<FileEntry, FileError> {
        self.0.inspect(path).await
    }

    fn walk(&self, directory: &Path) -> BoxStream<'static, Result<WalkEntry, FileError>> {
        self.0.walk(directory)
    }

    async fn read(&self, path: &Path, expected: &FileState) -> Result<ByteStream, FileError> {
        match self.0.inspect(path).await {
            Ok(FileEntry::File(present)) if self.1 == Fault::ReadsWhatHasChanged => {
                self.0.read(path, &present).await
            }
            _ => self.0.read(path, expected).await,
        }
    }

    async fn write(&self, path: &Path, body: ByteStream, overwrite: bool) -> Result<u64, FileError> {
        self.0.write(path, body, overwrite || self.1 == Fault::WritesOverFiles).await
    }
}
