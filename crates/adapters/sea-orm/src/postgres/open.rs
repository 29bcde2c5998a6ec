//! Registries are made and opened.

use freehold_ports::persistence::PersistenceError;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::MigratorTrait;

use super::identity::{Identity, Survey, survey};
use super::place::Place;
use super::pool::{Pool, Purpose};
use super::registry::PostgresRegistry;
use super::session::SCHEMA;
use super::state::{self, State};
use crate::migration::Migrator;
use crate::persistence::error::{of_commit, of_database};

/// How many units of work of a handle read at once; more wait for their turn.
const READERS: u32 = 4;

/// What to do where there is nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    Make,
    Refuse,
}

/// Opens the registry at `place` for writing, and makes it if there is none. The database itself must be there.
pub(crate) async fn create(place: &Place) -> Result<PostgresRegistry, PersistenceError> {
    writable(place, Absent::Make).await.map_err(|error| match error {
        PersistenceError::DatabaseMissing { .. } => place.not_writable(
            "the server has no database of this name; let its administrator make one, for example with createdb",
        ),
        other => other,
    })
}

/// Opens the registry that is at `place` for writing.
pub(crate) async fn for_writing(place: &Place) -> Result<PostgresRegistry, PersistenceError> {
    writable(place, Absent::Refuse).await
}

/// Opens the registry that is at `place` for reading.
pub(crate) async fn for_reading(place: &Place) -> Result<PostgresRegistry, PersistenceError> {
    let readers = Pool::new(place, READERS, 1);
    match require_readable(place, &readers).await {
        Ok(()) => Ok(PostgresRegistry { writer: None, readers }),
        Err(error) => {
            readers.close().await;
            Err(error)
        }
    }
}

async fn require_readable(place: &Place, readers: &Pool) -> Result<(), PersistenceError> {
    let (transaction, _turn) = readers.begin_first(Purpose::Read).await?;
    let found = survey(place, &transaction).await;
    transaction.rollback().await.map_err(of_database)?;
    match found?.identity {
        Identity::Current => Ok(()),
        Identity::Outdated => Err(place.schema_outdated()),
        Identity::TooNew { found } => Err(Survey::too_new(place, found)),
        Identity::Empty => Err(place.missing()),
        Identity::Foreign => Err(Survey::foreign(place)),
    }
}

async fn writable(place: &Place, absent: Absent) -> Result<PostgresRegistry, PersistenceError> {
    let writer = Pool::new(place, 1, 1);
    match prepare(place, &writer, absent).await {
        Ok(()) => Ok(PostgresRegistry { writer: Some(writer), readers: Pool::new(place, READERS, 0) }),
        Err(error) => {
            writer.close().await;
            Err(error)
        }
    }
}

async fn prepare(place: &Place, writer: &Pool, absent: Absent) -> Result<(), PersistenceError> {
    let (transaction, turn) = writer.begin_first(Purpose::Look).await?;
    let found = survey(place, &transaction).await;
    transaction.rollback().await.map_err(of_database)?;
    drop(turn);
    match found?.on_opening(place, absent)? {
        Next::Use => Ok(()),
        Next::Migrate => migrate(place, writer, absent).await,
    }
}

/// Makes the schema, or brings it up to date. Of several that do so at once, the first does it, and the others find it done.
async fn migrate(place: &Place, writer: &Pool, absent: Absent) -> Result<(), PersistenceError> {
    let (transaction, _turn) = writer.begin(Purpose::Write).await?;
    let next = match survey(place, &transaction).await {
        Ok(found) => found.on_opening(place, absent).map(|next| (next, found)),
        Err(error) => Err(error),
    };
    let done = match next {
        Ok((Next::Use, _)) => Ok(()),
        Ok((Next::Migrate, found)) => {
            apply(&transaction, &found).await.map_err(|error| found.of_change(place, error))
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => transaction.commit().await.map_err(of_commit),
        Err(error) => {
            transaction.rollback().await.map_err(of_database)?;
            Err(error)
        }
    }
}

async fn apply(transaction: &DatabaseTransaction, found: &Survey) -> Result<(), DbErr> {
    // However long it takes: nobody waits for it but those who need it.
    transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    if !found.has_schema {
        transaction.execute_unprepared(&format!("CREATE SCHEMA {SCHEMA}")).await?;
    }
    Migrator::up(transaction, None).await
}

/// What opening a registry for writing does after a look at it.
enum Next {
    Use,
    Migrate,
}

impl Survey {
    fn on_opening(&self, place: &Place, absent: Absent) -> Result<Next, PersistenceError> {
        let next = match (&self.identity, absent) {
            (Identity::Current, _) if !self.may_write => return Err(PersistenceError::ReadOnly),
            (Identity::Current, _) => Next::Use,
            (Identity::Outdated, _) | (Identity::Empty, Absent::Make) => Next::Migrate,
            (Identity::Empty, Absent::Refuse) => return Err(place.missing()),
            (Identity::TooNew { found }, _) => return Err(Self::too_new(place, found.clone())),
            (Identity::Foreign, _) => return Err(Self::foreign(place)),
        };
        if self.is_read_only { Err(PersistenceError::ReadOnly) } else { Ok(next) }
    }

    /// The meaning of an error of changing the schema.
    pub(super) fn of_change(&self, place: &Place, error: DbErr) -> PersistenceError {
        if state::of_database(&error) != Some(State::InsufficientPrivilege) {
            return of_database(error);
        }
        tracing::debug!(%error, "the schema may not be changed");
        let Self { role, database, .. } = self;
        place.not_writable(match (&self.identity, self.has_schema) {
            (Identity::Empty, false) => format!(
                "the role {role} may not make the schema {SCHEMA}; let the database's owner run: \
                 CREATE SCHEMA {SCHEMA} AUTHORIZATION {role} (or GRANT CREATE ON DATABASE {database} TO {role})"
            ),
            (Identity::Empty, true) => format!(
                "the role {role} may not make tables in the schema {SCHEMA}; let its owner run: \
                 GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO {role}"
            ),
            (Identity::Current | Identity::Outdated | Identity::TooNew { .. } | Identity::Foreign, _) => format!(
                "the role {role} may not change the tables of the schema {SCHEMA}, which is older than this program; \
                 open it once with the role that owns them"
            ),
        })
    }
}
