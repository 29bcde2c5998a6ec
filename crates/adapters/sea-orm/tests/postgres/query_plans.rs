//! No call of a port must read a whole table that grows with the data.

use freehold_ports::persistence::AccessMode;

use crate::arrange::Place;
use crate::calls::call_everything;
use crate::statements::{GROWING, Statements, WHOLE};

/// Under these settings a plan reads a whole table, or sorts, only where there is no other way.
const RELUCTANT: &str = "SET search_path = freehold; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
                         SET enable_sort = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                         SET enable_bitmapscan = off";

#[tokio::test]
async fn every_call_finds_what_it_reads_by_an_index_and_in_order() {
    let statements = Statements::record();
    let place = Place::with_registry().await;
    let registry = place.open(AccessMode::Write).await.unwrap();
    let mut unit = registry.begin(AccessMode::Write).await.unwrap();
    call_everything(unit.as_mut()).await.unwrap();
    unit.rollback().await.unwrap();
    registry.close().await.unwrap();

    let (mut scans, mut sorts, mut explained) = (Vec::new(), Vec::new(), 0);
    for statement in statements.so_far() {
        let is_query = [
            "SELECT \"",
            "SELECT $1 FROM",
            "SELECT DISTINCT",
            "SELECT MIN",
            "WITH",
            "UPDATE",
            "DELETE",
            "INSERT",
        ]
        .iter()
        .any(|verb| statement.starts_with(verb));
        if !is_query {
            continue;
        }
        explained += 1;
        let plan = plan(&place, &statement);
        if !WHOLE.iter().any(|whole| statement.starts_with(whole)) && reads_a_whole_table(&plan) {
            scans.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
        let by_key =
            statement.contains("ORDER BY \"families\".\"key\"") && !statement.contains("run_outputs");
        if by_key && plan.iter().any(|line| line.trim_start_matches(['-', '>', ' ']).starts_with("Sort  (")) {
            sorts.push(format!("{statement}\n  {}", plan.join("\n  ")));
        }
    }
    assert!(explained > 60, "only {explained} statements were reported");
    assert!(scans.is_empty(), "{}", scans.join("\n"));
    assert!(sorts.is_empty(), "listings by key that sort: {}", sorts.join("\n"));
}

/// The plan of a statement with parameters, whatever these are.
fn plan(place: &Place, statement: &str) -> Vec<String> {
    let parameters = (1..10_000).take_while(|number| statement.contains(&format!("${number}"))).count();
    let nulls = vec!["NULL"; parameters].join(", ");
    let arguments = if parameters == 0 { String::new() } else { format!("({nulls})") };
    let explain =
        format!("{RELUCTANT}; PREPARE explained AS {statement}; EXPLAIN EXECUTE explained{arguments}");
    place.run(&explain).into_iter().flatten().collect()
}

/// Whether a step of the plan reads all rows of a table that grows: it has no condition on an index.
fn reads_a_whole_table(plan: &[String]) -> bool {
    plan.iter().enumerate().any(|(number, line)| {
        let is_growing = GROWING
            .iter()
            .any(|table| line.contains(&format!(" on {table} ")) || line.contains(&format!(" on {table}_")));
        let by_index = plan.get(number + 1).is_some_and(|next| next.contains("Index Cond"));
        is_growing && line.contains("Scan") && !by_index
    })
}
