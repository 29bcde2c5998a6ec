//! Somebody who types commands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::environment::forget_this_machine;
use crate::{Answer, freehold};

/// A working folder and an environment: the settings of one user on one machine.
#[derive(Debug, Clone)]
pub struct Shell {
    folder: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Shell {
    /// Somebody who works in `folder`, with settings, registries and cache in the folder `home`.
    pub fn new(folder: &Path, home: &Path) -> Self {
        let at = |name: &str| home.join(name).to_str().expect("a sandbox has a readable name").to_owned();
        let environment = [
            ("FREEHOLD_CONFIG_DIR", at("settings")),
            ("FREEHOLD_DATA_DIR", at("data")),
            ("FREEHOLD_CACHE_DIR", at("cache")),
            ("HOME", at("")),
        ];
        Self {
            folder: folder.to_owned(),
            environment: environment.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }

    /// The same in another working folder.
    pub fn at(self, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..self }
    }

    /// The same with a variable set.
    pub fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.environment.insert(name.to_owned(), value.as_ref().to_owned());
        self
    }

    /// The same with many variables set.
    pub fn with_all(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// The same without a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// The working folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every variable that is set here.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// The value of a variable, which must be set.
    #[track_caller]
    pub fn variable(&self, name: &str) -> &str {
        self.environment.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The command, not run yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(freehold());
        forget_this_machine(&mut command);
        command.args(arguments).current_dir(&self.folder).envs(&self.environment).stdin(Stdio::null());
        command
    }

    /// Runs `freehold` with these arguments.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(&mut self.command(arguments))
    }

    /// Runs a command that must succeed, and gives its JSON.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        self.run(&[&["--json"], arguments].concat()).ok().json()
    }

    /// Starts `freehold` and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("freehold starts");
        Running { command: format!("{command:?}"), child }
    }
}

/// A command that was started.
#[derive(Debug)]
pub struct Running {
    command: String,
    child: Child,
}

impl Running {
    /// Waits for the command's end.
    pub fn answer(self) -> Answer {
        let output = self.child.wait_with_output().expect("a child can be waited for");
        Answer::new(self.command, &output)
    }

    /// Kills the command, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Whether the command is still at work.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }
    /// The most memory that the command has had so far, in KiB; `None` once it has ended.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        peak.trim().trim_end_matches(" kB").parse().ok()
    }
}
