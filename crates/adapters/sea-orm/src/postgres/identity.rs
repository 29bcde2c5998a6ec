//! How a registry is recognised in a database, and how its schema is known to be current.
//!
//! A schema `freehold` is a registry when the migrations that it records begin with this program's.

use std::cmp::Ordering;
use std::iter;

use freehold_ports::persistence::PersistenceError;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

use super::place::Place;
use super::session::SCHEMA;
use crate::migration;
use crate::persistence::error::{of_database, unavailable};

/// What there is, what this role may do with it, and whether the server takes changes at all. It reads only what every role
/// may read.
const SURVEY: &str = "\
SELECT current_user::text AS role,
    current_database()::text AS database,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_read_only,
    schema.oid IS NOT NULL AS has_schema,
    coalesce(has_schema_privilege(schema.oid, 'USAGE'), false) AS may_use,
    coalesce(pg_has_role(schema.nspowner, 'USAGE'), false)
        AND has_database_privilege(current_database(), 'CREATE') AS could_make_schema,
    EXISTS (SELECT FROM pg_class WHERE relnamespace = schema.oid)
        OR EXISTS (SELECT FROM pg_type WHERE typnamespace = schema.oid)
        OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = schema.oid) AS has_content,
    EXISTS (SELECT FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = schema.oid AND relname = $2 AND relkind = 'r' AND attname = 'version') AS has_migrations,
    coalesce((SELECT bool_and(has_table_privilege(oid, 'SELECT')) FROM pg_class
        WHERE relnamespace = schema.oid AND relkind = 'r'), false) AS may_read,
    coalesce((SELECT bool_and(has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')
            AND has_table_privilege(oid, 'DELETE'))
        FROM pg_class WHERE relnamespace = schema.oid AND relkind = 'r' AND relname <> $2), false) AS may_write
FROM (VALUES (1)) AS one LEFT JOIN pg_namespace AS schema ON schema.nspname = $1";

/// What a database is to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// A database without a schema of that name, or with one that holds nothing.
    Empty,
    /// A registry with the schema that this program uses.
    Current,
    /// A registry with an older schema.
    Outdated,
    /// A registry with a schema that this program does not know.
    TooNew {
        /// The name of its newest migration.
        found: String,
    },
    /// Something else.
    Foreign,
}

/// A database as this role sees it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are what the server says, each for itself")]
pub(super) struct Survey {
    pub(super) identity: Identity,
    pub(super) role: String,
    pub(super) database: String,
    /// The server, or this role's settings, allow no change at all.
    pub(super) is_read_only: bool,
    pub(super) has_schema: bool,
    /// Whether the schema may have been made by this role, which owns it and may make schemas.
    pub(super) could_make_schema: bool,
    pub(super) has_content: bool,
    /// Whether this role may change every table of the registry.
    pub(super) may_write: bool,
}

/// Finds out what the database is.
///
/// # Errors
/// `Unavailable` when the role may not see that, or not read it.
pub(super) async fn survey(
    place: &Place,
    connection: &impl ConnectionTrait,
) -> Result<Survey, PersistenceError> {
    let statement =
        Statement::from_sql_and_values(DbBackend::Postgres, SURVEY, [SCHEMA.into(), migration::TABLE.into()]);
    let row = connection.query_one_raw(statement).await.map_err(of_database)?;
    let row = row.ok_or_else(|| unavailable("the server gave no answer"))?;
    let flag = |name: &str| row.try_get::<bool>("", name).map_err(of_database);
    let mut survey = Survey {
        identity: Identity::Empty,
        role: row.try_get("", "role").map_err(of_database)?,
        database: row.try_get("", "database").map_err(of_database)?,
        is_read_only: flag("is_read_only")?,
        has_schema: flag("has_schema")?,
        could_make_schema: flag("could_make_schema")?,
        has_content: flag("has_content")?,
        may_write: flag("may_write")?,
    };
    if !survey.has_content {
        return Ok(survey);
    }
    if !flag("has_migrations")? {
        survey.identity = Identity::Foreign;
        return Ok(survey);
    }
    if !flag("may_use")? || !flag("may_read")? {
        return Err(unavailable(format!(
            "the role {role} may not read the registry; let its owner run: GRANT USAGE ON SCHEMA {SCHEMA} TO {role}; \
             GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {role}",
            role = survey.role
        )));
    }
    survey.identity = match applied(connection).await {
        Ok(applied) => identity_of(&applied, &migration::names()),
        Err(error) => return Err(of_database(error)),
    };
    tracing::debug!(?place, identity = ?survey.identity, "the database was looked at");
    Ok(survey)
}

/// The names of the migrations that were applied, in order.
async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let select = format!(
        "SELECT version::text AS version FROM {SCHEMA}.{} ORDER BY version COLLATE \"C\"",
        migration::TABLE
    );
    let rows = connection.query_all_raw(Statement::from_string(DbBackend::Postgres, select)).await?;
    rows.iter().map(|row: &QueryResult| row.try_get("", "version")).collect()
}

/// What a schema is in which these migrations were applied, to a program that knows those.
fn identity_of(applied: &[String], known: &[String]) -> Identity {
    if iter::zip(known, applied).any(|(known, applied)| known != applied) {
        return Identity::Foreign;
    }
    match (applied.last(), applied.len().cmp(&known.len())) {
        (None, _) => Identity::Foreign,
        (Some(found), Ordering::Greater) => Identity::TooNew { found: found.clone() },
        (Some(_), Ordering::Less) => Identity::Outdated,
        (Some(_), Ordering::Equal) => Identity::Current,
    }
}

impl Survey {
    /// The error for a database that is something else.
    pub(super) fn foreign(place: &Place) -> PersistenceError {
        place.not_a_registry(format!(
            "its schema {SCHEMA} holds something else; rename that schema, or use another database"
        ))
    }

    /// The error for a registry that is too new.
    pub(super) fn too_new(place: &Place, found: String) -> PersistenceError {
        place.schema_too_new(found, migration::newest_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(applied: &[&str], known: &[&str]) -> Identity {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        identity_of(&owned(applied), &owned(known))
    }

    #[test]
    fn a_schema_with_all_known_migrations_is_current() {
        assert_eq!(identity(&["m0001", "m0002"], &["m0001", "m0002"]), Identity::Current);
    }

    #[test]
    fn a_schema_with_the_first_of_the_known_migrations_is_outdated() {
        assert_eq!(identity(&["m0001"], &["m0001", "m0002"]), Identity::Outdated);
    }

    #[test]
    fn a_schema_with_more_than_the_known_migrations_is_too_new() {
        let too_new = Identity::TooNew { found: "m0003".to_owned() };
        assert_eq!(identity(&["m0001", "m0002", "m0003"], &["m0001"]), too_new);
    }

    #[test]
    fn other_migrations_are_those_of_another_program() {
        for applied in [&["0001_initial"][..], &["m0001", "m0002_other"], &[]] {
            assert_eq!(identity(applied, &["m0001", "m0002"]), Identity::Foreign, "{applied:?}");
        }
    }
}
