//! The edges of the lineage graph in one direction, and the walk along both.

use std::collections::{HashMap, HashSet};

use freehold_domain::{ArtifactUid, RunUid};
use freehold_ports::persistence::{Page, PageRequest, PersistenceError};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, JoinType, OnConflict, Order, Query, SelectStatement, UnionType,
    WithClause,
};

use crate::connection::Connection;
use crate::persistence::page::{cut, position, rows_to_read};
use crate::record::batch::{self, MOST_VALUES};
use crate::record::{Numbers, Row};

/// A table of edges between runs and artifacts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges(&'static str);

/// From artifacts to the runs that read them.
pub(super) const INPUTS: Edges = Edges("run_inputs");
/// From runs to the artifacts that they made.
pub(super) const OUTPUTS: Edges = Edges("run_outputs");

/// The runs that a walk has come to.
const REACHED: &str = "reached";

/// How many artifacts a walk looks for at once: each walk costs the whole way again.
const MOST_WANTED: usize = 10_000;

impl Edges {
    /// Adds edges between a run and these artifacts, but for those that are there.
    pub(super) async fn add(
        self,
        connection: Connection<'_>,
        run: i64,
        artifacts: &[(ArtifactUid, i64)],
    ) -> Result<(), PersistenceError> {
        let known = self.among(connection, run, artifacts).await?;
        let new: Vec<i64> = artifacts
            .iter()
            .map(|(_, artifact)| *artifact)
            .filter(|artifact| !known.contains(artifact))
            .collect();
        for artifacts in new.chunks(MOST_VALUES) {
            let mut insert = Query::insert();
            insert.into_table(self.0).columns(["run_id", "artifact_id"]);
            insert.on_conflict(OnConflict::columns(["run_id", "artifact_id"]).do_nothing().to_owned());
            for artifact in artifacts {
                insert.values_panic([run.into(), (*artifact).into()]);
            }
            connection.change(&insert).await?;
        }
        Ok(())
    }

    /// Those of these artifacts to which the run has an edge.
    pub(super) async fn among(
        self,
        connection: Connection<'_>,
        run: i64,
        artifacts: &[(ArtifactUid, i64)],
    ) -> Result<HashSet<i64>, PersistenceError> {
        let select = Query::select()
            .column("artifact_id")
            .from(self.0)
            .and_where(Expr::col("run_id").eq(run))
            .to_owned();
        let wanted = artifacts.iter().map(|(_, artifact)| (*artifact).into()).collect();
        let rows = batch::rows_with(connection, &select, &Expr::col("artifact_id"), wanted).await?;
        rows.iter().map(|row| Row::new(self.0, "artifact_id", row).get("artifact_id")).collect()
    }

    /// The artifacts of a run, the oldest edge first.
    pub(super) async fn of_run(
        self,
        connection: Connection<'_>,
        run: RunUid,
        page: &PageRequest,
    ) -> Result<Page<ArtifactUid>, PersistenceError> {
        let after = position::<i64>(page)?.unwrap_or(i64::MIN);
        let Some(run) = Numbers::find(connection, vec![run]).await?.get(&run) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let select = Query::select()
            .expr_as(Expr::col((self.0, "id")), "id")
            .expr_as(Expr::col(("artifacts", "uid")), "uid")
            .from(self.0)
            .join(
                JoinType::LeftJoin,
                "artifacts",
                Expr::col(("artifacts", "id")).equals((self.0, "artifact_id")),
            )
            .and_where(Expr::col((self.0, "run_id")).eq(run))
            .and_where(Expr::col((self.0, "id")).gt(after))
            .order_by((self.0, "id"), Order::Asc)
            .limit(rows_to_read(page))
            .to_owned();
        let edge = |row| {
            let row = Row::new(self.0, "uid", row);
            Ok::<(i64, ArtifactUid), PersistenceError>((row.get("id")?, row.parse("uid")?))
        };
        let edges = connection.rows(&select).await?.iter().map(edge).collect::<Result<Vec<_>, _>>()?;
        let page = cut(page, edges, |(number, _)| *number);
        Ok(Page { items: page.items.into_iter().map(|(_, artifact)| artifact).collect(), next: page.next })
    }

    /// The runs of the artifacts with these numbers, the oldest edge first; artifacts without any are left out.
    pub(super) async fn of_artifacts(
        self,
        connection: Connection<'_>,
        artifacts: &[i64],
    ) -> Result<HashMap<i64, Vec<RunUid>>, PersistenceError> {
        let select = Query::select()
            .expr_as(Expr::col((self.0, "artifact_id")), "artifact_id")
            .expr_as(Expr::col(("runs", "uid")), "uid")
            .from(self.0)
            .join(JoinType::LeftJoin, "runs", Expr::col(("runs", "id")).equals((self.0, "run_id")))
            .order_by((self.0, "artifact_id"), Order::Asc)
            .order_by((self.0, "id"), Order::Asc)
            .to_owned();
        let of_artifact = Expr::col((self.0, "artifact_id"));
        let rows = batch::rows_with(
            connection,
            &select,
            &of_artifact,
            artifacts.iter().map(|number| (*number).into()).collect(),
        )
        .await?;
        let mut runs: HashMap<i64, Vec<RunUid>> = HashMap::new();
        for row in &rows {
            let row = Row::new(self.0, "uid", row);
            runs.entry(row.get("artifact_id")?).or_default().push(row.parse("uid")?);
        }
        Ok(runs)
    }

    /// Those of these artifacts that are reached from a run along these edges, then from those along the `far` edges to
    /// other runs, and so on.
    pub(super) async fn reached(
        self,
        connection: Connection<'_>,
        far: Self,
        run: i64,
        artifacts: &[(ArtifactUid, i64)],
    ) -> Result<HashSet<i64>, PersistenceError> {
        let mut reached = HashSet::new();
        for wanted in artifacts.chunks(MOST_WANTED) {
            let walk = CommonTableExpression::new()
                .query(self.walk(far, run))
                .column("run_id")
                .table_name(REACHED)
                .to_owned();
            let select = Query::select()
                .distinct()
                .column((self.0, "artifact_id"))
                .from(REACHED)
                .join(JoinType::InnerJoin, self.0, Expr::col((self.0, "run_id")).equals((REACHED, "run_id")))
                .and_where(
                    Expr::col((self.0, "artifact_id")).is_in(wanted.iter().map(|(_, artifact)| *artifact)),
                )
                .to_owned();
            let walk = WithClause::new().recursive(true).cte(walk).to_owned();
            for row in connection.rows_of(&select.with(walk)).await? {
                reached.insert(Row::new(self.0, "artifact_id", &row).get("artifact_id")?);
            }
        }
        Ok(reached)
    }

    /// The runs on the way, each once.
    fn walk(self, far: Self, run: i64) -> SelectStatement {
        let step = Query::select()
            .column((far.0, "run_id"))
            .from(REACHED)
            .join(JoinType::InnerJoin, self.0, Expr::col((self.0, "run_id")).equals((REACHED, "run_id")))
            .join(
                JoinType::InnerJoin,
                far.0,
                Expr::col((far.0, "artifact_id")).equals((self.0, "artifact_id")),
            )
            .to_owned();
        Query::select().expr(Expr::val(run).cast_as("bigint")).union(UnionType::Distinct, step).to_owned()
    }
}
