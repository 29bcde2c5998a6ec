//! How far a run has come, and the steps it may take.

use std::{fmt, str::FromStr};

use crate::RunUid;

/// How far a run has come: `scheduled -> started -> completed | errored | aborted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// Planned, not started.
    Scheduled,
    /// Under way.
    Started,
    /// Finished as it should.
    Completed,
    /// Finished with an error.
    Errored,
    /// Stopped before its end.
    Aborted,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunOutcome {
    /// As it should.
    Completed,
    /// With an error.
    Errored,
    /// Stopped before its end.
    Aborted,
}

/// A step that a run cannot take from where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("run {run} {} and cannot become {to}", if from.is_finished() { format!("has finished already ({from})") } else { format!("is {from}") })]
pub struct IllegalTransition {
    /// The run.
    pub run: RunUid,
    /// Where it is.
    pub from: RunStatus,
    /// Where it was to go.
    pub to: RunStatus,
}

/// A text that is not a run's status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a run status; use {expected}")]
pub struct UnknownStatus {
    /// The text as given.
    pub text: String,
    /// What would have been understood.
    pub expected: &'static str,
}

impl RunStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Scheduled, Self::Started, Self::Completed, Self::Errored, Self::Aborted];

    pub(super) fn step(self, run: RunUid, expected: Self, to: Self) -> Result<Self, IllegalTransition> {
        if self == expected { Ok(to) } else { Err(IllegalTransition { run, from: self, to }) }
    }

    /// Whether the run has ended, one way or another.
    #[must_use]
    pub fn is_finished(self) -> bool {
        match self {
            Self::Scheduled | Self::Started => false,
            Self::Completed | Self::Errored | Self::Aborted => true,
        }
    }

    /// The status's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Errored => "errored",
            Self::Aborted => "aborted",
        }
    }
}

impl From<RunOutcome> for RunStatus {
    fn from(outcome: RunOutcome) -> Self {
        match outcome {
            RunOutcome::Completed => Self::Completed,
            RunOutcome::Errored => Self::Errored,
            RunOutcome::Aborted => Self::Aborted,
        }
    }
}

impl FromStr for RunStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownStatus {
            text: text.to_owned(),
            expected: "scheduled, started, completed, errored or aborted",
        })
    }
}

impl FromStr for RunOutcome {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        [Self::Completed, Self::Errored, Self::Aborted]
            .into_iter()
            .find(|outcome| RunStatus::from(*outcome).as_str() == text)
            .ok_or_else(|| UnknownStatus { text: text.to_owned(), expected: "completed, errored or aborted" })
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
