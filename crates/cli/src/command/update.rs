//! `freehold update`: what people say of an artifact.

use clap::{ArgGroup, Args};
use freehold::ArtifactChanges;
use freehold_domain::ArtifactKey;

use crate::failure::Failure;
use crate::output::ArtifactView;
use crate::session::Session;

/// Change the key or the description of an artifact; its bytes are not touched
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").args(["key", "description"]).required(true).multiple(true))]
#[command(after_help = "Examples:
  freehold update results/plate1.csv --description \"Plate 1, normalised\"
  freehold update results/plate1.csv --key results/2026/plate1.csv

A new key is that of all versions.")]
pub(crate) struct Update {
    /// The artifact: its uid, a unique prefix of it, or its key (then the latest version)
    #[arg(value_name = "UID|KEY")]
    artifact: String,
    /// The new key
    #[arg(long)]
    key: Option<ArtifactKey>,
    /// What it is; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl Update {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let changes = ArtifactChanges { key: self.key, description: self.description };
        let artifact = freehold.update(&self.artifact, changes).await?;
        if session.output.is_json() {
            return session.output.document(&ArtifactView::from(&artifact));
        }
        session.output.say(format_args!("updated {} ({})", artifact.key, artifact.uid))
    }
}
