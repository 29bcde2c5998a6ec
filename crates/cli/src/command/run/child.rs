//! The command inside a run.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use freehold_domain::RunUid;
use tokio::process::Command;

use super::signals::Signals;
use crate::session::{CONFIG_VARIABLE, INSTANCE_VARIABLE, RUN_VARIABLE};

/// What the command learns of the run around it.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) run: RunUid,
    /// The instance to work on.
    pub(super) instance: Option<String>,
    /// The folder of the settings, if it is not the platform's.
    pub(super) config_dir: Option<PathBuf>,
    /// Standard output is for something else; what the command prints there goes to standard error.
    pub(super) stdout_is_taken: bool,
}

/// A command under way.
#[derive(Debug)]
pub(super) struct Child {
    process: tokio::process::Child,
    signals: Signals,
}

impl Child {
    /// Starts the command. From here on signals do not end this program, which has a run to finish.
    pub(super) fn start(command: &[OsString], surroundings: &Surroundings) -> io::Result<Self> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no command was given"));
        };
        let mut command = Command::new(program);
        command.args(arguments).env(RUN_VARIABLE, surroundings.run.as_str());
        if let Some(instance) = &surroundings.instance {
            command.env(INSTANCE_VARIABLE, instance);
        }
        if let Some(folder) = &surroundings.config_dir {
            // The command may change its folder.
            command.env(CONFIG_VARIABLE, std::path::absolute(folder)?);
        }
        if surroundings.stdout_is_taken {
            command.stdout(Stdio::from(io::stderr()));
        }
        let signals = Signals::listen()?;
        Ok(Self { process: command.spawn()?, signals })
    }

    /// Waits until the command ends, and passes on what others want of it.
    pub(super) async fn wait(mut self) -> io::Result<ExitStatus> {
        loop {
            tokio::select! {
                ended = self.process.wait() => return ended,
                signal = self.signals.next() => {
                    if let Some(process) = self.process.id() {
                        signal.pass_on(process);
                    }
                }
            }
        }
    }
}
