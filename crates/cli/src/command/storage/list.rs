//! `freehold storage list`.

use clap::Args;
use freehold::ListedStorage;

use crate::failure::Failure;
use crate::output::{Align, Column, StorageView, Table};
use crate::session::Session;

const COLUMNS: [Column; 6] = [
    Column::new("UID", Align::Left),
    Column::new("ACCESS", Align::Left),
    Column::new("DEFAULT", Align::Left),
    Column::new("TYPE", Align::Left),
    Column::new("ROOT", Align::Left),
    Column::new("DESCRIPTION", Align::Left),
];

/// List all storage locations of the instance
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage list
  freehold storage list --json")]
pub(crate) struct List {}

impl List {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let Self {} = self;
        let storages = session.reading().await?.storages().await?;
        let output = &mut session.output;
        if output.is_json() {
            return output.document(&storages.iter().map(StorageView::from).collect::<Vec<_>>());
        }
        if storages.is_empty() {
            output.note("there is no storage location yet; `freehold storage add ROOT` adds one");
        }
        output.text(&Table::new(&COLUMNS).page(storages.iter().map(row)))
    }
}

fn row(listed: &ListedStorage) -> Vec<String> {
    let storage = &listed.storage;
    vec![
        storage.uid().to_string(),
        listed.access.to_string(),
        if listed.is_default { "*" } else { "" }.to_owned(),
        storage.kind().to_string(),
        storage.root().to_string(),
        storage.description.clone().unwrap_or_default(),
    ]
}
