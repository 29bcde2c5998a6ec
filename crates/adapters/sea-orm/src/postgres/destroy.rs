//! Registries are destroyed.

use std::time::Duration;

use freehold_ports::persistence::PersistenceError;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::identity::{Identity, Survey, survey};
use super::lock;
use super::place::Place;
use super::pool::{Pool, Purpose};
use super::session::SCHEMA;
use super::state::{self, State};
use crate::migration;
use crate::persistence::error::{of_commit, of_database};

/// How long whoever wants a registry for itself waits at most, for sessions that are being closed.
const LONGEST_EXCLUSIVE_WAIT: Duration = Duration::from_secs(1);

/// Destroys the registry at `place`, and says whether there was one.
///
/// It happens in one transaction, while nobody else has the registry open. Only what this program made is removed; where
/// something of others depends on it, nothing is.
pub(crate) async fn destroy(place: &Place) -> Result<bool, PersistenceError> {
    let sessions = Pool::new(place, 1, 1);
    let destroyed = destroy_by(place, &sessions).await;
    sessions.close().await;
    match destroyed {
        Err(PersistenceError::DatabaseMissing { .. }) => Ok(false),
        destroyed => destroyed,
    }
}

async fn destroy_by(place: &Place, sessions: &Pool) -> Result<bool, PersistenceError> {
    let (transaction, _turn) = sessions.begin_first(Purpose::Look).await?;
    match destroy_alone(place, &transaction).await {
        Ok(was_there) => transaction.commit().await.map_err(of_commit).map(|()| was_there),
        Err(error) => {
            transaction.rollback().await.map_err(of_database)?;
            Err(error)
        }
    }
}

async fn destroy_alone(place: &Place, transaction: &DatabaseTransaction) -> Result<bool, PersistenceError> {
    let found = survey(place, transaction).await?;
    if !is_registry(place, &found)? {
        return Ok(false);
    }
    if found.is_read_only {
        return Err(PersistenceError::ReadOnly);
    }
    exclude_others(place, transaction).await.map_err(of_database)?;
    // While this waited, somebody else may have destroyed it.
    let found = survey(place, transaction).await?;
    if !is_registry(place, &found)? {
        return Ok(false);
    }
    let tables = migration::TABLES.join(", ");
    let drop_tables = format!("DROP TABLE {tables}, {} RESTRICT", migration::TABLE);
    let dropped = transaction.execute_unprepared(&drop_tables).await;
    dropped.map_err(|error| of_dropping(place, &found, error))?;
    let rest = survey(place, transaction).await?;
    if rest.could_make_schema && !rest.has_content {
        let drop_schema = format!("DROP SCHEMA {SCHEMA} RESTRICT");
        transaction.execute_unprepared(&drop_schema).await.map_err(of_database)?;
    }
    Ok(true)
}

async fn exclude_others(place: &Place, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let wait = place.patience().min(LONGEST_EXCLUSIVE_WAIT).as_millis().max(1);
    transaction.execute_unprepared(&format!("SET LOCAL lock_timeout = {wait}")).await?;
    transaction.execute_unprepared(&lock::begin_writing()).await?;
    transaction.execute_unprepared(&lock::exclude()).await?;
    Ok(())
}

fn is_registry(place: &Place, found: &Survey) -> Result<bool, PersistenceError> {
    match &found.identity {
        Identity::Current | Identity::Outdated => Ok(true),
        Identity::Empty => Ok(false),
        // What a newer program has made besides is not known here.
        Identity::TooNew { found } => Err(Survey::too_new(place, found.clone())),
        Identity::Foreign => Err(Survey::foreign(place)),
    }
}

fn of_dropping(place: &Place, found: &Survey, error: DbErr) -> PersistenceError {
    match state::of_database(&error) {
        Some(State::InsufficientPrivilege) => place.not_writable(format!(
            "the role {} may not drop its tables; do that with the role that owns them",
            found.role
        )),
        Some(State::DependentObjects) => {
            tracing::debug!(%error, "something depends on the registry");
            place.not_writable(
                "views or tables of others depend on its tables; drop those first (DROP TABLE ... RESTRICT names them)",
            )
        }
        Some(_) | None => of_database(error),
    }
}
