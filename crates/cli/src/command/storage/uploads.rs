//! `freehold storage uploads`.

use clap::Args;
use freehold::{OwnedUpload, UnfinishedUploads, UploadOwner};

use crate::confirmation;
use crate::failure::Failure;
use crate::output::{Align, Column, Output, Table, UploadsView, count, in_tables, owner_name};
use crate::session::Session;

const COLUMNS: [Column; 3] = [
    Column::new("BEGUN (UTC)", Align::Left),
    Column::new("WHOSE", Align::Left),
    Column::new("KEY", Align::Left),
];

/// List the uploads to a cloud location that were begun and not finished, and abort those that nobody goes on with
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage uploads s3://lab-bucket/data
  freehold storage uploads nUYs --abort --dry-run
  freehold storage uploads nUYs --abort --yes

The parts of such an upload cost money and are no object. One that a live session may be at, and one of another program, is never aborted.")]
pub(crate) struct Uploads {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
    /// Abort the uploads that belong to nobody: those of sessions that are dead
    #[arg(long)]
    abort: bool,
    /// Only show what --abort would abort
    #[arg(long, requires = "abort")]
    dry_run: bool,
    /// Abort without asking
    #[arg(long, short, requires = "abort", conflicts_with = "dry_run")]
    yes: bool,
}

impl Uploads {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let aborts = self.abort && !self.dry_run;
        if aborts && !self.yes && !confirmation::somebody_is_there() {
            return Err(Failure::declined(
                "aborting has to be confirmed, and nobody is there to ask; nothing was aborted",
            )
            .with_hint("add --yes, or --dry-run to see what would be aborted"));
        }
        let freehold = if aborts { session.writing().await? } else { session.reading().await? };
        let mut found = freehold.unfinished_uploads(&self.storage).await?;
        if aborts {
            if !self.yes && nobodys(&found) > 0 {
                ask(&mut session.output, &found)?;
            }
            found = freehold.abort_unfinished_uploads(&self.storage).await?;
        }
        if session.output.is_json() {
            return session.output.document(&UploadsView::new(&found, aborts));
        }
        self.tell(&mut session.output, &found)
    }

    fn tell(&self, output: &mut Output, found: &UnfinishedUploads) -> Result<(), Failure> {
        if found.uploads.is_empty() {
            output.note(format_args!("no upload to {} is unfinished", found.storage.root()));
        }
        if !self.abort {
            return output.text(&Table::new(&COLUMNS).page(found.uploads.iter().map(row)));
        }
        let shown = found.uploads.iter().filter(|upload| upload.owner == UploadOwner::Nobody);
        output.text(&Table::new(&COLUMNS).page(shown.map(row)))?;
        let uploads = count(nobodys(found), "upload", "uploads");
        let done = if self.dry_run { "would abort" } else { "aborted" };
        output.say(format_args!("{done} {uploads}"))?;
        let left = found.uploads.len() as u64 - nobodys(found);
        if left > 0 {
            let uploads = count(left, "upload", "uploads");
            output.note(format_args!("note: left {uploads} of live sessions or other programs alone"));
        }
        Ok(())
    }
}

fn nobodys(found: &UnfinishedUploads) -> u64 {
    found.uploads.iter().filter(|upload| upload.owner == UploadOwner::Nobody).count() as u64
}

fn ask(output: &mut Output, found: &UnfinishedUploads) -> Result<(), Failure> {
    let uploads = count(nobodys(found), "upload", "uploads");
    let question =
        format!("abort {uploads} to {}? What was uploaded of them is gone then.", found.storage.root());
    if confirmation::agrees(output, &question)? {
        Ok(())
    } else {
        Err(Failure::declined("nothing was aborted"))
    }
}

fn row(owned: &OwnedUpload) -> Vec<String> {
    let OwnedUpload { upload, owner } = owned;
    vec![in_tables(upload.begun), owner_name(*owner).replace('_', " "), upload.key.to_string()]
}
