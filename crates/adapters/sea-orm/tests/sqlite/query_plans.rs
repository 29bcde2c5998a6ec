//! No call of a port reads a whole table that grows with the data.

use freehold_ports::persistence::AccessMode;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::arrange::Place;
use crate::calls::call_everything;
use crate::statements::{GROWING, Statements, WHOLE};

#[tokio::test]
async fn no_call_scans_a_table_that_grows_or_sorts_what_an_index_has_in_order() {
    let statements = Statements::record();
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    call_everything(unit.as_mut()).await.unwrap();
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();

    let raw = place.raw().await;
    let statements = statements.so_far();
    let mut scans = Vec::new();
    let mut sorts = Vec::new();
    let mut explained = 0;
    for statement in statements {
        let is_query =
            ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"].iter().any(|verb| statement.starts_with(verb));
        if !is_query {
            continue;
        }
        explained += 1;
        let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {statement}"));
        let mut plan = Vec::new();
        for step in raw.query_all_raw(explain).await.unwrap() {
            plan.push(step.try_get::<String>("", "detail").unwrap());
        }
        let is_scan = |step: &String| {
            GROWING
                .iter()
                .any(|table| *step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} ")))
        };
        if plan.iter().any(is_scan) && !WHOLE.iter().any(|whole| statement.starts_with(whole)) {
            scans.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
        let by_key =
            statement.contains("ORDER BY \"families\".\"key\"") && !statement.contains("run_outputs");
        if by_key && plan.iter().any(|step| step.contains("TEMP B-TREE")) {
            sorts.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
    }
    raw.close().await.unwrap();
    assert!(explained > 60, "only {explained} statements were reported");
    assert!(scans.is_empty(), "{}", scans.join("\n"));
    assert!(sorts.is_empty(), "listings by key that sort: {}", sorts.join("\n"));
}
