//! `freehold storage`: the locations of an instance.

mod add;
mod adopt;
mod check;
mod default;
mod explain;
mod hand_over;
mod list;
mod release;
mod remove;
mod show;
mod update;
mod uploads;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// Add, show, change and remove storage locations; give them up, hand them over, and check who manages them
#[derive(Debug, Subcommand)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  freehold storage list
  freehold storage add ./archive --description \"Finished plates\"
  freehold storage default ./archive

A location S is named by its uid, by a unique prefix of it (4 characters or more), or by its root."
)]
pub(crate) enum StorageCommand {
    Add(add::Add),
    List(list::List),
    Show(show::Show),
    Default(default::Default),
    Update(update::Update),
    Remove(remove::Remove),
    Release(release::Release),
    HandOver(hand_over::HandOver),
    Adopt(adopt::Adopt),
    Check(check::Check),
    Explain(explain::Explain),
    Uploads(uploads::Uploads),
}

impl StorageCommand {
    /// Does it, and gives the exit status.
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let done = match self {
            Self::Check(command) => return command.run(session).await,
            Self::Add(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Default(command) => command.run(session).await,
            Self::Update(command) => command.run(session).await,
            Self::Remove(command) => command.run(session).await,
            Self::Release(command) => command.run(session).await,
            Self::HandOver(command) => command.run(session).await,
            Self::Adopt(command) => command.run(session).await,
            Self::Explain(command) => command.run(session).await,
            Self::Uploads(command) => command.run(session).await,
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}
