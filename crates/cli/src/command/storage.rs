//! `freehold storage`: the locations of an instance.

mod add;
mod default;
mod list;
mod remove;
mod show;
mod update;
mod uploads;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// Add, show, change and remove storage locations
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
    Uploads(uploads::Uploads),
}

impl StorageCommand {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        match self {
            Self::Add(command) => command.run(session).await,
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Default(command) => command.run(session).await,
            Self::Update(command) => command.run(session).await,
            Self::Remove(command) => command.run(session).await,
            Self::Uploads(command) => command.run(session).await,
        }
    }
}
