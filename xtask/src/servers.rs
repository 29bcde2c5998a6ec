//! The servers that tests and people use: a child process that ends with this one, however that does.

pub(crate) mod by_hand;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

/// What the servers are for; it decides which of them start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Those that all tests of a run share, and the tripwire.
    Tests,
    /// One of each kind, with a bucket and a database to begin with.
    Trying {
        /// Whether the second, independent S3 is wanted as well.
        moto: bool,
    },
}

impl Purpose {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Tests => &["tests"],
            Self::Trying { moto: false } => &["trying"],
            Self::Trying { moto: true } => &["trying", "moto"],
        }
    }
}

/// The running servers. They end when this value is dropped or this process dies: they watch their input.
#[derive(Debug)]
pub(crate) struct Servers {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    environment: Vec<(String, String)>,
}

/// The name of the program that is the servers.
pub(crate) fn program_name() -> String {
    format!("freehold-test-servers{}", std::env::consts::EXE_SUFFIX)
}

/// The line after which every server takes requests.
const READY: &str = "ready";

impl Servers {
    /// Begins to start the servers; [`wait_until_ready`](Self::wait_until_ready) waits for them.
    pub(crate) fn spawn(program: &Path, purpose: Purpose) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(purpose.arguments());
        Self::spawn_command(command).with_context(|| format!("{} cannot be started", program.display()))
    }

    fn spawn_command(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        shield(&mut command);
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("the servers' output is not piped")?;
        Ok(Self { child, input, output: BufReader::new(output), environment: Vec::new() })
    }

    /// Waits until every server takes requests.
    pub(crate) fn wait_until_ready(&mut self) -> Result<()> {
        for line in Read::by_ref(&mut self.output).lines() {
            let line = line.context("the servers' output cannot be read")?;
            if line == READY {
                return Ok(());
            }
            self.environment.extend(variable(&line));
        }
        bail!("a server did not start; it says why above")
    }

    /// The variables by which clients find the servers.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// Waits until the servers end by themselves.
    pub(crate) fn wait(&mut self) -> Result<()> {
        self.child.wait().context("the servers cannot be waited for")?;
        Ok(())
    }

    /// Ends the servers and gives what the tripwire heard, one request to a line.
    pub(crate) fn stop(mut self) -> Result<Vec<String>> {
        drop(self.input.take());
        let heard: Result<Vec<_>, _> = Read::by_ref(&mut self.output).lines().collect();
        let heard = heard.context("the servers' output cannot be read")?;
        let status = self.child.wait().context("the servers cannot be waited for")?;
        anyhow::ensure!(status.success(), "the servers did not end as they should: {status}");
        Ok(heard)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.input.take());
        // There is nobody left to tell, and nothing left to do.
        let _ = self.child.wait();
    }
}

/// Keeps Ctrl-C from the servers: they end when they see that this process is gone, and clean up then.
#[cfg(unix)]
fn shield(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn shield(_: &mut Command) {}

fn variable(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn servers(script: &str) -> Servers {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", script]);
        Servers::spawn_command(shell).unwrap()
    }

    #[test]
    fn the_environment_is_what_was_said_before_the_servers_were_ready() {
        let mut servers = servers("echo A=b=c; echo B=; echo ready; cat");
        servers.wait_until_ready().unwrap();
        let expected = [("A", "b=c"), ("B", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(servers.environment(), expected);
    }

    #[test]
    fn what_was_heard_is_said_after_the_input_has_ended() {
        let mut servers = servers("echo ready; cat; echo CONNECT a:443; echo GET http://b/");
        servers.wait_until_ready().unwrap();
        assert_eq!(servers.stop().unwrap(), ["CONNECT a:443", "GET http://b/"]);
    }

    #[test]
    fn a_server_that_does_not_start_is_an_error() {
        assert!(servers("echo A=b; exit 1").wait_until_ready().is_err());
    }

    #[test]
    fn servers_that_fail_at_the_end_are_an_error() {
        let mut servers = servers("echo ready; cat; exit 3");
        servers.wait_until_ready().unwrap();
        assert!(servers.stop().is_err());
    }
}
