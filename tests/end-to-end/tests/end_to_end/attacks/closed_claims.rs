//! A claim that we have no right to read is somebody's: nothing is managed at, in or around its place.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use freehold_tests::{Answer, Sandbox, freehold};

const CLAIM: &str = ".lamindb/storage_uid.txt";

/// Who may look into nothing but what is open to everyone.
const NOBODY: u32 = 65_534;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Somebody whom permissions bind, with an instance, a home, and a program of their own to run.
struct Visitor {
    sandbox: Sandbox,
    is_administrator: bool,
}

impl Visitor {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        set_mode(&sandbox.path(""), 0o755);
        fs::create_dir(sandbox.path("home")).unwrap();
        fs::copy(freehold(), sandbox.path("freehold")).unwrap();
        set_mode(&sandbox.path("freehold"), 0o755);
        let is_administrator = chown(sandbox.path("home"), Some(NOBODY), Some(NOBODY)).is_ok();
        let visitor = Self { sandbox, is_administrator };
        visitor.run(&["init", "--storage", "./own", "--owner", "visitor"]).ok();
        visitor
    }

    /// Runs the command as somebody who is not the administrator.
    fn run(&self, arguments: &[&str]) -> Answer {
        let home = self.sandbox.path("home");
        let prepared = self.sandbox.shell("home").at(&home).command(arguments);
        let mut command = Command::new(self.sandbox.path("freehold"));
        command.args(prepared.get_args()).current_dir(home);
        command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if self.is_administrator {
            command.uid(NOBODY).gid(NOBODY);
        }
        Answer::of(&mut command)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path("home").join(name)
    }

    /// Makes a folder of the visitor's own.
    fn folder(&self, name: &str) {
        fs::create_dir_all(self.path(name)).unwrap();
        if self.is_administrator {
            chown(self.path(name), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    /// A place of the visitor with a claim that somebody else has closed, by what is named: the claim, or a folder around it.
    fn closed_place(&self, name: &str, closed: &str) -> ClosedPlace {
        for folder in ["", "/inner", "/.lamindb"] {
            self.folder(&format!("{name}{folder}"));
        }
        let claim = self.path(name).join(CLAIM);
        fs::write(&claim, "nUYsCWitlepu").unwrap();
        let closed = claim.ancestors().find(|path| path.ends_with(closed)).unwrap().to_owned();
        if self.is_administrator {
            chown(&closed, Some(0), Some(0)).unwrap();
        }
        set_mode(&closed, 0o000);
        ClosedPlace { claim, closed }
    }
}

/// A place that is opened again, and gone, at the end of a test.
struct ClosedPlace {
    claim: PathBuf,
    closed: PathBuf,
}

impl ClosedPlace {
    /// Opens the place, whose claim must be as it was.
    fn open(self) {
        set_mode(&self.closed, 0o700);
        assert_eq!(fs::read_to_string(&self.claim).unwrap(), "nUYsCWitlepu");
        fs::remove_dir_all(self.claim.parent().unwrap().parent().unwrap()).unwrap();
    }
}

#[test]
fn nothing_is_managed_at_or_in_a_place_whose_claim_is_closed_to_us() {
    let visitor = Visitor::new();
    for closed in ["storage_uid.txt", ".lamindb"] {
        let place = visitor.closed_place("place", closed);
        let answer = visitor.run(&["storage", "add", "place"]).says("permission denied").says(CLAIM);
        assert!(matches!(answer.status, 1 | 4), "{answer:#?}");
        visitor
            .run(&["storage", "add", "place/inner"])
            .exits(4)
            .says("lies inside")
            .says("permission denied");
        assert!(!visitor.path("place/inner").join(CLAIM).exists());
        place.open();
    }
}

#[test]
fn nothing_is_managed_around_what_is_closed_to_us() {
    let visitor = Visitor::new();
    visitor.folder("outer");
    for closed in ["storage_uid.txt", ".lamindb", "place"] {
        let place = visitor.closed_place("outer/place", closed);
        let answer = visitor.run(&["storage", "add", "outer"]).says("outer");
        assert!(matches!(answer.status, 1 | 4), "{answer:#?}");
        assert!(!visitor.path("outer").join(CLAIM).exists(), "{answer:#?}");
        place.open();
    }
}
