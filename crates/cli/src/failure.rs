//! What a command fails with: its exit status, and how it is told to people and programs.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

use freehold::{Category, UseCaseError};
use serde::Serialize;

/// What sort of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The command line is not one.
    Usage,
    /// Somebody was asked, and did not agree.
    Declined,
    /// A use case failed.
    UseCase(Category),
}

impl Kind {
    /// The exit status that tells a calling program what happened.
    pub(crate) fn exit_status(self) -> u8 {
        match self {
            Self::UseCase(Category::Failed) => 1,
            Self::Usage | Self::UseCase(Category::Invalid) => 2,
            Self::UseCase(Category::NotFound) => 3,
            Self::UseCase(Category::Refused) => 4,
            Self::UseCase(Category::Conflict) => 5,
            Self::UseCase(Category::Integrity) => 6,
            Self::Declined => 7,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Declined => "declined",
            Self::UseCase(category) => category.as_str(),
        }
    }
}

/// Why a command failed, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

/// The JSON document of a failure.
#[derive(Debug, Serialize)]
pub(crate) struct FailureDocument<'failure> {
    error: FailureBody<'failure>,
}

#[derive(Debug, Serialize)]
struct FailureBody<'failure> {
    kind: &'static str,
    message: &'failure str,
    hint: Option<&'failure str>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// Something outside went wrong.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::UseCase(Category::Failed), message)
    }

    /// What was typed is not valid.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::UseCase(Category::Invalid), message)
    }

    /// Somebody was asked, or should have been, and did not agree.
    pub(crate) fn declined(message: impl Into<String>) -> Self {
        Self::new(Kind::Declined, message)
    }

    /// A failure with all that an error tells, its sources included.
    pub(crate) fn of(category: Category, error: &dyn Error) -> Self {
        Self::new(Kind::UseCase(category), chain(error))
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind.exit_status())
    }

    /// The failure for programs.
    pub(crate) fn document(&self) -> FailureDocument<'_> {
        let Self { kind, message, hint } = self;
        FailureDocument { error: FailureBody { kind: kind.name(), message, hint: hint.as_deref() } }
    }

    /// The failure for people, in one or two lines.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        if let Some(hint) = &self.hint {
            text.push_str("hint: ");
            text.push_str(hint);
            text.push('\n');
        }
        text
    }
}

impl<E: UseCaseError> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { hint: error.hint(), ..Self::of(error.category(), &error) }
    }
}

/// An error's message and those of its sources. What a message repeats of its source is told once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let message = error.to_string();
        if !text.contains(&message) {
            let _ = write!(text, ": {message}");
        }
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold::domain::ArtifactKey;
    use freehold::ports::persistence::PersistenceError;

    use super::*;

    #[test]
    fn every_kind_has_the_exit_status_that_is_promised() {
        let promised = [
            (Kind::UseCase(Category::Failed), 1),
            (Kind::Usage, 2),
            (Kind::UseCase(Category::Invalid), 2),
            (Kind::UseCase(Category::NotFound), 3),
            (Kind::UseCase(Category::Refused), 4),
            (Kind::UseCase(Category::Conflict), 5),
            (Kind::UseCase(Category::Integrity), 6),
            (Kind::Declined, 7),
        ];
        for (kind, status) in promised {
            assert_eq!(kind.exit_status(), status, "{kind:?}");
        }
    }

    #[test]
    fn an_error_of_a_use_case_keeps_its_category_and_hint() {
        let failure = Failure::from(PersistenceError::DatabaseMissing { database: "sqlite:///x".into() });
        assert_eq!(failure.kind, Kind::UseCase(Category::NotFound));
        assert!(failure.hint.unwrap().contains("freehold init"));
    }

    #[test]
    fn a_message_tells_the_whole_chain_of_sources_once() {
        let disk = std::io::Error::other("disk on fire");
        let failure = Failure::from(PersistenceError::Unavailable { source: Box::new(disk) });
        assert_eq!(failure.message, "the registry's database cannot be reached: disk on fire");
        let wrapped = std::io::Error::other(std::io::Error::other("disk on fire"));
        let failure = Failure::from(PersistenceError::Unavailable { source: Box::new(wrapped) });
        assert_eq!(failure.message, "the registry's database cannot be reached: disk on fire");
    }

    #[test]
    fn a_failure_for_programs_has_kind_message_and_hint() {
        let error = "../x".parse::<ArtifactKey>().unwrap_err();
        let failure = Failure::from(error);
        let document = serde_json::to_value(failure.document()).unwrap();
        assert_eq!(document["error"]["kind"], "invalid");
        assert_eq!(document["error"]["message"], failure.message);
        assert!(document["error"]["hint"].is_null());
    }

    #[test]
    fn a_failure_for_people_names_error_and_hint() {
        let failure = Failure::declined("nothing was deleted").with_hint("add --yes");
        assert_eq!(failure.text(), "error: nothing was deleted\nhint: add --yes\n");
    }
}
