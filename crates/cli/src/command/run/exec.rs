//! `freehold run exec`: a run around any program.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::{ExitCode, ExitStatus};

use clap::Args;
use freehold::{Category, FinishRunError, Freehold, Machine, StartedRun};
use freehold_domain::{DatabaseKind, Run, RunOutcome};

use super::child::{Child, Ended, Surroundings};
use super::signals::Signals;
use crate::arguments::TransformArguments;
use crate::failure::Failure;
use crate::output::{ExecutedRunView, RunView};
use crate::session::Session;

/// Run a command as a run: what it saves and gets with freehold is tracked
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold run exec --transform align.py -- python align.py plate1
  freehold run exec --transform count --kind function --param unit=lines -- sh count.sh

The command runs with FREEHOLD_RUN set. The run is completed when the command ends with status 0, errored when it ends with another, and aborted when it is interrupted or killed. This program ends with the command's own status, or 128 + the number of the signal. With --json, what the command prints to standard output goes to standard error.")]
pub(crate) struct Exec {
    #[command(flatten)]
    transform: TransformArguments,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Exec {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let request = self.transform.request()?;
        let machine = session.machine()?;
        let freehold = session.writing().await?;
        // From here on a signal does not end this program, which has a run to finish.
        let signals = Signals::listen().map_err(|error| Failure::of(Category::Failed, &error))?;
        let started = freehold.start_run(request).await?;
        let database = freehold.database().reveal();
        let surroundings = Surroundings {
            run: started.run.uid(),
            instance: name_for_child(&machine, &freehold, session.target()?).await,
            config_dir: session.config_dir(),
            stdout_is_taken: session.output.is_json(),
        };
        // The command may take days: it does not keep a connection busy.
        session.close().await;
        let ended = match Child::start(&self.command, &surroundings, signals) {
            Ok(child) => child.wait().await,
            Err(error) => Err(error),
        };
        let outcome = ended.as_ref().map_or(RunOutcome::Errored, |ended| outcome(*ended));
        let reopened = machine.open(Some(&database)).await;
        let finished = match reopened {
            Ok(reopened) => finish(&session.keep(reopened), &started, outcome).await,
            Err(error) => Err(error.into()),
        };
        match ended {
            Ok(ended) => report(session, &started, ended.status, finished),
            Err(error) => {
                if let Err(failure) = finished {
                    session.output.warn(&failure);
                }
                Err(cannot_run(&self.command, &started, &error))
            }
        }
    }
}

fn cannot_run(command: &[OsString], started: &StartedRun, error: &io::Error) -> Failure {
    let program = command.first().map(|program| program.to_string_lossy()).unwrap_or_default();
    let uid = started.run.uid();
    let hint = match error.kind() {
        ErrorKind::PermissionDenied => {
            "is it a program, and executable? A script can be run with `-- sh SCRIPT`"
        }
        _ => "is it installed, and can it be found with PATH?",
    };
    Failure::failed(format!("the command {program} cannot be run: {error}; run {uid} is errored"))
        .with_hint(hint)
}

/// Tells how the run ended. The command's own status goes before a failure to record it.
fn report(
    session: &mut Session,
    started: &StartedRun,
    status: ExitStatus,
    finished: Result<Run, Failure>,
) -> Result<ExitCode, Failure> {
    let code = exit_status(status);
    let run = match finished {
        Ok(run) => run,
        Err(failure) if code == 0 => return Err(failure),
        Err(failure) => {
            session.output.warn(&failure);
            return Ok(ExitCode::from(code));
        }
    };
    if session.output.is_json() {
        let view = ExecutedRunView { run: RunView::new(&run, Some(&started.transform)), exit_status: code };
        session.output.document(&view)?;
    } else {
        let (uid, status) = (run.uid(), run.status());
        session.output.note(format_args!(
            "run {uid} is {status}; `freehold run show {uid}` tells what it read and made"
        ));
    }
    Ok(ExitCode::from(code))
}

/// Finishes the run, unless the command itself did.
async fn finish(freehold: &Freehold, started: &StartedRun, outcome: RunOutcome) -> Result<Run, Failure> {
    let uid = started.run.uid();
    match freehold.finish_run(Some(uid.as_str()), outcome).await {
        Ok(run) => Ok(run),
        Err(FinishRunError::Transition(_)) => Ok(freehold.run_details(uid.as_str()).await?.run),
        Err(error) => Err(error.into()),
    }
}

/// How the command names the instance, so that it works on the same one whatever becomes current meanwhile: the slug
/// where that is enough, else the database. A database's password stays out of the environment.
async fn name_for_child(machine: &Machine, freehold: &Freehold, target: Option<String>) -> Option<String> {
    let instance = freehold.instance();
    let known = machine.instances().await.unwrap_or_default();
    let mut namesakes = known.iter().filter(|listed| listed.known.slug == *instance.slug());
    match (namesakes.next(), namesakes.next()) {
        (Some(only), None)
            if only.known.uid == instance.uid() && only.known.database == *freehold.database() =>
        {
            Some(instance.slug().to_string())
        }
        _ => match freehold.database().kind() {
            DatabaseKind::Sqlite => Some(freehold.database().reveal()),
            DatabaseKind::Postgres => target,
        },
    }
}

/// What became of the run. A command that is interrupted and still ends well has done its work.
fn outcome(ended: Ended) -> RunOutcome {
    let ended_by_itself = ended.status.code().is_some() && !ended.was_interrupted;
    match (ended.status.success(), ended_by_itself) {
        (true, _) => RunOutcome::Completed,
        (false, true) => RunOutcome::Errored,
        (false, false) => RunOutcome::Aborted,
    }
}

/// The status with which this program ends in turn.
#[cfg(unix)]
fn exit_status(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// The status with which this program ends in turn.
#[cfg(not(unix))]
fn exit_status(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn the_run_ends_as_the_command_does() {
        let (zero, three, killed) = (0, 3 << 8, 15);
        let outcome =
            |raw, was_interrupted| outcome(Ended { status: ExitStatus::from_raw(raw), was_interrupted });
        assert_eq!(outcome(zero, false), RunOutcome::Completed);
        assert_eq!(outcome(three, false), RunOutcome::Errored);
        assert_eq!(outcome(killed, false), RunOutcome::Aborted);
        assert_eq!(outcome(three, true), RunOutcome::Aborted);
        assert_eq!(outcome(zero, true), RunOutcome::Completed);
    }

    #[test]
    fn the_command_s_status_is_passed_on() {
        assert_eq!(exit_status(ExitStatus::from_raw(0)), 0);
        assert_eq!(exit_status(ExitStatus::from_raw(3 << 8)), 3);
        assert_eq!(exit_status(ExitStatus::from_raw(15)), 143);
    }
}
