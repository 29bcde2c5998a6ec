//! `freehold instance list`.

use clap::Args;
use freehold::ListedInstance;

use crate::failure::Failure;
use crate::output::{Align, Column, ListedInstanceView, Table};
use crate::session::Session;

const COLUMNS: [Column; 4] = [
    Column::new("CURRENT", Align::Left),
    Column::new("INSTANCE", Align::Left),
    Column::new("UID", Align::Left),
    Column::new("DATABASE", Align::Left),
];

/// List the instances that you have made or connected to on this machine
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold instance list
  freehold instance list --json")]
pub(crate) struct List {}

impl List {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let Self {} = self;
        let instances = session.machine()?.instances().await?;
        let output = &mut session.output;
        if output.is_json() {
            return output.document(&instances.iter().map(ListedInstanceView::from).collect::<Vec<_>>());
        }
        if instances.is_empty() {
            output.note("you know no instance yet; `freehold init --storage ROOT` makes one");
        }
        output.text(&Table::new(&COLUMNS).page(instances.iter().map(row)))
    }
}

fn row(listed: &ListedInstance) -> Vec<String> {
    let ListedInstance { known, is_current } = listed;
    let current = if *is_current { "*" } else { "" };
    vec![current.to_owned(), known.slug.to_string(), known.uid.to_string(), known.database.to_string()]
}
