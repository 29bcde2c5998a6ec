//! One execution of a transform by a user.

mod status;

pub use status::{IllegalTransition, RunOutcome, RunStatus};

use crate::{RunUid, Timestamp, TransformUid, UserUid};

/// One execution of a transform by a user.
///
/// A run is scheduled, started, and finished, in this order; each step consumes the run and gives the next one. What
/// it read and what it saved are edges of the lineage graph, kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    uid: RunUid,
    transform: TransformUid,
    status: RunStatus,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    created_by: UserUid,
    /// What people call this run, if they do.
    pub name: Option<String>,
    /// The parameters of the run, a JSON object.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// The run that started this one.
    pub initiated_by: Option<RunUid>,
    /// Where the run can be seen elsewhere, such as a job's address.
    pub reference: Option<String>,
}

/// Every field of a [`Run`], for those who store runs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct RunFields {
    pub uid: RunUid,
    pub transform: TransformUid,
    pub status: RunStatus,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub created_by: UserUid,
    pub name: Option<String>,
    pub params: serde_json::Map<String, serde_json::Value>,
    pub initiated_by: Option<RunUid>,
    pub reference: Option<String>,
}

impl Run {
    /// A run that is planned and not started.
    #[must_use]
    pub fn scheduled(uid: RunUid, transform: TransformUid, created_by: UserUid) -> Self {
        Self {
            uid,
            transform,
            status: RunStatus::Scheduled,
            started_at: None,
            finished_at: None,
            created_by,
            name: None,
            params: serde_json::Map::new(),
            initiated_by: None,
            reference: None,
        }
    }

    /// The run as a registry holds it.
    #[must_use]
    pub fn from_fields(fields: RunFields) -> Self {
        let RunFields {
            uid,
            transform,
            status,
            started_at,
            finished_at,
            created_by,
            name,
            params,
            initiated_by,
            reference,
        } = fields;
        Self {
            uid,
            transform,
            status,
            started_at,
            finished_at,
            created_by,
            name,
            params,
            initiated_by,
            reference,
        }
    }

    /// The run, started.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it was scheduled.
    pub fn start(self, at: Timestamp) -> Result<Self, IllegalTransition> {
        let status = self.status.step(self.uid, RunStatus::Scheduled, RunStatus::Started)?;
        Ok(Self { status, started_at: Some(at), ..self })
    }

    /// The run, finished with `outcome`.
    ///
    /// # Errors
    /// [`IllegalTransition`] unless it was started and not finished.
    pub fn finish(self, outcome: RunOutcome, at: Timestamp) -> Result<Self, IllegalTransition> {
        let status = self.status.step(self.uid, RunStatus::Started, outcome.into())?;
        Ok(Self { status, finished_at: Some(at), ..self })
    }

    /// Universal identity.
    #[must_use]
    pub fn uid(&self) -> RunUid {
        self.uid
    }

    /// What was executed.
    #[must_use]
    pub fn transform(&self) -> TransformUid {
        self.transform
    }

    /// How far the run has come.
    #[must_use]
    pub fn status(&self) -> RunStatus {
        self.status
    }

    /// When it started.
    #[must_use]
    pub fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    /// When it finished.
    #[must_use]
    pub fn finished_at(&self) -> Option<Timestamp> {
        self.finished_at
    }

    /// Who ran it.
    #[must_use]
    pub fn created_by(&self) -> UserUid {
        self.created_by
    }
}
