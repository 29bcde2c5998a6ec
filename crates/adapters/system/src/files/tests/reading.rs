//! Reading files that stay as they are, and files that do not.

use std::fs::{self, OpenOptions};
use std::io::Write;

use freehold_ports::system::{FileError, FileState, LocalFiles};
use futures_util::StreamExt;

use super::ground::{Ground, collect, state};
use crate::MachineFiles;

const LARGE: usize = 3 * 1024 * 1024 + 5;

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

#[tokio::test]
async fn files_of_every_size_are_read_whole() {
    let ground = Ground::new();
    for size in [0, 1, 1024 * 1024, 1024 * 1024 + 1, LARGE] {
        let path = ground.write("file", &pattern(size));
        let body = MachineFiles.read(&path, &state(&path).await).await.unwrap();
        assert!(collect(body).await.unwrap() == pattern(size), "{size}");
    }
}

#[tokio::test]
async fn a_file_in_another_state_is_not_read() {
    let ground = Ground::new();
    let path = ground.write("file", b"12345");
    let now = state(&path).await;
    for other in [
        FileState { size: 4, ..now.clone() },
        FileState { modified: freehold_domain::Timestamp::MIN_UTC, ..now.clone() },
        FileState { inode: Some(1), ..now.clone() },
    ] {
        let read = MachineFiles.read(&path, &other).await.err();
        assert!(matches!(read, Some(FileError::Changed { .. })), "{read:?}");
    }
}

async fn error_after(change: impl FnOnce(&std::path::Path)) -> Option<FileError> {
    let ground = Ground::new();
    let path = ground.write("file", &pattern(LARGE));
    let mut body = MachineFiles.read(&path, &state(&path).await).await.unwrap();
    body.next().await.unwrap().unwrap();
    change(&path);
    collect(body).await.err().map(|error| error.downcast().unwrap())
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_changed() {
    let error = error_after(|path| {
        OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    });
    assert!(matches!(error.await, Some(FileError::Changed { .. })));
}

#[tokio::test]
async fn a_file_that_is_truncated_while_it_is_read_is_changed() {
    let error = error_after(|path| OpenOptions::new().write(true).open(path).unwrap().set_len(7).unwrap());
    assert!(matches!(error.await, Some(FileError::Changed { .. })));
}

#[tokio::test]
async fn a_file_that_is_rewritten_at_the_same_length_is_changed() {
    let error = error_after(|path| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let later = file.metadata().unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        (&file).write_all(b"other").unwrap();
        file.set_modified(later).unwrap();
    });
    assert!(matches!(error.await, Some(FileError::Changed { .. })));
}

#[tokio::test]
async fn a_file_that_is_removed_while_it_is_read_is_read_to_its_end() {
    assert!(error_after(|path| fs::remove_file(path).unwrap()).await.is_none());
}

#[tokio::test]
async fn what_is_no_plain_file_is_never_opened() {
    let ground = Ground::new();
    let expected = state(&ground.write("file", b"")).await;
    let pipe = ground.pipe("pipe");
    for special in [pipe, "/dev/null".into(), "/dev/zero".into()] {
        let read = MachineFiles.read(&special, &expected).await.err();
        assert!(matches!(read, Some(FileError::Special { .. })), "{special:?}: {read:?}");
    }
    let read = MachineFiles.read(&ground.path(""), &expected).await.err();
    assert!(matches!(read, Some(FileError::IsDirectory { .. })), "{read:?}");
    let read = MachineFiles.read(&ground.path("absent"), &expected).await.err();
    assert!(matches!(read, Some(FileError::NotFound { .. })), "{read:?}");
}

#[tokio::test]
async fn a_sparse_file_of_five_gibibytes_is_read_a_block_at_a_time() {
    let ground = Ground::new();
    let path = ground.write("sparse", b"");
    OpenOptions::new().write(true).open(&path).unwrap().set_len(5 << 30).unwrap();
    let mut body = MachineFiles.read(&path, &state(&path).await).await.unwrap();
    for _ in 0..8 {
        assert_eq!(body.next().await.unwrap().unwrap().len(), 1024 * 1024);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_size_the_system_does_not_tell_is_not_read_as_empty() {
    let path = std::path::Path::new("/proc/self/status");
    let read = MachineFiles.read(path, &state(path).await).await.err();
    assert!(
        matches!(&read, Some(FileError::Io { source, .. }) if source.to_string().contains("how long")),
        "{read:?}"
    );
}
