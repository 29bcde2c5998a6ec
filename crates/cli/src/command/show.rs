//! `freehold show`: an artifact in full.

use clap::Args;
use freehold::{ArtifactDetails, Presence};

use crate::failure::Failure;
use crate::output::{ArtifactDetailsView, Fields, for_people, presence_name, size};
use crate::session::Session;

/// Show everything about an artifact, and whether its bytes are still there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold show results/plate1.csv
  freehold show 0Ab3 --json")]
pub(crate) struct Show {
    /// The artifact: its uid, a unique prefix of it, or its key (then the latest version)
    #[arg(value_name = "UID|KEY")]
    artifact: String,
}

impl Show {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let details = session.reading().await?.artifact(&self.artifact).await?;
        if session.output.is_json() {
            return session.output.document(&ArtifactDetailsView::from(&details));
        }
        session.output.text(&fields(&details).draw())
    }
}

fn fields(details: &ArtifactDetails) -> Fields {
    let ArtifactDetails { artifact, storage, access, runs, presence } = details;
    let provenance = &artifact.provenance;
    let latest = if artifact.is_latest { " (latest)" } else { "" };
    let kind = if artifact.placement.location.is_ingested() { "ingested" } else { "in place" };
    let mut fields = Fields::default()
        .with("uid", artifact.uid)
        .with("key", &artifact.key)
        .with_option("description", artifact.description.as_deref())
        .with("version", format_args!("{}{latest}", artifact.version()))
        .with("state", artifact.state)
        .with("suffix", artifact.suffix.as_str())
        .with("size", exact_size(artifact.size))
        .with("hash", format_args!("{}:{}", artifact.hash.algorithm(), artifact.hash))
        .with("storage", format_args!("{} ({}, {access})", storage.root(), storage.uid()))
        .with("location", format_args!("{} ({kind})", artifact.blob_key()));
    if let Some(origin) = &artifact.copied_from {
        let key = origin.location.blob_key(&artifact.uid, &artifact.suffix);
        fields = fields.with("copied_from", format_args!("{key} in storage location {}", origin.storage));
    }
    fields
        .with("presence", told(presence, artifact.size))
        .with("created_at", for_people(provenance.created_at()))
        .with("created_by", provenance.created_by())
        .with_option("run", provenance.run())
        .with("updated_at", for_people(provenance.updated_at()))
        .with_all("previous_runs", provenance.previous_runs())
        .with_all("made_by", &runs.made_by)
        .with_all("read_by", &runs.read_by)
}

fn exact_size(bytes: u64) -> String {
    if bytes < 1024 { size(bytes) } else { format!("{} ({bytes} B)", size(bytes)) }
}

/// Whether the bytes are there, in words.
fn told(presence: &Presence, recorded: u64) -> String {
    let name = presence_name(presence);
    match presence {
        Presence::Present => format!("{name}: a file of this size is there"),
        Presence::Missing => format!("{name}: the bytes are not there any more"),
        Presence::SizeDiffers { found } => {
            format!("{name}: {found} bytes are there, and {recorded} were recorded; the file was changed")
        }
        Presence::Replaced { found } => {
            format!("{name}: an object with entity tag {found} is there; it was replaced since")
        }
        Presence::Purged => format!("{name}: the record is kept, the bytes are gone or no longer ours"),
        Presence::Unknown { reason } => format!("{name}: {reason}"),
    }
}
