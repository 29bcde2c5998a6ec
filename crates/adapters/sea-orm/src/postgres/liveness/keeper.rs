//! What keeps the lock of a session's life, and takes it again when its connection breaks.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::persistence::SourceError;
use sea_orm::sqlx::postgres::PgConnection;
use sea_orm::sqlx::{self, Connection};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::lease::{Lease, in_time};

/// How often the connection is tried.
const PULSE: Duration = Duration::from_secs(1);

/// How long to wait before the lock is tried to be taken again.
const RETRY: Duration = Duration::from_millis(200);

/// By registry and session, what closes when a session's end is over.
type Endings = HashMap<(DatabaseUrl, SessionUid), watch::Receiver<()>>;

/// The ends that are under way: a lock that was dropped is given back by a task, and whoever asks about its session waits for
/// that.
static ENDING: Mutex<Option<Endings>> = Mutex::new(None);

/// A session that lives as long as this value.
pub(super) struct Keeper {
    lease: Lease,
    /// Dropped to end the session.
    life: Option<oneshot::Sender<()>>,
    ended: watch::Receiver<()>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lease, life: _, ended: _ } = self;
        formatter.debug_struct("Keeper").field("lease", lease).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Keeps a lock that this connection holds.
    pub(super) fn start(runtime: &Handle, lease: Lease, connection: PgConnection) -> Self {
        let (life, end) = oneshot::channel();
        let (ending, ended) = watch::channel(());
        let kept = lease.clone();
        runtime.spawn(async move {
            keep(&kept, connection, end).await;
            forget(&kept);
            drop(ending);
        });
        Self { lease, life: Some(life), ended }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let mut endings = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (self.lease.database.clone(), self.lease.session);
        endings.get_or_insert_default().insert(key, self.ended.clone());
        drop(self.life.take());
    }
}

fn forget(lease: &Lease) {
    let mut endings = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
    endings.get_or_insert_default().remove(&(lease.database.clone(), lease.session));
}

/// Waits until a lock that was dropped in this process is given back.
pub(super) async fn settled(lease: &Lease) {
    let key = (lease.database.clone(), lease.session);
    let ending = {
        let endings = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
        endings.as_ref().and_then(|endings| endings.get(&key).cloned())
    };
    if let Some(mut ended) = ending {
        // Nothing is ever sent: the channel closes with the task, also when its runtime ends.
        while ended.changed().await.is_ok() {}
    }
}

/// Keeps the lock until the end comes.
async fn keep(lease: &Lease, mut connection: PgConnection, mut end: oneshot::Receiver<()>) {
    let session = &lease.session;
    loop {
        if timeout(PULSE, &mut end).await.is_ok() {
            return give_back(connection).await;
        }
        if let Err(error) = beat(&mut connection).await {
            tracing::warn!(%session, %error, "the session's lock was lost with its connection");
            match regain(lease, &mut end).await {
                Some(regained) => connection = regained,
                None => return,
            }
        }
    }
}

/// Takes the lock again as soon as that is possible; `None` when the end comes before.
async fn regain(lease: &Lease, end: &mut oneshot::Receiver<()>) -> Option<PgConnection> {
    let session = &lease.session;
    while timeout(RETRY, &mut *end).await.is_err() {
        match lease.take().await {
            Ok(Some(connection)) => {
                tracing::warn!(%session, "the session's lock was taken again");
                return Some(connection);
            }
            // The server has not noticed yet that the former connection is gone.
            Ok(None) => tracing::debug!(%session, "the session's lock is still held"),
            Err(error) => tracing::debug!(%session, %error, "the session's lock cannot be taken again yet"),
        }
    }
    None
}

async fn beat(connection: &mut PgConnection) -> Result<(), SourceError> {
    in_time(async { Ok(connection.ping().await?) }).await
}

/// Gives the lock back before the connection is closed: the server notices a closed connection a little later.
async fn give_back(mut connection: PgConnection) {
    let unlocked = in_time(async {
        sqlx::query("SELECT pg_advisory_unlock_all()").execute(&mut connection).await?;
        Ok(connection.close().await?)
    });
    if let Err(error) = unlocked.await {
        tracing::debug!(%error, "the session's lock ends with its connection");
    }
}
