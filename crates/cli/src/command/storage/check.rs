//! `freehold storage check`.

use std::process::ExitCode;

use clap::Args;
use freehold::{Category, CheckedStorage, Finding, Severity, StorageCheck};

use crate::failure::{Failure, Kind};
use crate::output::{Align, CheckView, Column, Table, count, linker_lines, severity_name};
use crate::session::Session;

const LOCATIONS: [Column; 5] = [
    Column::new("UID", Align::Left),
    Column::new("ACCESS", Align::Left),
    Column::new("RESULT", Align::Left),
    Column::new("LINKED BY", Align::Left),
    Column::new("ROOT", Align::Left),
];

const FINDINGS: [Column; 4] = [
    Column::new("UID", Align::Left),
    Column::new("SEVERITY", Align::Left),
    Column::new("FINDING", Align::Left),
    Column::new("WHAT HELPS", Align::Left),
];

/// Compare what the registry believes of the locations with what the storage says
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage check
  freehold storage check ./archive --json

For each location: its claim, what its backend can do, and claims of others around it. A managed location is tried out with small files that are gone afterwards; into a linked one nothing is written. Exit status 6 says that the registry and the storage disagree.")]
pub(crate) struct Check {
    /// The location: its uid, a unique prefix of it, or its root [default: all]
    #[arg(value_name = "S")]
    storage: Option<String>,
}

impl Check {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let check = session.writing().await?.check_storage(self.storage.as_deref()).await?;
        let disagreement = Kind::UseCase(Category::Integrity);
        let output = &mut session.output;
        if output.is_json() {
            output.document(&CheckView::from(&check))?;
            let status = if check.has_problems() { disagreement.exit_status() } else { 0 };
            return Ok(ExitCode::from(status));
        }
        output.text(&Table::new(&LOCATIONS).page(check.locations.iter().map(location_row)))?;
        let findings = || check.locations.iter().flat_map(finding_rows);
        if findings().next().is_some() {
            output.line("")?;
        }
        output.text(&Table::new(&FINDINGS).page(findings()))?;
        match problems(&check) {
            0 => Ok(ExitCode::SUCCESS),
            problems => Err(Failure::new(
                disagreement,
                format!(
                    "the registry and the storage disagree: {} found",
                    count(problems, "problem", "problems")
                ),
            )),
        }
    }
}

fn problems(check: &StorageCheck) -> u64 {
    let findings = check.locations.iter().flat_map(|location| &location.findings);
    findings.filter(|finding| finding.severity() == Severity::Problem).count() as u64
}

fn location_row(checked: &CheckedStorage) -> Vec<String> {
    let CheckedStorage { listed, findings, linkers, .. } = checked;
    let worst = findings.iter().map(Finding::severity).max();
    vec![
        listed.storage.uid().to_string(),
        listed.access.to_string(),
        worst.map_or("agrees", severity_name).to_owned(),
        linkers.as_ref().map(linker_lines).unwrap_or_default().join(", "),
        listed.storage.root().to_string(),
    ]
}

fn finding_rows(checked: &CheckedStorage) -> impl Iterator<Item = Vec<String>> {
    let storage = &checked.listed.storage;
    checked.findings.iter().map(|finding| {
        vec![
            storage.uid().to_string(),
            severity_name(finding.severity()).to_owned(),
            finding.to_string(),
            finding.remedy(storage.root()).unwrap_or_default(),
        ]
    })
}
