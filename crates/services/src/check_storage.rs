//! Check storage locations: what the registry believes against what the storage says.

mod finding;

use freehold_domain::{Access, Capabilities, ClaimDisagreement, Storage, StorageChange};
use freehold_ports::persistence::PersistenceError;

use crate::list_storages::{ListedStorage, list_storages};
use crate::location::{ClaimState, Linkers, RetiredClaim};
use crate::moved_registry::accepting_command;
use crate::ownership::{Change, managed_instead, record_change};
use crate::reference::StorageQuery;
use crate::registry::ActorError;
use crate::{Category, ReferenceError, Registry, Transaction, UseCaseError};

pub use finding::{Finding, Severity};

/// A location that was checked.
#[derive(Debug, Clone)]
pub struct CheckedStorage {
    /// The location, as it is recorded after the check.
    pub listed: ListedStorage,
    /// What was found, in the order in which it was looked for.
    pub findings: Vec<Finding>,
    /// What the backend was seen to be able to do; absent where nothing was tried, because the location is not ours to write to.
    pub probed: Option<Capabilities>,
    /// Claims of former managers that are kept there.
    pub retired: Vec<RetiredClaim>,
    /// Who said that they link it; absent when that could not be read.
    pub linkers: Option<Linkers>,
}

/// What a check came to.
#[derive(Debug, Clone)]
pub struct StorageCheck {
    /// The locations that were checked, in the order in which they were added.
    pub locations: Vec<CheckedStorage>,
}

impl StorageCheck {
    /// Whether the registry and the storage disagree anywhere.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        let mut findings = self.locations.iter().flat_map(|location| &location.findings);
        findings.any(|finding| finding.severity() == Severity::Problem)
    }
}

/// Why locations could not be checked. A storage that cannot be read is a finding, not an error.
#[derive(Debug, thiserror::Error)]
pub enum CheckStorageError {
    /// The location is not known.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The user or the run cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// The registry failed.
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}

impl UseCaseError for CheckStorageError {
    fn category(&self) -> Category {
        match self {
            Self::Reference(error) => error.category(),
            Self::Actor(error) => error.category(),
            Self::Persistence(error) => error.category(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Reference(error) => error.hint(),
            Self::Actor(error) => error.hint(),
            Self::Persistence(error) => error.hint(),
        }
    }
}

/// Checks the location that `storage` means, or all. The backend is tried, with small blobs that are gone afterwards, where this instance may write.
/// Nothing else is changed in the storage; a location that another instance took over is recorded as linked to it, unless the registry can only
/// be read.
///
/// # Errors
/// See [`CheckStorageError`].
pub async fn check_storage(
    registry: &Registry,
    storage: Option<&str>,
) -> Result<StorageCheck, CheckStorageError> {
    let only = match storage {
        None => None,
        Some(text) => {
            let query = StorageQuery::new(&registry.host, text).await;
            let found = registry
                .reading(|| async |transaction: &mut Transaction| query.find(transaction).await)
                .await?;
            Some(found.uid())
        }
    };
    let listed = list_storages(registry).await?;
    let wanted = listed.into_iter().filter(|listed| only.is_none_or(|only| only == listed.storage.uid()));
    let mut locations = Vec::new();
    for listed in wanted {
        locations.push(check(registry, listed).await?);
    }
    Ok(StorageCheck { locations })
}

async fn check(registry: &Registry, mut listed: ListedStorage) -> Result<CheckedStorage, CheckStorageError> {
    let mut checked = Findings(Vec::new());
    if listed.is_default && listed.access == Access::Linked {
        checked.add(Finding::DefaultNotManaged);
    }
    let state = registry.host.locations.recorded_claim(&listed.storage).await;
    let mut probed = None;
    match (listed.access, state) {
        (_, Err(error)) => {
            checked.add(Finding::Unreachable { reason: error.to_string() });
            return Ok(CheckedStorage {
                listed,
                findings: checked.0,
                probed,
                retired: Vec::new(),
                linkers: None,
            });
        }
        (Access::Managed, Ok(state)) => {
            let agrees = check_managed(registry, &mut listed, state, &mut checked).await?;
            if agrees {
                probed = probe(registry, &listed.storage, &mut checked).await;
                check_around(registry, &listed.storage, &mut checked).await;
            }
        }
        (Access::Linked, Ok(state)) => check_linked(registry, &listed.storage, state, &mut checked),
    }
    let retired = registry.host.locations.retired_claims(&listed.storage).await.unwrap_or_default();
    let linkers = crate::release_storage::read_linkers(registry, &listed.storage).await;
    if let Some(unreadable) = linkers.as_ref().map(|linkers| linkers.unreadable).filter(|number| *number > 0)
    {
        checked.add(Finding::UnreadableReceipts { number: unreadable });
    }
    Ok(CheckedStorage { listed, findings: checked.0, probed, retired, linkers })
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

/// Compares a location that is recorded as managed with its claim, and says whether they agree.
async fn check_managed(
    registry: &Registry,
    listed: &mut ListedStorage,
    state: ClaimState,
    findings: &mut Findings,
) -> Result<bool, CheckStorageError> {
    let Ok(proof) = listed.storage.managed_by(&registry.instance) else { return Ok(false) };
    let claim = match state {
        ClaimState::Unclaimed => {
            findings.add(Finding::ClaimMissing);
            return Ok(false);
        }
        ClaimState::Unreadable { reason } => {
            findings.add(Finding::ClaimUnreadable { reason });
            return Ok(false);
        }
        ClaimState::Held { claim, .. } => claim,
    };
    let Err(disagreement) = proof.confirm(&claim, registry.claimant().await?.database) else {
        if claim.database().is_none() {
            findings.add(Finding::DatabaseNotNamed);
        }
        return Ok(true);
    };
    let taken_by = match &disagreement {
        ClaimDisagreement::Manager { found, .. } => *found,
        ClaimDisagreement::Location { .. }
        | ClaimDisagreement::Epoch { .. }
        | ClaimDisagreement::Database { .. } => None,
    };
    let accept = accepting_command(&registry.database, listed.storage.root());
    findings.add(Finding::ClaimDisagrees { disagreement, accept });
    if let Some(manager) = taken_by {
        let change = Change::new(StorageChange::Lost, claim.epoch()).with(Some(manager));
        if let Some(lost) = record_lost(registry, &listed.storage, change).await? {
            listed.access = lost.access(&registry.instance);
            listed.storage = lost;
        }
    }
    Ok(false)
}

/// Records that a location is another's by now, if the registry can be written.
async fn record_lost(
    registry: &Registry,
    held: &Storage,
    change: Change,
) -> Result<Option<Storage>, CheckStorageError> {
    let recorded = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut lost = managed_instead(held, change.other, None);
                let found = transaction.storages().find_many(&[held.uid()]).await?.pop();
                if found.is_none_or(|found| found != *held) {
                    return Ok(None);
                }
                record_change(transaction, &mut lost, change.clone(), &actor).await?;
                Ok::<_, CheckStorageError>(Some(lost))
            }
        })
        .await;
    match recorded {
        Err(CheckStorageError::Persistence(PersistenceError::ReadOnly)) => Ok(None),
        recorded => recorded,
    }
}

/// Tries what the backend can do, against what was recorded of it.
async fn probe(registry: &Registry, storage: &Storage, findings: &mut Findings) -> Option<Capabilities> {
    let tried = async {
        let location = registry.writable(storage).await.map_err(|error| error.to_string())?;
        location.probe().await.map_err(|error| error.to_string())
    };
    match tried.await {
        Err(reason) => {
            findings.add(Finding::NotWritable { reason });
            None
        }
        Ok(probed) => {
            if !probed.can_be_managed() {
                findings.add(Finding::Unmanageable { probed });
            } else if let Some(recorded) = storage.capabilities.filter(|recorded| *recorded != probed) {
                findings.add(Finding::CapabilitiesChanged { recorded, probed });
            }
            Some(probed)
        }
    }
}

async fn check_around(registry: &Registry, storage: &Storage, findings: &mut Findings) {
    let ours = registry.instance.uid();
    match registry.host.locations.overlaps(storage, ours, &registry.host.progress).await {
        Ok(overlaps) => overlaps.into_iter().for_each(|overlap| findings.add(Finding::Overlaps { overlap })),
        Err(error) => findings.add(Finding::NotLookedAround { reason: error.to_string() }),
    }
}

/// Compares a location that is recorded as linked with its claim.
fn check_linked(registry: &Registry, storage: &Storage, state: ClaimState, findings: &mut Findings) {
    match state {
        ClaimState::Unclaimed => {
            if let Some(manager) = storage.instance_uid() {
                findings.add(Finding::ManagerGone { manager });
            }
        }
        ClaimState::Unreadable { reason } => findings.add(Finding::LinkedClaimUnreadable { reason }),
        ClaimState::Held { claim, .. } if claim.is_managed_by(registry.instance.uid()) => {
            findings.add(Finding::OursButLinked);
        }
        ClaimState::Held { claim, .. } => {
            if claim.manager() != storage.instance_uid() {
                findings.add(Finding::ManagerChanged {
                    recorded: storage.instance_uid(),
                    found: claim.manager(),
                });
            }
            if claim.storage_uid() != storage.uid() {
                findings
                    .add(Finding::AnotherLocation { recorded: storage.uid(), found: claim.storage_uid() });
            }
        }
    }
}
