//! Artifacts that were saved or transferred as JSON.

use freehold::{SaveOutcome, SavedArtifact, TransferOutcome, TransferReport, TransferredArtifact};
use freehold_domain::{ArtifactUid, InstanceUid, RunUid};
use serde::Serialize;

use super::ArtifactView;

/// A file that was saved.
#[derive(Debug, Serialize)]
pub(crate) struct SavedView<'saved> {
    #[serde(flatten)]
    artifact: ArtifactView<'saved>,
    outcome: &'static str,
    duplicate_of: Option<ArtifactUid>,
    beside_origin: Option<InstanceUid>,
}

impl<'saved> From<&'saved SavedArtifact> for SavedView<'saved> {
    fn from(saved: &'saved SavedArtifact) -> Self {
        Self {
            artifact: (&saved.artifact).into(),
            outcome: match saved.outcome {
                SaveOutcome::Created => "created",
                SaveOutcome::NewVersion => "new_version",
                SaveOutcome::Existing => "existing",
            },
            duplicate_of: saved.duplicate_of,
            beside_origin: saved.beside_origin,
        }
    }
}

/// A transfer that was made.
#[derive(Debug, Serialize)]
pub(crate) struct TransferView<'report> {
    run: Option<RunUid>,
    transferred: Vec<TransferredView<'report>>,
}

#[derive(Debug, Serialize)]
struct TransferredView<'report> {
    #[serde(flatten)]
    artifact: ArtifactView<'report>,
    outcome: &'static str,
}

impl<'report> From<&'report TransferReport> for TransferView<'report> {
    fn from(report: &'report TransferReport) -> Self {
        let view = |transferred: &'report TransferredArtifact| TransferredView {
            artifact: (&transferred.artifact).into(),
            outcome: match transferred.outcome {
                TransferOutcome::Linked => "linked",
                TransferOutcome::Copied => "copied",
                TransferOutcome::Existing => "existing",
            },
        };
        Self { run: report.run, transferred: report.transferred.iter().map(view).collect() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::artifact_view;
    use super::*;

    #[test]
    fn a_saved_artifact_adds_its_outcome_and_twin() {
        let twin: ArtifactUid = "zzzzzzzzzzzzzzzz0000".parse().unwrap();
        let saved = SavedArtifact {
            artifact: artifact_view::tests::artifact(),
            outcome: SaveOutcome::NewVersion,
            duplicate_of: Some(twin),
            beside_origin: None,
        };
        let view = serde_json::to_value(SavedView::from(&saved)).unwrap();
        assert_eq!(view["outcome"], "new_version");
        assert_eq!(view["duplicate_of"], "zzzzzzzzzzzzzzzz0000");
        assert!(view["beside_origin"].is_null());
        assert_eq!(view["key"], "raw/plate1.csv");
    }
}
