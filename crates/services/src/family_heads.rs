//! The heads of families after their versions changed.

use std::collections::HashMap;

use freehold_domain::{ArtifactState, ArtifactStem, Version};
use freehold_ports::persistence::PersistenceError;

use crate::Transaction;

/// Makes the heads of these families what they must be by the states of their versions.
pub(crate) async fn settle_heads(
    transaction: &mut Transaction,
    mut stems: Vec<ArtifactStem>,
) -> Result<(), PersistenceError> {
    stems.sort_unstable();
    stems.dedup();
    let mut families = transaction.families().find_many(&stems).await?;
    let mut versions: HashMap<ArtifactStem, Vec<(Version, ArtifactState)>> = HashMap::new();
    for (uid, state) in transaction.families().versions(&stems).await? {
        versions.entry(uid.stem()).or_default().push((uid.version(), state));
    }
    for family in &mut families {
        family.settle_head(versions.remove(&family.stem()).unwrap_or_default());
    }
    transaction.families().update_many(&families).await
}
