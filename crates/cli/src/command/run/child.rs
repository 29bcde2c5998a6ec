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

/// How a command ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// Somebody wanted it to end before it did.
    pub(super) was_interrupted: bool,
}

/// A command under way.
#[derive(Debug)]
pub(super) struct Child {
    process: tokio::process::Child,
    signals: Signals,
}

impl Child {
    /// Starts the command, which is to get what `signals` hear.
    pub(super) fn start(
        command: &[OsString],
        surroundings: &Surroundings,
        signals: Signals,
    ) -> io::Result<Self> {
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
        Ok(Self { process: command.spawn()?, signals })
    }

    /// Waits until the command ends, and passes on what others want of it.
    pub(super) async fn wait(mut self) -> io::Result<Ended> {
        let mut was_interrupted = false;
        let status = loop {
            tokio::select! {
                status = self.process.wait() => break status?,
                signal = self.signals.next() => {
                    was_interrupted = true;
                    if let Some(process) = self.process.id() {
                        signal.pass_on(process);
                    }
                }
            }
        };
        // The command may be quicker than the news of the signal that ended it.
        let was_interrupted = was_interrupted || !status.success() && self.signals.has_more().await;
        Ok(Ended { status, was_interrupted })
    }
}
