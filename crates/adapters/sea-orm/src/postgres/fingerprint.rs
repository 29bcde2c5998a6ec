//! What tells a database from every other, on this server and elsewhere.

use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::PersistenceError;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use super::state::{self, State};
use crate::persistence::error::{of_database, unavailable};

/// The number that the cluster was given when it was made, and that of the database in it, neither of which is given twice. Every role may
/// ask for both, unless an administrator has taken that away.
const SELECT: &str = "\
SELECT system_identifier::text AS cluster, pg_database.oid::text AS number
FROM pg_catalog.pg_control_system(), pg_catalog.pg_database WHERE datname = current_database()";

/// The fingerprint of the database that this is a connection to, the same for every role.
///
/// # Errors
/// `Unavailable` when the role may not ask for it: a fingerprint made of less would not be that of other roles, whose writes it would stop.
pub(super) async fn of(connection: &impl ConnectionTrait) -> Result<DatabaseFingerprint, PersistenceError> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, SELECT)).await;
    let row = row.map_err(of_refusal)?.ok_or_else(|| unavailable("the server gave no answer"))?;
    let text = |name: &str| row.try_get::<String>("", name).map_err(of_database);
    Ok(DatabaseFingerprint::of(["postgres".to_owned(), text("cluster")?, text("number")?]))
}

fn of_refusal(error: DbErr) -> PersistenceError {
    if state::of_database(&error) != Some(State::InsufficientPrivilege) {
        return of_database(error);
    }
    tracing::debug!(%error, "the cluster's identifier may not be asked for");
    unavailable(
        "this role may not ask which cluster the database lies in; let the server's administrator run in it: \
         GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO PUBLIC",
    )
}
