//! What a check of locations found, as JSON.

use freehold::{CheckedStorage, Finding, RetiredClaim, Severity, StorageCheck};
use freehold_domain::{BlobKey, InstanceUid};
use serde::Serialize;

use super::storage_view::CapabilitiesView;
use super::{LinkersView, StorageView};

/// What a check of locations found.
#[derive(Debug, Serialize)]
pub(crate) struct CheckView<'check> {
    has_problems: bool,
    locations: Vec<CheckedView<'check>>,
}

#[derive(Debug, Serialize)]
struct CheckedView<'check> {
    #[serde(flatten)]
    storage: StorageView<'check>,
    findings: Vec<FindingView>,
    probed: Option<CapabilitiesView>,
    former_claims: Vec<RetiredView<'check>>,
    linkers: Option<LinkersView<'check>>,
}

#[derive(Debug, Serialize)]
struct FindingView {
    severity: &'static str,
    kind: &'static str,
    message: String,
    remedy: Option<String>,
}

#[derive(Debug, Serialize)]
struct RetiredView<'check> {
    key: &'check BlobKey,
    instance_uid: Option<InstanceUid>,
    slug: Option<&'check str>,
    epoch: Option<u64>,
}

impl<'check> From<&'check StorageCheck> for CheckView<'check> {
    fn from(check: &'check StorageCheck) -> Self {
        Self {
            has_problems: check.has_problems(),
            locations: check.locations.iter().map(CheckedView::from).collect(),
        }
    }
}

impl<'check> From<&'check CheckedStorage> for CheckedView<'check> {
    fn from(checked: &'check CheckedStorage) -> Self {
        let CheckedStorage { listed, findings, probed, retired, linkers } = checked;
        let finding = |finding: &Finding| FindingView {
            severity: severity_name(finding.severity()),
            kind: kind_name(finding),
            message: finding.to_string(),
            remedy: finding.remedy(listed.storage.root()),
        };
        Self {
            storage: listed.into(),
            findings: findings.iter().map(finding).collect(),
            probed: probed.map(Into::into),
            former_claims: retired.iter().map(RetiredView::from).collect(),
            linkers: linkers.as_ref().map(Into::into),
        }
    }
}

impl<'check> From<&'check RetiredClaim> for RetiredView<'check> {
    fn from(retired: &'check RetiredClaim) -> Self {
        let claim = retired.claim.as_ref();
        Self {
            key: &retired.key,
            instance_uid: claim.and_then(freehold_domain::Claim::manager),
            slug: claim.and_then(freehold_domain::Claim::slug),
            epoch: claim.and_then(freehold_domain::Claim::epoch).map(freehold_domain::ClaimEpoch::number),
        }
    }
}

/// How bad a finding is, in a word.
pub(crate) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Problem => "problem",
    }
}

/// What a finding is, for programs.
fn kind_name(finding: &Finding) -> &'static str {
    match finding {
        Finding::DefaultNotManaged => "default_not_managed",
        Finding::Unreachable { .. } => "unreachable",
        Finding::ClaimMissing => "claim_missing",
        Finding::ClaimUnreadable { .. } => "claim_unreadable",
        Finding::ClaimDisagrees { .. } => "claim_disagrees",
        Finding::DatabaseNotNamed => "database_not_named",
        Finding::NotWritable { .. } => "not_writable",
        Finding::Unmanageable { .. } => "unmanageable",
        Finding::CapabilitiesChanged { .. } => "capabilities_changed",
        Finding::Overlaps { .. } => "overlaps",
        Finding::NotLookedAround { .. } => "not_looked_around",
        Finding::OursButLinked => "ours_but_linked",
        Finding::ManagerChanged { .. } => "manager_changed",
        Finding::ManagerGone { .. } => "manager_gone",
        Finding::LinkedClaimUnreadable { .. } => "linked_claim_unreadable",
        Finding::AnotherLocation { .. } => "another_location",
        Finding::UnreadableReceipts { .. } => "unreadable_receipts",
    }
}
