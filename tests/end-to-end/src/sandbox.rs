//! A folder of its own with settings of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{Answer, Shell};

/// A folder with settings of its own, gone at the end of the test.
#[derive(Debug)]
pub struct Sandbox {
    folder: TempDir,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    pub fn new() -> Self {
        Self {
            folder: tempfile::Builder::new().prefix("freehold-test").tempdir().expect("a temporary folder"),
        }
    }

    /// An absolute path in the sandbox, with every symbolic link on the way resolved.
    pub fn path(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().canonicalize().expect("the sandbox is there");
        if name.is_empty() { folder } else { folder.join(name) }
    }

    /// Makes a file with its folders, and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// The command, not run yet, for what is not said here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.shell("").command(arguments)
    }

    /// Somebody with settings of their own in the folder `home`, who works in the sandbox.
    pub fn shell(&self, home: &str) -> Shell {
        Shell::new(&self.path(""), &self.path(home))
    }

    /// Runs `freehold` with these arguments.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Answer {
        self.run_command(&mut self.command(arguments))
    }

    /// Runs a prepared command.
    #[track_caller]
    pub fn run_command(&self, command: &mut Command) -> Answer {
        Answer::of(command)
    }

    /// Every file below a folder with its content, sorted by path.
    pub fn contents(&self, folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.path(folder), &mut found);
        found.sort();
        found
    }
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.push((path.clone(), Vec::new()));
            collect(&path, found);
        } else {
            let content = std::fs::read(&path).unwrap_or_default();
            found.push((path, content));
        }
    }
}

/// A sandbox with the instance `lab/primary` at `lab-data`.
#[derive(Debug)]
pub struct Lab(pub Sandbox);

impl Default for Lab {
    fn default() -> Self {
        Self::new()
    }
}

impl Lab {
    #[track_caller]
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.run(&["init", "--storage", "./lab-data", "--name", "primary", "--owner", "lab"]).ok();
        Self(sandbox)
    }

    /// The same with a second instance, `analysis/derived` at `analysis-data`; the lab is current.
    #[track_caller]
    pub fn with_analysis() -> Self {
        let lab = Self::new();
        lab.run(&["init", "--storage", "./analysis-data", "--name", "derived", "--owner", "analysis"]).ok();
        lab.run(&["connect", "lab/primary"]).ok();
        lab
    }

    /// Saves a new file and gives the JSON of its artifact.
    #[track_caller]
    pub fn save(&self, name: &str, content: &str) -> serde_json::Value {
        self.file(name, content);
        self.run(&["save", name, "--json"]).ok().json()[0].clone()
    }

    /// Runs `freehold` in the analysis instance.
    #[track_caller]
    pub fn analysis(&self, arguments: &[&str]) -> Answer {
        self.run_command(self.command(arguments).env("FREEHOLD_INSTANCE", "analysis/derived"))
    }
}

impl std::ops::Deref for Lab {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.0
    }
}
