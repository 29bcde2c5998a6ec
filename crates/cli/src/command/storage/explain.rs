//! `freehold storage explain`.

use clap::Args;
use freehold::PathExplanation;
use freehold_domain::{Artifact, StorageKind, StoragePath};

use super::show;
use crate::failure::Failure;
use crate::output::{ExplanationView, Fields};
use crate::session::Session;

/// Explain a path or URL: which location it belongs to, who manages that, and whether you may write there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage explain ./mydata/raw/plate1.csv
  freehold storage explain s3://lab-bucket/data/plate1.csv --json

The path need not exist. It belongs to the location with the longest root that contains it; a root itself is not inside its location. Nothing is written.")]
pub(crate) struct Explain {
    /// A path or URL
    path: String,
}

impl Explain {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let explained = session.reading().await?.explain_path(&self.path).await?;
        let chain = chain(&explained.path);
        let credentials = explained.credentials.as_deref().unwrap_or(chain);
        if session.output.is_json() {
            return session.output.document(&ExplanationView::new(&explained, credentials));
        }
        session.output.text(&fields(&explained, credentials).draw())
    }
}

fn fields(explained: &PathExplanation, credentials: &str) -> Fields {
    let PathExplanation { path, location, key, around, claim, rule, artifacts, credentials: _ } = explained;
    let location = location.as_ref().map(|listed| {
        let storage = &listed.storage;
        format!("{} ({}, {})", storage.root(), storage.uid(), listed.access)
    });
    Fields::default()
        .with("path", path)
        .with_option("location", location)
        .with_option("key", key.as_ref())
        .with_option("claim", claim.as_ref().map(show::claim))
        .with("may write", if rule.may_write() { "yes" } else { "no" })
        .with("because", rule)
        .with_all("also inside", around)
        .with_all("artifacts", artifacts.iter().map(artifact))
        .with("credentials", credentials)
}

fn artifact(artifact: &Artifact) -> String {
    format!("{} {} ({})", artifact.uid, artifact.key, artifact.state.as_str())
}

/// Who one is at a place where nothing is opened: the first of the chain that is configured counts.
fn chain(path: &StoragePath) -> &'static str {
    match path.kind() {
        StorageKind::Local => "none: the file system knows you as the user who runs freehold",
        StorageKind::S3 => {
            "AWS's chain: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile, web identity, the container's service, the virtual machine's role, else anonymous"
        }
        StorageKind::Gs => {
            "Google's chain: a service account's variables, a bearer token, the application default credentials, the virtual machine's account, else anonymous"
        }
    }
}
