//! `freehold path`: where an artifact's bytes are.

use std::time::Duration;

use clap::Args;
use freehold::Freehold;

use crate::duration;
use crate::failure::Failure;
use crate::output::{CachedArtifactView, LocatedView, PresignedView};
use crate::session::Session;

/// Print the path or URL of an artifact's bytes, to be read and never written
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold path results/plate1.csv
  wc -l \"$(freehold path results/plate1.csv)\"
  wc -l \"$(freehold path results/plate1.csv --cached)\"
  curl \"$(freehold path results/plate1.csv --presign 1h)\"

Whoever has a presigned URL can read the artifact until the time is over.")]
pub(crate) struct Path {
    /// The artifact: its uid, a unique prefix of it, or its key (then the latest version)
    #[arg(value_name = "UID|KEY")]
    artifact: String,
    /// Print an HTTP URL with which anybody can read the artifact for so long: 30m, 1h, at most 7d; for cloud locations
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    presign: Option<Duration>,
    /// Print the path of a file on this machine: for a cloud location one in the cache, fetched and verified if need be
    #[arg(long, conflicts_with = "presign")]
    cached: bool,
}

impl Path {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.reading_for_run().await?;
        if let Some(valid_for) = self.presign {
            let presigned = freehold.presign(&self.artifact, valid_for).await?;
            if session.output.is_json() {
                return session.output.document(&PresignedView::from(&presigned));
            }
            return session.output.line(presigned.url.reveal());
        }
        if self.cached {
            return print_cached(session, &freehold, &self.artifact).await;
        }
        let located = freehold.locate(&self.artifact).await?;
        if session.output.is_json() {
            return session.output.document(&LocatedView::from(&located));
        }
        session.output.line(located.path.as_str())
    }
}

async fn print_cached(session: &mut Session, freehold: &Freehold, artifact: &str) -> Result<(), Failure> {
    let cached = freehold.locate_cached(artifact).await?;
    if session.output.is_json() {
        return session.output.document(&CachedArtifactView::from(&cached));
    }
    session.output.line(cached.path.display())
}
