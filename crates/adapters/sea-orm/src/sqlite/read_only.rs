//! A registry that was opened for reading: nothing is ever written at its place.
//!
//! SQLite in its usual way writes even when it reads: it makes the log and the shared memory of connections if they are
//! absent. So there are two ways of reading, chosen for each unit of work:
//!
//! - While nobody is at work on the file, it is read as it is, without locks (`immutable`). SQLite would not notice a writer
//!   that comes later, so each answer is believed only if the file is still undisturbed after it; else the unit fails with
//!   `Conflict`, and the next one begins in the other way.
//! - While there is a log or shared memory, they are used as they are, under the usual locks, and the shared memory is
//!   opened for reading only (`readonly_shm`). If a crash has left them, SQLite reads the log by itself. A unit has a
//!   connection of its own, which is closed after it: see [`gate`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{AccessMode, PersistenceError};
use sea_orm::{DatabaseTransaction, SqliteTransactionMode};
use tokio::sync::{Mutex, OwnedRwLockReadGuard, RwLock};

use super::fingerprint;
use super::gate::{self, ReadingOnly};
use super::identity::{self, Identity, of_opening};
use super::place::{Imprint, Place};
use super::pool::{Pool, Purpose};
use crate::persistence::error::{conflict, unavailable};
use crate::registry::{Begun, Condition, Hold, Registry};

/// How many units of work read an undisturbed file at once; more wait for their turn.
const READERS: u32 = 4;

/// How often writers may come and go while a unit begins.
const ATTEMPTS: usize = 5;

/// Longer than a tick of the clock by which file systems mark changes.
const TICK: Duration = Duration::from_millis(20);

/// A registry that was opened for reading.
#[derive(Debug)]
pub(crate) struct ReadOnlyFile {
    place: Place,
    /// The connections to the undisturbed file, and what it was like.
    undisturbed: Mutex<Option<(Pool, Imprint)>>,
    is_closed: AtomicBool,
    /// Shared by all connections; whoever has it alone knows that there is none.
    under_way: Arc<RwLock<()>>,
}

impl ReadOnlyFile {
    /// Opens the registry at `place`.
    pub(crate) async fn open(place: Place) -> Result<Self, PersistenceError> {
        let file =
            Self { place, undisturbed: Mutex::default(), is_closed: false.into(), under_way: Arc::default() };
        match file.begin(AccessMode::Read).await {
            Ok(Begun { transaction, condition: _, hold }) => {
                drop(transaction);
                drop(hold);
                Ok(file)
            }
            Err(error) => {
                file.close().await?;
                Err(file.as_left_by_a_writer(error)?)
            }
        }
    }

    /// What a reader cannot get past, while there is a log or a journal, is what a writer has left there, or does.
    fn as_left_by_a_writer(&self, error: PersistenceError) -> Result<PersistenceError, PersistenceError> {
        let is_in_the_way =
            matches!(error, PersistenceError::Conflict { .. } | PersistenceError::Unavailable { .. });
        if is_in_the_way && self.place.undisturbed()?.is_none() {
            tracing::debug!(%error, "the database cannot be read without writing");
            return Ok(self.place.needs_recovery());
        }
        Ok(error)
    }

    async fn try_to_begin(&self) -> Result<Begun, PersistenceError> {
        let under_way = Arc::clone(&self.under_way).read_owned().await;
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(unavailable("the registry was closed"));
        }
        match self.settled().await? {
            Some(imprint) => self.begin_undisturbed(imprint, under_way).await,
            None => self.begin_beside_writers(under_way).await,
        }
    }

    /// What the file is like if it is undisturbed, once a change would show: not within the tick in which it was written.
    async fn settled(&self) -> Result<Option<Imprint>, PersistenceError> {
        let known = self.undisturbed.lock().await.as_ref().map(|(_, imprint)| *imprint);
        let mut imprint = self.place.undisturbed()?;
        while let Some(fresh) = imprint.filter(|imprint| imprint.is_fresh(TICK) && Some(*imprint) != known) {
            tokio::time::sleep(TICK).await;
            imprint = self.place.undisturbed()?;
            if imprint == Some(fresh) {
                break;
            }
        }
        Ok(imprint)
    }

    async fn begin_undisturbed(
        &self,
        imprint: Imprint,
        under_way: OwnedRwLockReadGuard<()>,
    ) -> Result<Begun, PersistenceError> {
        let pool = self.connections(imprint).await?;
        let condition = Undisturbed { place: self.place.clone(), imprint };
        let begun = self.begin_by(&pool).await;
        condition.check()?;
        let hold = UnderWay { _under_way: under_way };
        Ok(Begun { transaction: begun?, condition: Some(Box::new(condition)), hold: Some(Box::new(hold)) })
    }

    /// The connections to the file as it was when it had this imprint.
    async fn connections(&self, imprint: Imprint) -> Result<Pool, PersistenceError> {
        let mut undisturbed = self.undisturbed.lock().await;
        if let Some((former, _)) = undisturbed.take_if(|(_, known)| *known != imprint) {
            // What it has read is out of date. It is closed as soon as no unit uses it.
            drop(tokio::spawn(async move { former.close().await }));
        }
        if let Some((pool, _)) = undisturbed.as_ref() {
            return Ok(pool.clone());
        }
        let pool = Pool::new(&self.place, Purpose::ReadUndisturbed, READERS)?;
        *undisturbed = Some((pool.clone(), imprint));
        Ok(pool)
    }

    async fn begin_beside_writers(
        &self,
        under_way: OwnedRwLockReadGuard<()>,
    ) -> Result<Begun, PersistenceError> {
        let reading_only = gate::reading_only(self.place.path()).await;
        let pool = Pool::new(&self.place, Purpose::ReadBesideWriters, 1)?;
        let hold = OwnConnection { pool, guards: Some((reading_only, under_way)) };
        let transaction = self.begin_by(&hold.pool).await?;
        Ok(Begun { transaction, condition: None, hold: Some(Box::new(hold)) })
    }

    async fn begin_by(&self, pool: &Pool) -> Result<DatabaseTransaction, PersistenceError> {
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

#[async_trait]
impl Registry for ReadOnlyFile {
    async fn begin(&self, mode: AccessMode) -> Result<Begun, PersistenceError> {
        match mode {
            AccessMode::Write => return Err(PersistenceError::ReadOnly),
            AccessMode::Read => {}
        }
        for _ in 1..ATTEMPTS {
            match self.try_to_begin().await {
                Err(error) if error.is_conflict() => {}
                // The last writer may have gone, and its log with it.
                Err(PersistenceError::Unavailable { .. }) if self.place.undisturbed()?.is_some() => {}
                begun => return begun,
            }
        }
        self.try_to_begin().await
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        fingerprint::of(&self.place)
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.is_closed.store(true, Ordering::SeqCst);
        let _alone = self.under_way.write().await;
        if let Some((pool, _)) = self.undisturbed.lock().await.take() {
            pool.close().await;
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

/// That a unit of work is under way.
#[derive(Debug)]
struct UnderWay {
    _under_way: OwnedRwLockReadGuard<()>,
}

impl Hold for UnderWay {}

/// The connection of one unit of work, which is closed after it.
#[derive(Debug)]
struct OwnConnection {
    pool: Pool,
    guards: Option<(ReadingOnly, OwnedRwLockReadGuard<()>)>,
}

impl Hold for OwnConnection {}

impl Drop for OwnConnection {
    fn drop(&mut self) {
        let (pool, guards) = (self.pool.clone(), self.guards.take());
        let closing = async move {
            pool.close().await;
            drop(guards);
        };
        // Without a runtime there is nobody to wait for the connection, which then closes by itself.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(runtime.spawn(closing));
        }
    }
}
