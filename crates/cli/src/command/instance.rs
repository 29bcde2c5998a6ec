//! `freehold instance`: the instances that you know.

mod delete;
mod list;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// List the instances that you know, or delete one
#[derive(Debug, Subcommand)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  freehold instance list
  freehold instance delete lab/primary --dry-run"
)]
pub(crate) enum InstanceCommand {
    List(list::List),
    Delete(delete::Delete),
}

impl InstanceCommand {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
        }
    }
}
