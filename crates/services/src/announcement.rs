//! Announcing changes of blobs: the one way by which intents come into a registry.
//!
//! A claim is read in the storage before a change is announced, and bytes move after it. In between the location may be released or handed over,
//! or the whole instance deleted. So all of them meet in the registry, where units of work that write come one after the other:
//!
//! - who announces reads in the same unit that the instance is not closing ([`Registry::record_actor`]), and that the location is recorded as
//!   managed in the very epoch in which it was opened;
//! - who gives a location up, or closes the instance, reads in the same unit that no session which may be alive has announced anything there.
//!
//! Whichever commits first, the other one sees it: bytes never move in a location that was given up, and no location is given up under bytes that
//! move. Only after that unit does the claim in the storage change.

use freehold_domain::Intent;

use crate::location::WritableLocation;
use crate::{AccessError, Registry, Transaction};

/// Writes down which blobs of an open location are about to change.
///
/// The unit of work must have begun with [`Registry::record_actor`].
///
/// # Errors
/// [`AccessError::GivenUp`] when the location is not managed any more as it was when it was opened.
pub(crate) async fn announce(
    registry: &Registry,
    transaction: &mut Transaction,
    location: &WritableLocation,
    intents: &[Intent],
) -> Result<(), AccessError> {
    let opened = location.storage();
    let recorded = transaction.storages().find_many(&[opened.uid()]).await?.pop();
    let is_as_opened = recorded.is_some_and(|recorded| {
        recorded.root() == opened.root()
            && recorded
                .managed_by(&registry.instance)
                .is_ok_and(|proof| Some(proof.epoch()) == opened.epoch())
    });
    if !is_as_opened {
        return Err(AccessError::GivenUp { root: opened.root().clone() });
    }
    transaction.intents().insert_many(intents).await.map_err(AccessError::from)
}
