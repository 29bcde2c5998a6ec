//! Writing files.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use bytes::Bytes;
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::system::{FileError, LocalFiles};
use futures_util::{FutureExt, StreamExt, stream};

use super::ground::Ground;
use crate::MachineFiles;

async fn write(path: &Path, content: &str, overwrite: bool) -> Result<u64, FileError> {
    MachineFiles.write(path, FromBytes::boxed(content.to_owned()), overwrite).await
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_file_is_written_whole_with_the_mode_of_any_new_file() {
    let ground = Ground::new();
    let usual = ground.write("usual", b"");
    let pieces = [vec![1; 700_000], vec![], vec![2; 3], vec![3; 2_000_000]].map(Bytes::from);
    let expected = pieces.concat();
    let body: ByteStream = Box::pin(stream::iter(pieces).map(Ok));
    let size = MachineFiles.write(&ground.path("new"), body, false).await.unwrap();
    assert_eq!(size, expected.len() as u64);
    assert!(fs::read(ground.path("new")).unwrap() == expected);
    assert_eq!(mode(&ground.path("new")), mode(&usual));
    assert_eq!(ground.names(), ["new", "usual"]);
}

#[tokio::test]
async fn an_empty_body_makes_an_empty_file() {
    let ground = Ground::new();
    assert_eq!(write(&ground.path("empty"), "", false).await.unwrap(), 0);
    assert_eq!(ground.names(), ["empty"]);
}

#[tokio::test]
async fn a_file_that_is_there_is_kept_unless_it_may_be_overwritten() {
    let ground = Ground::new();
    let path = ground.write("file", b"former");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let refused = write(&path, "latter", false).await;
    assert!(matches!(refused, Err(FileError::AlreadyExists { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "former");
    write(&path, "latter", true).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "latter");
    assert_eq!(mode(&path), 0o640);
}

#[tokio::test]
async fn a_body_that_fails_leaves_what_was_there_and_tells_its_own_error() {
    let ground = Ground::new();
    let path = ground.write("file", b"former");
    let pieces = vec![Ok(Bytes::from(vec![1; 3_000_000])), Err(io::Error::other("torn"))];
    let failed = MachineFiles.write(&path, Box::pin(stream::iter(pieces)), true).await;
    let Err(FileError::Io { source, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!(source.to_string(), "torn");
    assert_eq!(fs::read_to_string(&path).unwrap(), "former");
    assert_eq!(ground.names(), ["file"]);
}

#[tokio::test]
async fn a_write_that_is_dropped_half_way_leaves_nothing() {
    let ground = Ground::new();
    let path = ground.path("file");
    let first = stream::iter([Ok(Bytes::from(vec![1; 3_000_000]))]);
    let mut writing = MachineFiles.write(&path, Box::pin(first.chain(stream::pending())), false);
    for _ in 0..50 {
        assert!((&mut writing).now_or_never().is_none());
        tokio::task::yield_now().await;
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    drop(writing);
    assert_eq!(ground.names(), [""; 0]);
}

#[tokio::test]
async fn a_folder_on_the_way_is_not_made() {
    let ground = Ground::new();
    let written = write(&ground.path("absent/file"), "new", false).await;
    assert!(matches!(written, Err(FileError::NotFound { .. })), "{written:?}");
    assert_eq!(ground.names(), [""; 0]);
}

#[tokio::test]
async fn folders_pipes_and_devices_are_not_overwritten() {
    let ground = Ground::new();
    fs::create_dir(ground.path("folder")).unwrap();
    for overwrite in [true, false] {
        for folder in [ground.path("folder"), "/".into(), ground.path("folder/..")] {
            let written = write(&folder, "new", overwrite).await;
            assert!(matches!(written, Err(FileError::IsDirectory { .. })), "{written:?}");
        }
    }
    for special in [ground.pipe("pipe"), "/dev/null".into()] {
        let written = write(&special, "new", true).await;
        assert!(matches!(written, Err(FileError::Special { .. })), "{written:?}");
    }
}

#[tokio::test]
async fn what_a_link_leads_to_is_overwritten_and_the_link_stays() {
    let ground = Ground::new();
    let target = ground.write("folder/target", b"former");
    symlink("folder/target", ground.path("link")).unwrap();
    symlink("folder/new", ground.path("link_to_new")).unwrap();
    write(&ground.path("link"), "latter", true).await.unwrap();
    write(&ground.path("link_to_new"), "new", true).await.unwrap();
    assert_eq!(fs::read_to_string(target).unwrap(), "latter");
    assert_eq!(fs::read_to_string(ground.path("folder/new")).unwrap(), "new");
    assert!(fs::symlink_metadata(ground.path("link")).unwrap().is_symlink());
    let refused = write(&ground.path("link"), "again", false).await;
    assert!(matches!(refused, Err(FileError::AlreadyExists { .. })), "{refused:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_place_where_nothing_can_be_written_is_told() {
    let written = write(Path::new("/sys/kernel/freehold-test"), "new", false).await;
    assert!(matches!(written, Err(FileError::PermissionDenied { .. })), "{written:?}");
}
