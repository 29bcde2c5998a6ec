//! `freehold cache`: what was read from clouds and is kept on this machine.

mod clear;
mod info;

use clap::Subcommand;

use crate::failure::Failure;
use crate::session::Session;

/// Show and empty the cache of what was read from cloud locations
#[derive(Debug, Subcommand)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  freehold cache info
  freehold cache clear

It lies in the folder FREEHOLD_CACHE_DIR [default: freehold in the platform's cache folder], for all instances, and has at most FREEHOLD_CACHE_SIZE bytes, such as 500MB or 100GiB [default: 10GiB; 0 turns it off]. What was used longest ago goes first."
)]
pub(crate) enum CacheCommand {
    Info(info::Info),
    Clear(clear::Clear),
}

impl CacheCommand {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        match self {
            Self::Info(command) => command.run(session).await,
            Self::Clear(command) => command.run(session).await,
        }
    }
}

/// There is no folder that a cache could lie in.
fn no_cache() -> Failure {
    Failure::failed("this platform names no folder for a cache")
        .with_hint("set FREEHOLD_CACHE_DIR to a folder of yours")
}
