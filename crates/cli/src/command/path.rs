//! `freehold path`: where an artifact's bytes are.

use clap::Args;

use crate::failure::Failure;
use crate::output::LocatedView;
use crate::session::Session;

/// Print the path of an artifact's bytes, to be read and never written
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold path results/plate1.csv
  wc -l \"$(freehold path results/plate1.csv)\"")]
pub(crate) struct Path {
    /// The artifact: its uid, a unique prefix of it, or its key (then the latest version)
    #[arg(value_name = "UID|KEY")]
    artifact: String,
}

impl Path {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let located = session.reading_for_run().await?.locate(&self.artifact).await?;
        if session.output.is_json() {
            return session.output.document(&LocatedView::from(&located));
        }
        session.output.line(located.path.as_str())
    }
}
