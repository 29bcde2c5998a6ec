//! `freehold transfer`: artifacts of another instance.

use clap::Args;
use freehold::{TransferArtifacts, TransferOutcome, TransferReport, TransferredArtifact};
use freehold_domain::ArtifactKeyPrefix;

use crate::failure::Failure;
use crate::output::{Align, Column, Output, Table, TransferView, size};
use crate::session::{Session, open_to_read};

/// Up to how many artifacts each get a line of their own.
const FEW: usize = 20;

const COLUMNS: [Column; 4] = [
    Column::new("OUTCOME", Align::Left),
    Column::new("UID", Align::Left),
    Column::new("SIZE", Align::Right),
    Column::new("KEY", Align::Left),
];

/// Bring artifacts of another instance into this one: their records, and with --copy their bytes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold transfer --from lab/primary results/plate1.csv
  freehold transfer --from /srv/lab-data --prefix results/
  freehold transfer --from lab/primary --prefix results/ --copy

Without --copy the bytes stay where they are, and their storage location becomes a linked one. The other instance is only read. Without names and --prefix, everything is transferred.")]
pub(crate) struct Transfer {
    /// The other instance: its slug, its storage root, or its database URL
    #[arg(long, value_name = "SLUG|ROOT|DB-URL")]
    from: String,
    /// Artifacts, as the other instance names them: uids, unique prefixes, or keys
    #[arg(value_name = "UID|KEY")]
    artifacts: Vec<String>,
    /// Also the latest version of everything with a key that begins so
    #[arg(long, value_name = "KEY")]
    prefix: Option<ArtifactKeyPrefix>,
    /// Copy the bytes into the default storage, too, and verify them
    #[arg(long)]
    copy: bool,
}

impl Transfer {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let source = open_to_read(&session.machine()?, Some(&self.from)).await?;
        let source = session.keep(source);
        let slug = source.instance().slug().to_string();
        let request = TransferArtifacts { artifacts: self.artifacts, prefix: self.prefix, copy: self.copy };
        let report = freehold.transfer(&source, request).await?;
        if session.output.is_json() {
            return session.output.document(&TransferView::from(&report));
        }
        tell(&mut session.output, &report, &slug)
    }
}

fn tell(output: &mut Output, report: &TransferReport, source: &str) -> Result<(), Failure> {
    let transferred = &report.transferred;
    if transferred.len() <= FEW && !output.is_quiet() {
        output.text(&Table::untitled(&COLUMNS).page(transferred.iter().map(row)))?;
    }
    let number = |outcome| transferred.iter().filter(|transferred| transferred.outcome == outcome).count();
    output.say(format_args!(
        "from {source}: {} linked, {} copied, {} existing",
        number(TransferOutcome::Linked),
        number(TransferOutcome::Copied),
        number(TransferOutcome::Existing)
    ))?;
    if let Some(run) = report.run {
        output.note(format_args!("recorded as run {run}"));
    }
    Ok(())
}

fn row(transferred: &TransferredArtifact) -> Vec<String> {
    let outcome = match transferred.outcome {
        TransferOutcome::Linked => "linked",
        TransferOutcome::Copied => "copied",
        TransferOutcome::Existing => "existing",
    };
    let artifact = &transferred.artifact;
    vec![outcome.to_owned(), artifact.uid.to_string(), size(artifact.size), artifact.key.to_string()]
}
