//! Claims that an interrupted call left in a location which this instance does not record as managed: taken away when the location is given up for good.

use freehold_domain::Storage;

use crate::location::AccessError;
use crate::{Registry, Transaction};

/// Takes away the claim of this very database in a location that is not recorded as managed, and says whether there was one.
///
/// Another process may be about to record the claim. So it is read and removed while this process holds the one unit of work that writes; whoever
/// records it afterwards looks at it again.
pub(crate) async fn clear_left_claim(registry: &Registry, storage: &Storage) -> Result<bool, AccessError> {
    let claimant = registry.claimant().await?;
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let recorded = transaction.storages().find_many(&[storage.uid()]).await?.pop();
                if recorded.is_some_and(|recorded| recorded.managed_by(&registry.instance).is_ok()) {
                    return Ok(false);
                }
                Ok(registry.host.locations.remove_own(storage, claimant).await?)
            }
        })
        .await
}
