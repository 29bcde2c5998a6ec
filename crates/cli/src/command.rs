//! The commands, one file for each noun and each short verb.

mod cache;
mod completions;
mod connect;
mod delete;
mod get;
mod info;
mod init;
mod instance;
mod list;
mod path;
mod restore;
mod run;
mod save;
mod show;
mod storage;
mod transfer;
mod update;
mod user;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Info(info::Info),
    Connect(connect::Connect),
    #[command(subcommand)]
    Instance(instance::InstanceCommand),
    #[command(subcommand)]
    Storage(storage::StorageCommand),
    Save(save::Save),
    List(list::List),
    Show(show::Show),
    Get(get::Get),
    Path(path::Path),
    Update(update::Update),
    Delete(delete::Delete),
    Restore(restore::Restore),
    #[command(subcommand)]
    Run(run::RunCommand),
    Transfer(transfer::Transfer),
    #[command(subcommand)]
    User(user::UserCommand),
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    Completions(completions::Completions),
}

impl Command {
    /// Does it, and gives the exit status.
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let done = match self {
            Self::List(command) => return command.run(session).await,
            Self::Save(command) => return command.run(session).await,
            Self::Run(command) => return command.run(session).await,
            Self::Storage(command) => return command.run(session).await,
            Self::Init(command) => command.run(session).await,
            Self::Info(command) => command.run(session).await,
            Self::Connect(command) => command.run(session).await,
            Self::Instance(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Get(command) => command.run(session).await,
            Self::Path(command) => command.run(session).await,
            Self::Update(command) => command.run(session).await,
            Self::Delete(command) => command.run(session).await,
            Self::Restore(command) => command.run(session).await,
            Self::Transfer(command) => command.run(session).await,
            Self::User(command) => command.run(session).await,
            Self::Cache(command) => command.run(session).await,
            Self::Completions(command) => command.run(session),
        };
        done.map(|()| ExitCode::SUCCESS)
    }
}
