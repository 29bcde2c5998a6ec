//! An opened instance, and who works on it.

use std::sync::Arc;

use freehold_domain::{
    DatabaseFingerprint, DatabaseUrl, Instance, Provenance, RunUid, SessionUid, Slug, Storage, User,
};
use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError};
use freehold_ports::system::{LivenessError, SessionLock};
use tokio::sync::{Mutex, OnceCell};

use crate::location::{AccessError, Claimant, WritableLocation};
use crate::{Category, Host, Transaction, UseCaseError, in_transaction};

/// An opened instance, and who works on it, under which run.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) host: Host,
    pub(crate) instance: Instance,
    pub(crate) database: DatabaseUrl,
    pub(crate) persistence: Arc<dyn Persistence>,
    pub(crate) user: User,
    pub(crate) run: Option<RunUid>,
    /// Whether this is the deletion of the instance itself, the only one that writes once the instance is closing.
    is_deletion: bool,
    session: Arc<Mutex<Option<Session>>>,
    fingerprint: Arc<OnceCell<DatabaseFingerprint>>,
}

#[derive(Debug)]
struct Session {
    uid: SessionUid,
    _lock: Box<dyn SessionLock>,
}

/// Why the one who works on a registry cannot be recorded there.
#[derive(Debug, thiserror::Error)]
pub enum ActorError {
    /// The current run is not recorded in this registry.
    #[error("run {0} is not recorded in this instance")]
    UnknownRun(RunUid),
    /// The instance is being deleted, or its deletion was interrupted. Nothing was written.
    #[error("instance {slug} is being deleted; nothing was written")]
    Closing {
        /// The instance.
        slug: Slug,
    },
    /// The current run has ended, and nothing more can be done under it.
    #[error("run {0} has finished, and nothing more can be recorded under it")]
    FinishedRun(RunUid),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for ActorError {
    fn category(&self) -> Category {
        match self {
            Self::UnknownRun(_) => Category::NotFound,
            Self::FinishedRun(_) | Self::Closing { .. } => Category::Refused,
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownRun(_) | Self::FinishedRun(_) => {
                Some("begin one with `freehold run start --transform KEY`, or unset FREEHOLD_RUN".to_owned())
            }
            Self::Closing { slug } => Some(format!(
                "if nobody is deleting it at this moment, the deletion was interrupted: `freehold instance delete {slug}` finishes it"
            )),
            Self::Persistence(error) => error.hint(),
        }
    }
}

impl Registry {
    pub(crate) fn new(
        host: Host,
        instance: Instance,
        database: DatabaseUrl,
        persistence: Arc<dyn Persistence>,
        user: User,
    ) -> Self {
        Self {
            host,
            instance,
            database,
            persistence,
            user,
            run: None,
            is_deletion: false,
            session: Arc::default(),
            fingerprint: Arc::default(),
        }
    }

    pub(crate) fn with_instance(self, instance: Instance) -> Self {
        Self { instance, ..self }
    }

    /// The same registry, with everything from here on under `run`.
    #[must_use]
    pub fn under_run(&self, run: Option<RunUid>) -> Self {
        Self { run, ..self.clone() }
    }

    /// The same registry for the deletion of the instance, under no run: a run that has finished has nothing to do with it.
    pub(crate) fn for_its_deletion(&self) -> Self {
        Self { is_deletion: true, ..self.under_run(None) }
    }

    pub(crate) fn is_deletion(&self) -> bool {
        self.is_deletion
    }

    /// The same registry, with every read of what lies in a cloud from there.
    #[must_use]
    pub fn without_cache(&self) -> Self {
        Self { host: Host { cache: None, ..self.host.clone() }, ..self.clone() }
    }

    /// The instance, as it was when the registry was opened.
    #[must_use]
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// Where the registry's database is.
    #[must_use]
    pub fn database(&self) -> &DatabaseUrl {
        &self.database
    }

    /// Who works on it.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The run under which everything happens, if there is one.
    #[must_use]
    pub fn run(&self) -> Option<RunUid> {
        self.run
    }

    /// The machine it was opened on.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Lets go of the database, and ends the session of this process, for every clone.
    ///
    /// # Errors
    /// The database cannot be closed.
    pub async fn close(&self) -> Result<(), PersistenceError> {
        self.persistence.close().await?;
        self.session.lock().await.take();
        Ok(())
    }

    /// This instance, in this database: who claims locations, and is held to the claims.
    pub(crate) async fn claimant(&self) -> Result<Claimant<'_>, PersistenceError> {
        let database = *self.fingerprint.get_or_try_init(|| self.persistence.fingerprint()).await?;
        Ok(Claimant { instance: &self.instance, registry: &self.database, database })
    }

    /// Opens a location that this instance manages for writing: reads its claim, which must agree with this registry in everything.
    ///
    /// # Errors
    /// [`AccessError`], before anything is touched.
    pub(crate) async fn writable(&self, storage: &Storage) -> Result<WritableLocation, AccessError> {
        self.host.locations.writable(storage, self.claimant().await?).await
    }

    /// Reads in one unit of work.
    pub(crate) async fn reading<T, E, Work>(&self, work: impl Fn() -> Work) -> Result<T, E>
    where
        Work: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
        E: UseCaseError + From<PersistenceError>,
    {
        in_transaction(&*self.persistence, AccessMode::Read, work).await
    }

    /// Reads and writes in one unit of work.
    pub(crate) async fn writing<T, E, Work>(&self, work: impl Fn() -> Work) -> Result<T, E>
    where
        Work: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
        E: UseCaseError + From<PersistenceError>,
    {
        in_transaction(&*self.persistence, AccessMode::Write, work).await
    }

    /// Sees to it that the user is recorded as the profile is now and the run may be worked under, and gives the provenance of what is created now.
    ///
    /// Every unit of work that writes begins so: from the moment at which the instance is closing, none but its deletion gets past this.
    pub(crate) async fn record_actor(&self, transaction: &mut Transaction) -> Result<Provenance, ActorError> {
        let is_closing = transaction.instance().find().await?.is_some_and(|instance| instance.is_closing());
        if is_closing && !self.is_deletion {
            return Err(ActorError::Closing { slug: self.instance.slug().clone() });
        }
        match transaction.users().find_many(&[self.user.uid]).await?.first() {
            None => transaction.users().insert_many(std::slice::from_ref(&self.user)).await?,
            Some(recorded) if *recorded != self.user => transaction.users().update(&self.user).await?,
            Some(_) => {}
        }
        if let Some(uid) = self.run {
            let runs = transaction.runs().find_many(&[uid]).await?;
            let run = runs.first().ok_or(ActorError::UnknownRun(uid))?;
            if run.status().is_finished() {
                return Err(ActorError::FinishedRun(uid));
            }
        }
        Ok(Provenance::created(self.host.clock.now(), self.user.uid, self.run))
    }

    /// The session of this process, if it has begun one.
    pub(crate) async fn begun_session(&self) -> Option<SessionUid> {
        self.session.lock().await.as_ref().map(|session| session.uid)
    }

    /// The session of this process, which lives as long as the registry is open. It is begun by the first write that needs it.
    pub(crate) async fn session(&self) -> Result<SessionUid, LivenessError> {
        let mut session = self.session.lock().await;
        if let Some(session) = &*session {
            return Ok(session.uid);
        }
        let uid = self.host.uids.session_uid();
        let lock = self.host.liveness.begin(&self.database, uid).await?;
        *session = Some(Session { uid, _lock: lock });
        Ok(uid)
    }
}
