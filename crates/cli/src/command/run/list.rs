//! `freehold run list`.

use std::process::ExitCode;

use clap::Args;
use freehold::{ListRuns, StartedRun};
use freehold_domain::RunStatus;

use crate::failure::Failure;
use crate::listing::each_page;
use crate::output::{Align, Column, JsonArray, RunView, Table, in_tables};
use crate::session::Session;

const COLUMNS: [Column; 5] = [
    Column::wide("UID", Align::Left, 16),
    Column::wide("STATUS", Align::Left, 9),
    Column::wide("STARTED (UTC)", Align::Left, 19),
    Column::wide("FINISHED (UTC)", Align::Left, 19),
    Column::new("TRANSFORM", Align::Left),
];

/// List runs, the newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold run list
  freehold run list --status started
  freehold run list --limit 10 --json")]
pub(crate) struct List {
    /// Only runs with this status: scheduled, started, completed, errored or aborted
    #[arg(long, value_name = "STATUS")]
    status: Option<RunStatus>,
    /// At most this many [default: all]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

impl List {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let freehold = session.reading().await?;
        let output = &mut session.output;
        let fetch =
            async |after, limit| Ok(freehold.runs(ListRuns { status: self.status, after, limit }).await?);
        if output.is_json() {
            let mut array = JsonArray::default();
            let listed = each_page(output, self.limit, fetch, |output, runs| {
                runs.iter().try_for_each(|run| array.element(output, &RunView::from(run)))
            });
            let listed = listed.await;
            return array.end(output, listed);
        }
        let mut table = Table::new(&COLUMNS);
        each_page(output, self.limit, fetch, |output, runs| output.text(&table.page(runs.iter().map(row))))
            .await?;
        if !table.is_begun() {
            output.note(match self.status {
                None => "there is no run yet; `freehold run exec --transform KEY -- COMMAND` makes one",
                Some(_) => "no run fits",
            });
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(started: &StartedRun) -> Vec<String> {
    let run = &started.run;
    vec![
        run.uid().to_string(),
        run.status().to_string(),
        run.started_at().map(in_tables).unwrap_or_default(),
        run.finished_at().map(in_tables).unwrap_or_default(),
        started.transform.key.to_string(),
    ]
}
