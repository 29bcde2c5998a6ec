//! Sessions on a registry on a server, by locks of that server.

mod keeper;
mod lease;

use async_trait::async_trait;
use freehold_domain::{DatabaseKind, DatabaseUrl, SessionUid};
use freehold_ports::persistence::SourceError;
use freehold_ports::system::{Liveness, LivenessError, SessionLock};
use tokio::runtime::Handle;

use super::parameters;
use super::session::options_of_life;
use keeper::Keeper;
use lease::Lease;

impl SessionLock for Keeper {}

/// Liveness of the sessions on a Postgres registry: each holds an advisory lock of the server, on a connection of its own,
/// which the server lets go of when the process dies, however it dies. A machine that vanishes from the network is given up
/// after a minute.
///
/// Whether a session is alive is read from the server's list of locks. Asking takes no lock, so that it disturbs nobody.
///
/// # When the connection breaks while the process lives
/// The lock is lost with it: to others the session is dead. It is noticed within seconds and written to the log, and the lock is
/// taken again as soon as the server can be reached. Whoever recovers in between takes what the session has announced for
/// abandoned, so that changes by this session count only if what it announced is still recorded when they are.
///
/// # Limits
/// Every call needs a Tokio runtime with timers and network. The server must give the session a connection of its own: a
/// pooler must not be set to pool transactions. For the URL of a file every call is [`LivenessError::Lock`].
#[derive(Debug, Clone, Copy, Default)]
pub struct PostgresLiveness;

#[async_trait]
impl Liveness for PostgresLiveness {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        let unusable = |source| LivenessError::Lock { session, source };
        let runtime = Handle::try_current().map_err(|error| unusable(error.into()))?;
        let lease = lease(database, session).map_err(unusable)?;
        keeper::settled(&lease).await;
        match lease.take().await.map_err(unusable)? {
            Some(connection) => Ok(Box::new(Keeper::start(&runtime, lease, connection))),
            None => Err(LivenessError::Taken { session }),
        }
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        let unusable = |source| LivenessError::Lock { session, source };
        Handle::try_current().map_err(|error| unusable(error.into()))?;
        let lease = lease(database, session).map_err(unusable)?;
        keeper::settled(&lease).await;
        lease.is_held().await.map_err(unusable)
    }
}

fn lease(database: &DatabaseUrl, session: SessionUid) -> Result<Lease, SourceError> {
    match database.kind() {
        DatabaseKind::Postgres => {
            let options = parameters::read(&database.reveal()).map_err(SourceError::from)?;
            Ok(Lease::new(database.clone(), session, options_of_life(options)))
        }
        DatabaseKind::Sqlite => {
            Err("the registry is a file, and no server keeps the locks of its sessions".into())
        }
    }
}
