//! A file system that ignores case, of whichever kind there is on the machine.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::tool;

/// How long a file system may take to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many bytes a file system has.
const SIZE: u64 = 32 * 1024 * 1024;

/// A file system that ignores case. It ends with this value.
#[derive(Debug)]
pub struct IgnoringCase {
    ground: TempDir,
    /// The program that serves it, where that is not the kernel.
    server: Option<Child>,
}

/// Makes a file system of one kind in a file, and mounts it.
type Kind = fn(&Path, &Path) -> Result<Option<Child>, String>;

const KINDS: [(&str, Kind); 3] = [("ext4", ext4), ("vfat", vfat), ("ntfs", ntfs)];

impl IgnoringCase {
    /// Makes and mounts one of the first kind that there is on the machine.
    ///
    /// # Errors
    /// Why there is none, for every kind.
    pub fn mount() -> Result<Self, String> {
        let mut reasons = Vec::new();
        for (name, kind) in KINDS {
            match Self::of_kind(kind) {
                Ok(mounted) => return Ok(mounted),
                Err(reason) => reasons.push(format!("{name}: {reason}")),
            }
        }
        Err(format!("no file system that ignores case is to be had here ({})", reasons.join("; ")))
    }

    /// Whether there is one on the machine; if not, why.
    ///
    /// # Errors
    /// The same as for [`mount`](Self::mount).
    pub fn is_to_be_had() -> Result<(), String> {
        Self::mount().map(drop)
    }

    fn of_kind(kind: Kind) -> Result<Self, String> {
        let ground = tempfile::Builder::new().prefix("freehold-test").tempdir();
        let ground = ground.map_err(|error| error.to_string())?;
        let (image, point) = (ground.path().join("image"), ground.path().join("mounted"));
        let made =
            File::create(&image).and_then(|file| file.set_len(SIZE)).and_then(|()| fs::create_dir(&point));
        made.map_err(|error| error.to_string())?;
        let server = kind(&image, &point)?;
        let mounted = Self { ground, server };
        let trial = mounted.folder().join("Trial");
        fs::create_dir_all(&trial).map_err(|error| error.to_string())?;
        let ignores_case = mounted.folder().join("tRIAL").is_dir();
        fs::remove_dir(&trial).map_err(|error| error.to_string())?;
        if ignores_case { Ok(mounted) } else { Err("case counts there".to_owned()) }
    }

    /// A folder in which case is ignored, with every symbolic link on the way to it resolved.
    ///
    /// # Panics
    /// When the file system was removed.
    #[must_use]
    #[track_caller]
    pub fn folder(&self) -> PathBuf {
        self.ground.path().canonicalize().expect("the ground is there").join("mounted").join("folded")
    }
}

impl Drop for IgnoringCase {
    fn drop(&mut self) {
        tool::unmount(&self.ground.path().join("mounted"));
        if let Some(server) = &mut self.server {
            // It ends with its mount, and is gone already or goes now.
            let _ = server.wait();
        }
    }
}

fn ext4(image: &Path, point: &Path) -> Result<Option<Child>, String> {
    tool::run("mkfs.ext4", &[&"-q", &"-F", &"-O", &"casefold", &image])?;
    tool::run("mount", &[&"-o", &"loop", &image, &point])?;
    let folder = point.join("folded");
    let made = fs::create_dir(&folder).map_err(|error| error.to_string());
    made.and_then(|()| tool::run("chattr", &[&"+F", &folder])).inspect_err(|_| tool::unmount(point))?;
    Ok(None)
}

fn vfat(image: &Path, point: &Path) -> Result<Option<Child>, String> {
    tool::run("mkfs.vfat", &[&image])?;
    tool::run("mount", &[&"-o", &"loop,utf8", &image, &point])?;
    Ok(None)
}

fn ntfs(image: &Path, point: &Path) -> Result<Option<Child>, String> {
    tool::run("mkntfs", &[&"-F", &"-Q", &"-q", &image])?;
    let mut server = tool::command("lowntfs-3g");
    server.args(["-o", "ignore_case,no_detach"]).args([image, point]);
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut server = server.spawn().map_err(|error| format!("lowntfs-3g: {error}"))?;
    let begin = Instant::now();
    while !is_mounted(point) {
        let has_ended = server.try_wait().map_err(|error| error.to_string())?.is_some();
        if has_ended || begin.elapsed() > PATIENCE {
            let _ = server.kill();
            let _ = server.wait();
            return Err("lowntfs-3g: it does not mount".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Some(server))
}

fn is_mounted(point: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| path.metadata().map(|found| found.dev()).ok();
    device(point) != point.parent().and_then(device)
}
