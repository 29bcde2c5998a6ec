//! The one connection that a unit of work uses, as repositories see it.

use freehold_ports::persistence::PersistenceError;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, StatementBuilder};

use crate::persistence::error;

/// A connection inside of a transaction. Its errors are those of the ports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection<'unit>(&'unit DatabaseTransaction);

impl<'unit> Connection<'unit> {
    pub(crate) fn new(transaction: &'unit DatabaseTransaction) -> Self {
        Self(transaction)
    }

    /// The transaction itself, for SeaORM's own statements.
    pub(crate) fn transaction(self) -> &'unit DatabaseTransaction {
        self.0
    }

    /// Every row of a selection.
    pub(crate) async fn rows(self, select: &SelectStatement) -> Result<Vec<QueryResult>, PersistenceError> {
        self.0.query_all(select).await.map_err(error::of_database)
    }

    /// The rows of any statement that gives some.
    pub(crate) async fn rows_of(
        self,
        statement: &impl StatementBuilder,
    ) -> Result<Vec<QueryResult>, PersistenceError> {
        self.0.query_all(statement).await.map_err(error::of_database)
    }

    /// The first row of a selection.
    pub(crate) async fn first(
        self,
        select: &SelectStatement,
    ) -> Result<Option<QueryResult>, PersistenceError> {
        self.0.query_one(select).await.map_err(error::of_database)
    }

    /// Changes something and says how many rows it met.
    pub(crate) async fn change(self, statement: &impl StatementBuilder) -> Result<u64, PersistenceError> {
        let result = self.0.execute(statement).await.map_err(error::of_database)?;
        Ok(result.rows_affected())
    }
}
