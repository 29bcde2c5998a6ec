//! `freehold cache info`.

use clap::Args;

use super::no_cache;
use crate::failure::Failure;
use crate::output::{CacheView, Fields, size};
use crate::session::Session;

/// Show where the cache is, what it holds, and how much it may hold
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold cache info
  freehold cache info --json")]
pub(crate) struct Info {}

impl Info {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let usage = session.machine()?.cache_usage().await?.ok_or_else(no_cache)?;
        if session.output.is_json() {
            return session.output.document(&CacheView::from(&usage));
        }
        let limit = if usage.limit == 0 { "0 B (off)".to_owned() } else { size(usage.limit) };
        let fields = Fields::default()
            .with_option("folder", usage.folder.as_ref().map(|folder| folder.display()))
            .with("contents", usage.contents)
            .with("size", size(usage.bytes))
            .with("limit", limit);
        session.output.text(&fields.draw())
    }
}
