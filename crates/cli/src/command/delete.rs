//! `freehold delete`: to the trash, or for good.

use clap::Args;
use freehold::{ArtifactDetails, DeletedArtifacts, Deletion, Freehold};
use freehold_domain::ArtifactState;

use crate::confirmation;
use crate::failure::Failure;
use crate::output::{DeletedView, Output, count, size, tell};
use crate::session::Session;

/// Up to how many artifacts are named in a question.
const FEW: usize = 20;

/// Delete artifacts: to the trash, or with --purge for good
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold delete results/plate1.csv
  freehold delete 0Ab3 results/plate2.csv --purge
  freehold delete raw/plate1.csv --purge --with-file --yes

From the trash, `freehold restore` brings an artifact back. --purge deletes the bytes of ingested artifacts; a file that was registered where it lies is deleted only with --with-file. The record of a purged artifact is kept for its lineage.")]
pub(crate) struct Delete {
    /// Artifacts: their uids, unique prefixes of them, or keys (then the latest version)
    #[arg(required = true, value_name = "UID|KEY")]
    artifacts: Vec<String>,
    /// Delete for good
    #[arg(long)]
    purge: bool,
    /// With --purge: also delete files that were registered where they lie
    #[arg(long, requires = "purge")]
    with_file: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Delete {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let deletion =
            if self.purge { Deletion::Purge { with_file: self.with_file } } else { Deletion::Trash };
        if self.purge && !self.yes && !confirmation::somebody_is_there() {
            return Err(Failure::declined(
                "a purge has to be confirmed, and nobody is there to ask; nothing was deleted",
            )
            .with_hint("add --yes, or leave --purge out to use the trash"));
        }
        let freehold = session.writing().await?;
        let artifacts = if self.yes || !confirmation::somebody_is_there() {
            self.artifacts
        } else {
            ask(&mut session.output, &freehold, &self.artifacts, deletion).await?
        };
        let deleted = freehold.delete(&artifacts, deletion).await?;
        if session.output.is_json() {
            return session.output.document(&DeletedView::new(&deleted, deletion));
        }
        report(&mut session.output, &deleted, deletion)
    }
}

/// Asks whether these are to be deleted, and gives the uids of what the question named.
async fn ask(
    output: &mut Output,
    freehold: &Freehold,
    names: &[String],
    deletion: Deletion,
) -> Result<Vec<String>, Failure> {
    let mut uids = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let details = freehold.artifact(name).await?;
        if place < FEW {
            tell(&format!("  {}\n", named(&details)));
        }
        uids.push(details.artifact.uid.to_string());
    }
    if uids.len() > FEW {
        tell(&format!("  and {} more\n", uids.len() - FEW));
    }
    let artifacts = count(uids.len() as u64, "artifact", "artifacts");
    let question = match deletion {
        Deletion::Trash => format!("move {artifacts} to the trash?"),
        Deletion::Purge { with_file: false } => format!("purge {artifacts}? This cannot be undone."),
        Deletion::Purge { with_file: true } => {
            format!("purge {artifacts}, files registered in place included? This cannot be undone.")
        }
    };
    if confirmation::agrees(output, &question)? {
        Ok(uids)
    } else {
        Err(Failure::declined("nothing was deleted"))
    }
}

fn named(details: &ArtifactDetails) -> String {
    let artifact = &details.artifact;
    let kind = if artifact.placement.location.is_ingested() { "ingested" } else { "in place" };
    format!(
        "{}  {}, {kind} at {}  {}",
        artifact.uid,
        size(artifact.size),
        details.storage.root(),
        artifact.key
    )
}

fn report(output: &mut Output, deleted: &DeletedArtifacts, deletion: Deletion) -> Result<(), Failure> {
    for artifact in deleted.artifacts.iter().take(FEW) {
        let done = match (deleted.unchanged.contains(&artifact.uid), artifact.state) {
            (false, ArtifactState::Purged) => "purged",
            (false, ArtifactState::Trashed | ArtifactState::Available) => "trashed",
            (true, ArtifactState::Purged) => "was purged already",
            (true, ArtifactState::Trashed | ArtifactState::Available) => "was in the trash already",
        };
        output.say(format_args!(
            "{}  version {}  {}: {done}",
            artifact.uid,
            artifact.version(),
            artifact.key
        ))?;
    }
    let changed = || deleted.artifacts.iter().filter(|artifact| !deleted.unchanged.contains(&artifact.uid));
    let artifacts = count(changed().count() as u64, "artifact", "artifacts");
    match deletion {
        Deletion::Trash => {
            output.say(format_args!("moved {artifacts} to the trash"))?;
            if let Some(first) = changed().next() {
                output.note(format_args!("`freehold restore {}` brings it back", first.uid));
            }
        }
        Deletion::Purge { with_file } => {
            let files = count(deleted.blobs, "file", "files");
            output.say(format_args!("purged {artifacts}; deleted {files} ({})", size(deleted.bytes)))?;
            let in_place = changed().filter(|artifact| !artifact.placement.location.is_ingested());
            let left = if with_file { 0 } else { in_place.count() as u64 };
            if left > 0 {
                let files =
                    count(left, "file that was registered in place", "files that were registered in place");
                output.note(format_args!("note: left {files}; --with-file deletes such files, too"));
            }
        }
    }
    Ok(())
}
