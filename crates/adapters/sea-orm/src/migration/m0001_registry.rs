//! The first schema: everything that a registry records.

mod artifacts;
mod column;
mod intents;
mod lineage;
mod people;
mod runs;
mod storages;

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::prelude::{DbErr, MigrationName, MigrationTrait, SchemaManager};
use sea_orm_migration::sea_query::{IndexCreateStatement, TableCreateStatement};

use column::Text;

/// The first schema.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_registry"
    }
}

// The trait leaves the lifetime out, and an implementation must do as it does.
#[allow(elided_lifetimes_in_paths)]
#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(Text::on(manager.get_database_backend())) {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// The tables, each after those that it refers to.
fn tables(text: Text) -> Vec<TableCreateStatement> {
    vec![
        people::users(text),
        runs::transforms(text),
        runs::runs(text),
        storages::storages(text),
        storages::previous_runs(),
        storages::events(),
        people::instance(),
        artifacts::families(text),
        artifacts::artifacts(text),
        artifacts::previous_runs(),
        lineage::edges(lineage::INPUTS),
        lineage::edges(lineage::OUTPUTS),
        intents::intents(text),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    [
        runs::indexes(),
        storages::indexes(),
        artifacts::indexes(),
        lineage::indexes(lineage::INPUTS),
        lineage::indexes(lineage::OUTPUTS),
        intents::indexes(),
    ]
    .concat()
}
