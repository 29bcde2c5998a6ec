//! Saying what is at a path.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use freehold_ports::system::{FileEntry, FileError, LocalFiles};

use super::ground::{Ground, state};
use crate::MachineFiles;

#[tokio::test]
async fn a_file_and_a_folder_are_told_apart_also_behind_links() {
    let ground = Ground::new();
    let file = ground.write("file", b"12345");
    symlink("file", ground.path("link")).unwrap();
    assert_eq!(state(&ground.path("link")).await, state(&file).await);
    assert_eq!(state(&file).await.size, 5);
    assert_eq!(MachineFiles.inspect(&ground.path("")).await.unwrap(), FileEntry::Directory);
}

#[tokio::test]
async fn what_is_absent_is_not_found() {
    let ground = Ground::new();
    let file = ground.write("file", b"");
    for path in [ground.path("absent"), file.join("below")] {
        let inspected = MachineFiles.inspect(&path).await;
        assert!(matches!(inspected, Err(FileError::NotFound { .. })), "{inspected:?}");
    }
}

#[tokio::test]
async fn pipes_sockets_and_devices_are_special() {
    let ground = Ground::new();
    let socket = ground.path("socket");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    for path in [ground.pipe("pipe"), socket, "/dev/null".into()] {
        let inspected = MachineFiles.inspect(&path).await;
        assert!(matches!(inspected, Err(FileError::Special { .. })), "{path:?}: {inspected:?}");
    }
}

#[tokio::test]
async fn links_in_a_loop_are_told() {
    let ground = Ground::new();
    symlink("circle", ground.path("circle")).unwrap();
    let inspected = MachineFiles.inspect(&ground.path("circle")).await;
    assert!(matches!(inspected, Err(FileError::LinkLoop { .. })), "{inspected:?}");
}

#[tokio::test]
async fn a_path_too_long_for_the_system_is_an_error_that_says_so() {
    let inspected = MachineFiles.inspect(Path::new(&format!("/{}", "x".repeat(5_000)))).await;
    let Err(FileError::Io { source, .. }) = inspected else { panic!("{inspected:?}") };
    assert!(source.to_string().to_lowercase().contains("too long"), "{source}");
}

#[tokio::test]
async fn a_time_before_1970_or_far_away_is_no_panic() {
    let ground = Ground::new();
    let path = ground.write("file", b"");
    let file = File::options().write(true).open(&path).unwrap();
    let epoch = SystemTime::UNIX_EPOCH;
    let half = Duration::from_millis(500);
    for time in [epoch - half, epoch - Duration::from_secs(1), epoch, epoch + half] {
        file.set_modified(time).unwrap();
        let kept = fs::metadata(&path).unwrap().modified().unwrap();
        assert_eq!(SystemTime::from(state(&path).await.modified), kept);
    }
    if file.set_modified(epoch + Duration::from_secs(1 << 33)).is_ok() {
        state(&path).await;
    }
}

#[test]
fn the_surroundings_are_those_of_the_process() {
    let surroundings = MachineFiles.surroundings().unwrap();
    assert_eq!(Path::new(&surroundings.current_directory), std::env::current_dir().unwrap());
}
