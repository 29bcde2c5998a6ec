//! `freehold list`: the artifacts of an instance.

use std::process::ExitCode;

use clap::Args;
use freehold::{ArtifactOrder, Cursor, ListArtifacts};
use freehold_domain::{Artifact, ArtifactKeyPrefix, ArtifactState};

use crate::failure::Failure;
use crate::listing::each_page;
use crate::output::{Align, ArtifactView, Column, JsonArray, Table, in_tables, size};
use crate::session::Session;

const COLUMNS: [Column; 5] = [
    Column::wide("UID", Align::Left, 20),
    Column::wide("VERSION", Align::Left, 7),
    Column::wide("SIZE", Align::Right, 10),
    Column::wide("CREATED (UTC)", Align::Left, 19),
    Column::new("KEY", Align::Left),
];

/// List artifacts: the latest version of each key, unless told otherwise
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold list
  freehold list --prefix results/ --all-versions
  freehold list --storage ./archive --limit 20
  freehold list --run 0Ab3 --json")]
pub(crate) struct List {
    /// Only keys that begin so
    #[arg(long, value_name = "KEY")]
    prefix: Option<ArtifactKeyPrefix>,
    /// Only what lies at this location: its uid, a unique prefix of it, or its root
    #[arg(long, value_name = "S")]
    storage: Option<String>,
    /// Only what this run made: its uid, or a unique prefix of it
    #[arg(long, value_name = "UID")]
    pub(crate) run: Option<String>,
    /// Every version, not only the latest, which has a star then
    #[arg(long)]
    all_versions: bool,
    /// What is in the trash, instead of what is available
    #[arg(long)]
    trashed: bool,
    /// At most this many [default: all]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl List {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let freehold = session.reading().await?;
        let output = &mut session.output;
        let fetch = async |after, limit| Ok(freehold.list(self.request(after, limit)).await?);
        if output.is_json() {
            let mut array = JsonArray::default();
            let listed = each_page(output, self.limit, fetch, |output, artifacts| {
                artifacts.iter().try_for_each(|artifact| array.element(output, &ArtifactView::from(artifact)))
            });
            let listed = listed.await;
            return array.end(output, listed);
        }
        let mut table = Table::new(&COLUMNS);
        each_page(output, self.limit, fetch, |output, artifacts| {
            output.text(&table.page(artifacts.iter().map(|artifact| self.row(artifact))))
        })
        .await?;
        if !table.is_begun() {
            output.note(if self.is_everything() {
                "there is no artifact yet; `freehold save PATH` makes one"
            } else {
                "no artifact fits"
            });
        }
        Ok(ExitCode::SUCCESS)
    }

    fn request(&self, after: Option<Cursor>, limit: u32) -> ListArtifacts {
        ListArtifacts {
            prefix: self.prefix.clone(),
            storage: self.storage.clone(),
            run: self.run.clone().filter(|run| !run.is_empty()),
            all_versions: self.shows_all_versions(),
            states: vec![if self.trashed { ArtifactState::Trashed } else { ArtifactState::Available }],
            order: ArtifactOrder::Key,
            after,
            limit,
        }
    }

    /// A trashed version need not be the head of its family.
    fn shows_all_versions(&self) -> bool {
        self.all_versions || self.trashed
    }

    fn is_everything(&self) -> bool {
        let Self { prefix, storage, run, all_versions: _, trashed, limit } = self;
        prefix.is_none() && storage.is_none() && run.is_none() && !trashed && *limit != Some(0)
    }

    fn row(&self, artifact: &Artifact) -> Vec<String> {
        let star = if self.shows_all_versions() && artifact.is_latest { " *" } else { "" };
        vec![
            artifact.uid.to_string(),
            format!("{}{star}", artifact.version()),
            size(artifact.size),
            in_tables(artifact.provenance.created_at()),
            artifact.key.to_string(),
        ]
    }
}
