//! Settings, files and sessions that fail when they are told to.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, InstanceUid, SessionUid, Surroundings, User};
use freehold_ports::blobs::{BoxStream, ByteStream};
use freehold_ports::system::{
    DirectoryError, FileEntry, FileError, FileState, InstanceDirectory, KnownInstance, Liveness,
    LivenessError, LocalFiles, SessionLock, WalkEntry,
};

use super::{Fault, Faults};

#[derive(Debug)]
pub(crate) struct FaultyDirectory<D> {
    pub(crate) inner: D,
    pub(crate) faults: Faults,
}

fn settings_error(_: Fault) -> DirectoryError {
    DirectoryError::Io { path: "settings".to_owned(), source: io::Error::other("a fault was injected") }
}

#[async_trait]
impl<D: InstanceDirectory> InstanceDirectory for FaultyDirectory<D> {
    async fn list(&self) -> Result<Vec<KnownInstance>, DirectoryError> {
        self.faults.around("list known", settings_error, self.inner.list()).await
    }

    async fn remember(&self, instance: &KnownInstance) -> Result<(), DirectoryError> {
        self.faults.around("remember", settings_error, self.inner.remember(instance)).await
    }

    async fn forget(&self, uid: InstanceUid) -> Result<bool, DirectoryError> {
        self.faults.around("forget", settings_error, self.inner.forget(uid)).await
    }

    async fn current(&self) -> Result<Option<KnownInstance>, DirectoryError> {
        self.faults.around("current", settings_error, self.inner.current()).await
    }

    async fn set_current(&self, uid: InstanceUid) -> Result<(), DirectoryError> {
        self.faults.around("set current", settings_error, self.inner.set_current(uid)).await
    }

    async fn profile(&self) -> Result<Option<User>, DirectoryError> {
        self.faults.around("profile", settings_error, self.inner.profile()).await
    }

    async fn set_profile(&self, user: &User) -> Result<(), DirectoryError> {
        self.faults.around("set profile", settings_error, self.inner.set_profile(user)).await
    }

    fn registries_folder(&self) -> Option<std::path::PathBuf> {
        self.inner.registries_folder()
    }

    fn operating_system_user(&self) -> String {
        self.inner.operating_system_user()
    }
}

#[derive(Debug)]
pub(crate) struct FaultyFiles<F> {
    pub(crate) inner: F,
    pub(crate) faults: Faults,
}

fn file_error(_: Fault) -> FileError {
    FileError::Io { path: "a file".to_owned(), source: io::Error::other("a fault was injected") }
}

#[async_trait]
impl<F: LocalFiles> LocalFiles for FaultyFiles<F> {
    fn surroundings(&self) -> Result<Surroundings, FileError> {
        self.inner.surroundings()
    }

    async fn resolve(&self, path: &Path) -> Result<PathBuf, FileError> {
        self.faults.around("resolve path", file_error, self.inner.resolve(path)).await
    }

    async fn inspect(&self, path: &Path) -> Result<FileEntry, FileError> {
        self.faults.around("inspect path", file_error, self.inner.inspect(path)).await
    }

    fn walk(&self, directory: &Path) -> BoxStream<'static, Result<WalkEntry, FileError>> {
        match self.faults.call("walk".to_owned()) {
            None => self.inner.walk(directory),
            Some(fault) => Box::pin(futures_util::stream::iter([Err(file_error(fault))])),
        }
    }

    async fn read(&self, path: &Path, expected: &FileState) -> Result<ByteStream, FileError> {
        let call = self.inner.read(path, expected);
        self.faults.around(format!("read file {}", path.display()), file_error, call).await
    }

    async fn write(&self, path: &Path, body: ByteStream, overwrite: bool) -> Result<u64, FileError> {
        self.faults.around("write file", file_error, self.inner.write(path, body, overwrite)).await
    }
}

#[derive(Debug)]
pub(crate) struct FaultyLiveness<L> {
    pub(crate) inner: L,
    pub(crate) faults: Faults,
}

#[async_trait]
impl<L: Liveness> Liveness for FaultyLiveness<L> {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        let error = |_| LivenessError::Lock { session, source: "a fault was injected".into() };
        self.faults.around("begin session", error, self.inner.begin(database, session)).await
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        let error = |_| LivenessError::Lock { session, source: "a fault was injected".into() };
        self.faults.around("is alive", error, self.inner.is_alive(database, session)).await
    }
}
