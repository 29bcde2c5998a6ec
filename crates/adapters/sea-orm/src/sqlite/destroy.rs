//! Registries are destroyed.

use std::fs;
use std::io;

use freehold_ports::persistence::PersistenceError;
use sea_orm::SqliteTransactionMode;

use super::identity::{self, Identity, of_opening};
use super::place::Place;
use super::pool::{Pool, Purpose};
use crate::persistence::error::unavailable;

/// Destroys the registry at `place`, and says whether there was one.
///
/// The files are removed while no other connection can be open. The database goes first: what is left of it without its
/// file is nothing.
pub(crate) async fn destroy(place: &Place) -> Result<bool, PersistenceError> {
    if !place.exists()? {
        return Ok(false);
    }
    let place = place.of_a_database()?;
    require_registry(&place, identity::inspect(&place).await?)?;
    let pool = Pool::new(&place, Purpose::Exclude, 1)?;
    let destroyed = destroy_alone(&place, &pool).await;
    pool.close().await;
    destroyed.map(|()| true)
}

async fn destroy_alone(place: &Place, pool: &Pool) -> Result<(), PersistenceError> {
    let opening = |error| of_opening(place, error);
    let transaction = pool.begin(SqliteTransactionMode::Exclusive).await.map_err(opening)?;
    require_registry(place, Some(identity::identify(place, &transaction).await?))?;
    for file in [place.path(), &place.log(), &place.shared_memory()] {
        remove(file).map_err(unavailable)?;
    }
    transaction.rollback().await.map_err(opening)
}

fn require_registry(place: &Place, identity: Option<Identity>) -> Result<(), PersistenceError> {
    match identity {
        Some(Identity::Current | Identity::Outdated | Identity::TooNew { .. }) | None => Ok(()),
        Some(Identity::Empty) => Err(place.not_a_registry("the database is empty")),
    }
}

fn remove(file: &std::path::Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
