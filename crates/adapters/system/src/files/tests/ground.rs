//! What a test runs on: an empty folder.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use freehold_ports::blobs::ByteStream;
use freehold_ports::system::{FileEntry, FileState, LocalFiles};
use futures_util::TryStreamExt;

use crate::MachineFiles;

pub(super) struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    pub(super) fn not_utf8(&self) -> PathBuf {
        self.path("").join(OsStr::from_bytes(b"bad\xff"))
    }

    /// The names in the folder, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub(super) async fn state(path: &Path) -> FileState {
    match MachineFiles.inspect(path).await.unwrap() {
        FileEntry::File(state) => state,
        FileEntry::Directory => panic!("{} is a folder", path.display()),
    }
}

pub(super) async fn collect(body: ByteStream) -> std::io::Result<Vec<u8>> {
    body.try_fold(Vec::new(), async |mut all, piece| {
        all.extend_from_slice(&piece);
        Ok(all)
    })
    .await
}
