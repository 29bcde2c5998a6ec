//! Sessions on a registry that is a file, by locks beside that file.

mod lock_file;
mod sessions;

use std::io::{self, ErrorKind};

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::system::{Liveness, LivenessError, SessionLock};

use crate::blocking;
use lock_file::{LockFile, Session};

impl SessionLock for Session {}

/// Liveness of the sessions on an SQLite registry: each holds the lock of a file in the folder `freehold-sessions` beside the
/// database, which the operating system lets go of when the process dies.
///
/// The files of dead sessions are removed by whoever comes across them, and the folder with the last of them.
///
/// A registry on a server has no folder: for its URL every call is [`LivenessError::Lock`].
#[derive(Debug, Clone, Copy, Default)]
pub struct FileLiveness;

#[async_trait]
impl Liveness for FileLiveness {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        let database = database.clone();
        let job = move || {
            let file = sessions::lock_file(&database, session)?.ok_or(ErrorKind::NotFound)?;
            file.begin()
        };
        match blocking::run(job, |lost| lost).await {
            Ok(Some(begun)) => Ok(Box::new(begun)),
            Ok(None) => Err(LivenessError::Taken { session }),
            Err(error) => Err(unusable(session, error)),
        }
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        let database = database.clone();
        let ask = move || {
            let file = sessions::lock_file(&database, session)?;
            file.as_ref().map_or(Ok(false), LockFile::is_held)
        };
        blocking::run(ask, |lost| lost).await.map_err(|error| unusable(session, error))
    }
}

fn unusable(session: SessionUid, error: io::Error) -> LivenessError {
    LivenessError::Lock { session, source: error.into() }
}

#[cfg(all(test, unix))]
mod tests;
