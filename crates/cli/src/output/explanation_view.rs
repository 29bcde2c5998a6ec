//! What an instance has to do with a path, as JSON.

use freehold::{PathExplanation, Rule};
use freehold_domain::{BlobKey, StorageRoot};
use serde::Serialize;

use super::storage_view::ClaimView;
use super::{ArtifactView, StorageView};

/// What an instance has to do with a path.
#[derive(Debug, Serialize)]
pub(crate) struct ExplanationView<'explained> {
    path: String,
    may_write: bool,
    rule: &'static str,
    because: String,
    location: Option<StorageView<'explained>>,
    key: Option<&'explained BlobKey>,
    claim: Option<ClaimView<'explained>>,
    around: &'explained [StorageRoot],
    artifacts: Vec<ArtifactView<'explained>>,
    credentials: &'explained str,
}

impl<'explained> ExplanationView<'explained> {
    /// The view of an explanation, and of whose credentials reach the place.
    pub(crate) fn new(explained: &'explained PathExplanation, credentials: &'explained str) -> Self {
        let PathExplanation { path, location, key, around, claim, rule, artifacts, credentials: _ } =
            explained;
        Self {
            path: path.to_string(),
            may_write: rule.may_write(),
            rule: rule_name(rule),
            because: rule.to_string(),
            location: location.as_ref().map(Into::into),
            key: key.as_ref(),
            claim: claim.as_ref().map(Into::into),
            around,
            artifacts: artifacts.iter().map(Into::into).collect(),
            credentials,
        }
    }
}

/// Which rule it is, for programs.
fn rule_name(rule: &Rule) -> &'static str {
    match rule {
        Rule::Outside => "outside",
        Rule::Managed => "managed",
        Rule::Linked => "linked",
        Rule::Denied { .. } => "denied",
        Rule::IsRoot => "is_root",
    }
}
