//! The runs that touched records before their last one. They accumulate, in order.

use std::collections::HashMap;

use freehold_domain::RunUid;
use freehold_ports::persistence::PersistenceError;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query};

use super::batch::MOST_VALUES;
use super::{Numbers, Row};
use crate::connection::Connection;

/// The table of the previous runs of one kind of record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PreviousRuns {
    table: &'static str,
    owner: &'static str,
}

/// How many columns the table has.
const COLUMNS: usize = 3;

impl PreviousRuns {
    pub(crate) const OF_ARTIFACTS: Self = Self { table: "artifact_previous_runs", owner: "artifact_id" };
    pub(crate) const OF_STORAGES: Self = Self { table: "storage_previous_runs", owner: "storage_id" };

    /// The previous runs of the records with these numbers, oldest first; records without any are left out.
    pub(crate) async fn find(
        self,
        connection: Connection<'_>,
        owners: &[i64],
    ) -> Result<HashMap<i64, Vec<RunUid>>, PersistenceError> {
        let mut found: HashMap<i64, Vec<RunUid>> = HashMap::new();
        for owners in owners.chunks(MOST_VALUES) {
            let select = Query::select()
                .expr_as(Expr::col((self.table, self.owner)), "owner")
                .expr_as(Expr::col(("runs", "uid")), "uid")
                .from(self.table)
                .join(JoinType::LeftJoin, "runs", Expr::col(("runs", "id")).equals((self.table, "run_id")))
                .and_where(Expr::col((self.table, self.owner)).is_in(owners.iter().copied()))
                .order_by((self.table, self.owner), Order::Asc)
                .order_by((self.table, "position"), Order::Asc)
                .to_owned();
            for row in connection.rows(&select).await? {
                let row = Row::new(self.table, "uid", &row);
                found.entry(row.get("owner")?).or_default().push(row.parse("uid")?);
            }
        }
        Ok(found)
    }

    /// What there is to add to the record with the number `owner`: those of `runs` after the first `known` ones.
    pub(crate) fn additions(
        owner: i64,
        known: usize,
        runs: &[RunUid],
    ) -> impl Iterator<Item = (i64, usize, RunUid)> {
        runs.iter().enumerate().skip(known).map(move |(position, run)| (owner, position, *run))
    }

    /// Adds these runs, each to a record at a position.
    pub(crate) async fn insert(
        self,
        connection: Connection<'_>,
        additions: &[(i64, usize, RunUid)],
        runs: &Numbers<RunUid>,
    ) -> Result<(), PersistenceError> {
        for additions in additions.chunks(MOST_VALUES / COLUMNS) {
            let mut insert = Query::insert();
            insert.into_table(self.table).columns([self.owner, "position", "run_id"]);
            for (owner, position, run) in additions {
                let position = i64::try_from(*position).unwrap_or(i64::MAX);
                insert.values_panic([(*owner).into(), position.into(), runs.of(run)?.into()]);
            }
            connection.change(&insert).await?;
        }
        Ok(())
    }

    /// Removes the previous runs of the record with this number.
    pub(crate) async fn delete(self, connection: Connection<'_>, owner: i64) -> Result<(), PersistenceError> {
        let delete =
            Query::delete().from_table(self.table).and_where(Expr::col(self.owner).eq(owner)).to_owned();
        connection.change(&delete).await.map(drop)
    }
}

/// How many runs were known before, if `runs` begins with them; `None` if it would erase some.
pub(crate) fn accumulated(known: &[RunUid], runs: &[RunUid]) -> Option<usize> {
    runs.starts_with(known).then_some(known.len())
}
