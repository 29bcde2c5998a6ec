//! Prints the schema of a registry on SQLite: every table, then every index, by name.

use std::error::Error;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::Databases;
use freehold_sea_orm::SeaOrmDatabases;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

const SCHEMA: &str = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' \
                      ORDER BY type DESC, name";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("registry.db");
    let url = DatabaseUrl::sqlite(&path)?;
    SeaOrmDatabases::new().create(&url).await?.close().await?;

    let database = Database::connect(format!("sqlite://{}", path.display())).await?;
    for row in database.query_all_raw(Statement::from_string(DbBackend::Sqlite, SCHEMA)).await? {
        println!("{};\n", in_lines(&row.try_get::<String>("", "sql")?));
    }
    database.close().await?;
    Ok(())
}

/// A statement with each column of a table on a line of its own.
fn in_lines(statement: &str) -> String {
    let is_table = statement.starts_with("CREATE TABLE");
    let mut depth = 0;
    let mut lines = String::new();
    for character in statement.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match character {
            '(' if is_table && depth == 1 => lines.push_str("(\n   "),
            ')' if is_table && depth == 0 => lines.push_str("\n)"),
            ',' if is_table && depth == 1 => lines.push_str(",\n   "),
            character => lines.push(character),
        }
    }
    lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
