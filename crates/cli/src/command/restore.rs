//! `freehold restore`: back from the trash.

use clap::Args;

use crate::failure::Failure;
use crate::output::ArtifactView;
use crate::session::Session;

/// Bring an artifact back from the trash
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold list --trashed
  freehold restore 0Ab3")]
pub(crate) struct Restore {
    /// The artifact: its uid, or a unique prefix of it
    #[arg(value_name = "UID")]
    artifact: String,
}

impl Restore {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let artifact = session.writing().await?.restore(&self.artifact).await?;
        if session.output.is_json() {
            return session.output.document(&ArtifactView::from(&artifact));
        }
        session.output.say(format_args!("{} ({}) is available", artifact.key, artifact.uid))
    }
}
