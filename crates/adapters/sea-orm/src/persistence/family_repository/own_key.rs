//! The keys of the registry's own families, which are unique.

use std::collections::{HashMap, HashSet};

use freehold_domain::{ArtifactStem, Family};
use freehold_ports::persistence::{Entity, PersistenceError};
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use crate::connection::Connection;
use crate::entity::family::{Column, Entity as Families};
use crate::persistence::error::already_exists;
use crate::record::Row;
use crate::record::batch::distinct;
use crate::record::batch::{self, MOST_VALUES};
use crate::record::number::values;

/// Checks that the own ones of these families will have keys that no other own family has.
pub(super) async fn require_free(
    connection: Connection<'_>,
    families: &[(&Family, bool)],
) -> Result<(), PersistenceError> {
    let changing: HashSet<ArtifactStem> = families.iter().map(|(family, _)| family.stem()).collect();
    let mut keys = HashSet::new();
    for (family, _) in families.iter().filter(|(_, is_own)| *is_own) {
        if !keys.insert(family.key.as_str()) {
            return Err(already_exists(Entity::Family, &family.key));
        }
    }
    let select = Query::select().columns([Column::Stem, Column::OwnKey]).from(Families).to_owned();
    for row in
        batch::rows_with(connection, &select, &Expr::col(Column::OwnKey), distinct(keys.into_iter())).await?
    {
        let row = Row::new("families", "stem", &row);
        if !changing.contains(&row.parse("stem")?) {
            return Err(already_exists(Entity::Family, row.get::<String>("own_key")?));
        }
    }
    Ok(())
}

/// Gives up the keys of those of these families that are about to take others, so that they can take one another's.
pub(super) async fn release(
    connection: Connection<'_>,
    families: &[(&Family, bool)],
    recorded: &HashMap<ArtifactStem, Family>,
) -> Result<(), PersistenceError> {
    let is_moving =
        |family: &Family| recorded.get(&family.stem()).is_some_and(|former| former.key != family.key);
    let moving: Vec<ArtifactStem> = families
        .iter()
        .filter(|(family, is_own)| *is_own && is_moving(family))
        .map(|(family, _)| family.stem())
        .collect();
    for stems in moving.chunks(MOST_VALUES) {
        let update = Query::update()
            .table(Families)
            .value(Column::OwnKey, None::<String>)
            .and_where(Expr::col(Column::Stem).is_in(values(stems)))
            .to_owned();
        connection.change(&update).await?;
    }
    Ok(())
}
