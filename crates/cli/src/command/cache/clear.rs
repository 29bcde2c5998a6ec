//! `freehold cache clear`.

use clap::Args;

use super::no_cache;
use crate::failure::Failure;
use crate::output::{CacheView, count, size};
use crate::session::Session;

/// Remove everything from the cache; no artifact is touched
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold cache clear")]
pub(crate) struct Clear {}

impl Clear {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let removed = session.machine()?.clear_cache().await?.ok_or_else(no_cache)?;
        if session.output.is_json() {
            return session.output.document(&CacheView::from(&removed));
        }
        let contents = count(removed.contents, "file", "files");
        session.output.say(format_args!("removed {contents} ({}) from the cache", size(removed.bytes)))
    }
}
