//! The schema's migrations, in the order in which they apply.

mod m0001_registry;

use sea_orm_migration::prelude::{DynIden, IntoIden, MigrationTrait, MigratorTrait};

/// The table that says which migrations were applied.
pub(crate) const TABLE: &str = "migrations";

/// The tables that all migrations together make.
#[cfg(feature = "postgres")]
pub(crate) const TABLES: [&str; 13] = [
    "artifact_previous_runs",
    "artifacts",
    "families",
    "instance",
    "intents",
    "run_inputs",
    "run_outputs",
    "runs",
    "storage_events",
    "storage_previous_runs",
    "storages",
    "transforms",
    "users",
];

/// Brings a schema up to date.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_registry::Migration)]
    }

    fn migration_table_name() -> DynIden {
        TABLE.into_iden()
    }
}

/// The names of all migrations that this program knows, in the order in which they apply.
#[cfg(feature = "postgres")]
pub(crate) fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// How many migrations this program knows: the number of the newest.
#[cfg(feature = "sqlite")]
pub(crate) fn newest_number() -> i64 {
    i64::try_from(Migrator::migrations().len()).unwrap_or(i64::MAX)
}

/// The name of the newest migration that this program knows.
pub(crate) fn newest_name() -> String {
    Migrator::migrations().last().map(|migration| migration.name().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_migration_is_its_place() {
        let migrations = Migrator::migrations();
        let names: Vec<_> = migrations.iter().map(|migration| migration.name().to_owned()).collect();
        for (number, name) in (1..).zip(&names) {
            assert!(name.starts_with(&format!("m{number:04}_")), "{name} is number {number}");
        }
        assert_eq!(names.last(), Some(&newest_name()));
    }
}
