//! A registry that was opened for reading: nothing is ever written at its place.
//!
//! SQLite in its usual way writes even when it reads: it makes the log and the shared memory of connections if they are
//! absent. So there are two ways of reading, chosen for each unit of work:
//!
//! - While nobody is at work on the file, it is read as it is, without locks (`immutable`). SQLite would not notice a writer
//!   that comes later, so each answer is believed only if the file is still undisturbed after it; else the unit fails with
//!   `Conflict`, and the next one begins in the other way.
//! - While there is a log or shared memory, they are used as they are, under the usual locks, and the shared memory is
//!   opened for reading only (`readonly_shm`). If a crash has left them, SQLite reads the log by itself. The connections
//!   are closed after each unit, because as long as one is open, no other connection of this process can write.

use std::time::Duration;

use async_trait::async_trait;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use sea_orm::SqliteTransactionMode;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::identity::{self, Identity, of_opening};
use super::place::{Imprint, Place};
use super::pool::{Pool, Purpose};
use crate::persistence::error::{conflict, unavailable};
use crate::registry::{Begun, Condition, Registry};

/// How many units of work read at once; more wait for their turn.
const READERS: u32 = 4;

/// How often writers may come and go while a unit begins.
const ATTEMPTS: usize = 5;

/// Longer than a tick of the clock by which file systems mark changes.
const TICK: Duration = Duration::from_millis(20);

/// A registry that was opened for reading.
#[derive(Debug)]
pub(crate) struct ReadOnlyFile {
    place: Place,
    way: Mutex<Way>,
}

/// How the file is read at present.
#[derive(Debug)]
struct Way {
    current: Option<(Pool, Option<Imprint>)>,
    /// Former connections on their way out.
    closing: Vec<JoinHandle<()>>,
    is_closed: bool,
}

impl ReadOnlyFile {
    /// Opens the registry at `place`.
    pub(crate) async fn open(place: Place) -> Result<Self, PersistenceError> {
        let way = Mutex::new(Way { current: None, closing: Vec::new(), is_closed: false });
        let file = Self { place, way };
        match file.begin(AccessMode::Read).await {
            Ok(begun) => {
                drop(begun);
                Ok(file)
            }
            Err(error) => {
                file.close().await?;
                Err(error)
            }
        }
    }

    /// The connections to read by now, and what must hold meanwhile.
    async fn connections(&self) -> Result<(Pool, Option<Undisturbed>), PersistenceError> {
        let mut way = self.way.lock().await;
        if way.is_closed {
            return Err(unavailable("the registry was closed"));
        }
        let imprint = self.place.undisturbed()?;
        if way.current.as_ref().is_none_or(|(_, known)| *known != imprint) {
            way.let_go();
            let imprint = settled(&self.place, imprint).await?;
            let purpose =
                if imprint.is_some() { Purpose::ReadUndisturbed } else { Purpose::ReadBesideWriters };
            way.current = Some((Pool::new(&self.place, purpose, READERS)?, imprint));
        }
        let (pool, imprint) = way.current.clone().ok_or_else(|| unavailable("the registry was closed"))?;
        Ok((pool, imprint.map(|imprint| Undisturbed { place: self.place.clone(), imprint })))
    }

    async fn try_to_begin(
        &self,
        pool: &Pool,
        condition: Option<&Undisturbed>,
    ) -> Result<sea_orm::DatabaseTransaction, PersistenceError> {
        let begun = self.begin_by(pool).await;
        if let Some(condition) = condition {
            condition.check()?;
        }
        begun
    }

    async fn begin_by(&self, pool: &Pool) -> Result<sea_orm::DatabaseTransaction, PersistenceError> {
        let transaction = pool.begin(SqliteTransactionMode::Deferred).await;
        let transaction = transaction.map_err(|error| of_opening(&self.place, error))?;
        match identity::identify(&self.place, &transaction).await? {
            Identity::Current => Ok(transaction),
            Identity::Outdated => Err(self.place.schema_outdated()),
            Identity::TooNew { schema } => Err(identity::too_new(&self.place, &transaction, schema).await),
            Identity::Empty => Err(self.place.not_a_registry("the database is empty")),
        }
    }
}

impl Way {
    /// Closes the connections as soon as no unit of work uses them.
    fn let_go(&mut self) {
        self.closing.retain(|closing| !closing.is_finished());
        if let Some((pool, _)) = self.current.take() {
            self.closing.push(tokio::spawn(async move { pool.close().await }));
        }
    }
}

/// What the file is like once a change would show: not within the tick in which it was written.
async fn settled(place: &Place, mut imprint: Option<Imprint>) -> Result<Option<Imprint>, PersistenceError> {
    while let Some(fresh) = imprint.filter(|imprint| imprint.is_fresh(TICK)) {
        tokio::time::sleep(TICK).await;
        imprint = place.undisturbed()?;
        if imprint == Some(fresh) {
            break;
        }
    }
    Ok(imprint)
}

#[async_trait]
impl Registry for ReadOnlyFile {
    async fn begin(&self, mode: AccessMode) -> Result<Begun, PersistenceError> {
        match mode {
            AccessMode::Write => return Err(PersistenceError::ReadOnly),
            AccessMode::Read => {}
        }
        let mut attempts = ATTEMPTS;
        loop {
            let (pool, condition) = self.connections().await?;
            attempts -= 1;
            match self.try_to_begin(&pool, condition.as_ref()).await {
                Err(error) if error.is_conflict() && attempts > 0 => {}
                Err(PersistenceError::Unavailable { .. }) if condition.is_none() && attempts > 0 => {
                    // The last writer may have gone, and its log with it.
                    tokio::task::yield_now().await;
                }
                begun => {
                    let condition = condition.map(|condition| Box::new(condition) as Box<dyn Condition>);
                    return Ok(Begun { transaction: begun?, condition });
                }
            }
        }
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        let closing = {
            let mut way = self.way.lock().await;
            way.is_closed = true;
            way.let_go();
            std::mem::take(&mut way.closing)
        };
        for closing in closing {
            closing.await.map_err(unavailable)?;
        }
        Ok(())
    }
}

/// That nobody has touched the file since it was looked at.
#[derive(Debug)]
struct Undisturbed {
    place: Place,
    imprint: Imprint,
}

impl Condition for Undisturbed {
    fn check(&self) -> Result<(), PersistenceError> {
        if self.place.undisturbed()? == Some(self.imprint) {
            return Ok(());
        }
        Err(conflict("somebody has begun to write to the registry, which was read without locks"))
    }
}
