//! `freehold run`: executions of code, with what they read and made.

mod child;
mod exec;
mod finish;
mod list;
mod show;
mod signals;
mod start;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// Track what code does: which artifacts a run reads and makes
#[derive(Debug, Subcommand)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  freehold run exec --transform align.py -- python align.py
  freehold run list
  freehold run show 0Ab3

What `freehold save` stores under a run is its output; what `freehold get` and `freehold path` read is its input."
)]
pub(crate) enum RunCommand {
    Start(start::Start),
    Finish(finish::Finish),
    List(list::List),
    Show(show::Show),
    Exec(exec::Exec),
}

impl RunCommand {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let done = match self {
            Self::Exec(command) => return command.run(session).await,
            Self::List(command) => return command.run(session).await,
            Self::Start(command) => command.run(session).await,
            Self::Finish(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}
