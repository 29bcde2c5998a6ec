//! The one spelling of a path.

use std::fs;
use std::os::unix::fs::symlink;

use freehold_ports::system::{FileError, LocalFiles};

use super::ground::Ground;
use crate::MachineFiles;

#[tokio::test]
async fn links_are_resolved_as_far_as_the_path_exists() {
    let ground = Ground::new();
    fs::create_dir(ground.path("real")).unwrap();
    symlink("real", ground.path("link")).unwrap();
    let resolved = MachineFiles.resolve(&ground.path("link/not/yet")).await.unwrap();
    assert_eq!(resolved, ground.path("real/not/yet"));
}

#[tokio::test]
async fn a_link_has_one_spelling_before_and_after_its_target_is_made() {
    let ground = Ground::new();
    symlink("absent/../target", ground.path("link")).unwrap();
    let before = MachineFiles.resolve(&ground.path("link")).await.unwrap();
    ground.write("target", b"");
    assert_eq!(before, ground.path("target"));
    fs::create_dir(ground.path("absent")).unwrap();
    assert_eq!(MachineFiles.resolve(&ground.path("link")).await.unwrap(), before);
}

#[tokio::test]
async fn links_in_a_loop_are_told() {
    let ground = Ground::new();
    symlink("b", ground.path("a")).unwrap();
    symlink("a", ground.path("b")).unwrap();
    for path in [ground.path("a"), ground.path("a/below")] {
        let resolved = MachineFiles.resolve(&path).await;
        assert!(matches!(resolved, Err(FileError::LinkLoop { .. })), "{resolved:?}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_told() {
    let ground = Ground::new();
    fs::write(ground.not_utf8(), "").unwrap();
    symlink(ground.not_utf8(), ground.path("link")).unwrap();
    for path in [ground.not_utf8(), ground.path("link")] {
        let resolved = MachineFiles.resolve(&path).await;
        assert!(matches!(resolved, Err(FileError::NotUtf8 { .. })), "{resolved:?}");
    }
}
