//! Listings of artifacts, by filter, in both orders.
//!
//! Each begins with the table that narrows it most: the run's outputs, the families of a range of keys, or the artifacts from
//! the newest on. None sorts more than a run's outputs, or the artifacts of a prefix from the newest on.

use freehold_domain::{Artifact, ArtifactKeyPrefix, ArtifactState};
use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, Page, PageRequest, PersistenceError};
use sea_orm::QueryResult;
use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait, JoinType, Order, Query, SelectStatement};

use super::position::KeyPosition;
use super::row::{artifacts, column, complete, family_column};
use crate::connection::Connection;
use crate::entity::artifact::{Column, Entity as Artifacts};
use crate::entity::family;
use crate::persistence::page::{cut, position, rows_to_read};
use crate::record::Numbers;
use crate::record::prefix::begins_with;

/// What runs made.
const OUTPUTS: &str = "run_outputs";

pub(super) async fn list(
    connection: Connection<'_>,
    filter: &ArtifactFilter,
    order: ArtifactOrder,
    page: &PageRequest,
) -> Result<Page<Artifact>, PersistenceError> {
    let Some(wanted) = Wanted::find(connection, filter).await? else {
        return Ok(Page { items: Vec::new(), next: None });
    };
    match order {
        ArtifactOrder::Key => by_key(connection, &wanted, page).await,
        ArtifactOrder::Newest => newest_first(connection, &wanted, page).await,
    }
}

/// A filter with the numbers of the records that it names.
struct Wanted<'filter> {
    prefix: &'filter str,
    storage: Option<i64>,
    run: Option<i64>,
    states: &'filter [ArtifactState],
    all_versions: bool,
}

impl<'filter> Wanted<'filter> {
    /// Looks up what the filter names; `None` when nothing can pass it.
    async fn find(
        connection: Connection<'_>,
        filter: &'filter ArtifactFilter,
    ) -> Result<Option<Self>, PersistenceError> {
        let storages = Numbers::find(connection, filter.storage.into_iter().collect()).await?;
        let runs = Numbers::find(connection, filter.run.into_iter().collect()).await?;
        let storage = filter.storage.map(|storage| storages.get(&storage));
        let run = filter.run.map(|run| runs.get(&run));
        if storage == Some(None) || run == Some(None) || filter.states.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            prefix: filter.prefix.as_ref().map_or("", ArtifactKeyPrefix::as_str),
            storage: storage.flatten(),
            run: run.flatten(),
            states: &filter.states,
            all_versions: filter.all_versions,
        }))
    }

    /// Selects what passes the filter, but for the prefix.
    ///
    /// A location may hold nearly everything, so it narrows a listing only where nothing else does and where its artifacts
    /// come in the order that is asked for: from the newest on.
    fn select(&self, order: ArtifactOrder) -> SelectStatement {
        let located = match order {
            ArtifactOrder::Newest if self.run.is_none() => column(Column::StorageId),
            // No index has this sum.
            ArtifactOrder::Newest | ArtifactOrder::Key => column(Column::StorageId).add(0),
        };
        let states = self.states.iter().map(|state| state.as_str());
        let mut of_family =
            Cond::all().add(column(Column::FamilyId).equals((family::Entity, family::Column::Id)));
        if !self.all_versions {
            of_family = of_family.add(column(Column::Version).equals((family::Entity, family::Column::Head)));
        }
        let mut select = Query::select();
        select.from(Artifacts).join(JoinType::InnerJoin, family::Entity, of_family);
        if let Some(run) = self.run {
            let made = Cond::all()
                .add(Expr::col((OUTPUTS, "artifact_id")).equals((Artifacts, Column::Id)))
                .add(Expr::col((OUTPUTS, "run_id")).eq(run));
            select.join(JoinType::InnerJoin, OUTPUTS, made);
        }
        complete(&mut select);
        select
            .and_where(column(Column::State).is_in(states))
            .and_where_option(self.storage.map(|storage| located.eq(storage)));
        select
    }

    fn has_prefix(&self) -> Condition {
        begins_with(&family_column(family::Column::Key), self.prefix)
    }
}

async fn newest_first(
    connection: Connection<'_>,
    wanted: &Wanted<'_>,
    page: &PageRequest,
) -> Result<Page<Artifact>, PersistenceError> {
    let before = position::<i64>(page)?.unwrap_or(i64::MAX);
    let mut select = wanted
        .select(ArtifactOrder::Newest)
        .and_where(column(Column::Id).lt(before))
        .order_by((Artifacts, Column::Id), Order::Desc)
        .limit(rows_to_read(page))
        .to_owned();
    if !wanted.prefix.is_empty() {
        select.cond_where(wanted.has_prefix());
    }
    let rows = connection.rows(&select).await?;
    let page = cut(page, artifacts(connection, &rows).await?, |(number, _)| *number);
    Ok(Page { items: page.items.into_iter().map(|(_, artifact)| artifact).collect(), next: page.next })
}

async fn by_key(
    connection: Connection<'_>,
    wanted: &Wanted<'_>,
    page: &PageRequest,
) -> Result<Page<Artifact>, PersistenceError> {
    let after = position::<KeyPosition>(page)?.filter(|after| after.key.as_str() >= wanted.prefix);
    let mut rows = Vec::new();
    if let Some(after) = after.as_ref().filter(|_| wanted.all_versions) {
        rows = rest_of_family(connection, wanted, after, rows_to_read(page)).await?;
    }
    let missing = rows_to_read(page).saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    if missing > 0 {
        rows.extend(further_families(connection, wanted, after.as_ref(), missing).await?);
    }
    let found = artifacts(connection, &rows).await?.into_iter().map(|(_, artifact)| artifact).collect();
    Ok(cut(page, found, KeyPosition::of))
}

/// The later versions of the family in which the page before ended.
async fn rest_of_family(
    connection: Connection<'_>,
    wanted: &Wanted<'_>,
    after: &KeyPosition,
    limit: u64,
) -> Result<Vec<QueryResult>, PersistenceError> {
    let select = wanted
        .select(ArtifactOrder::Key)
        .and_where(family_column(family::Column::Stem).eq(after.uid.stem().as_str()))
        .and_where(family_column(family::Column::Key).eq(after.key.as_str()))
        .and_where(column(Column::Version).gt(i64::from(after.uid.version().number())))
        .order_by((Artifacts, Column::Version), Order::Asc)
        .limit(limit)
        .to_owned();
    connection.rows(&select).await
}

/// The artifacts of the families behind the one in which the page before ended.
async fn further_families(
    connection: Connection<'_>,
    wanted: &Wanted<'_>,
    after: Option<&KeyPosition>,
    limit: u64,
) -> Result<Vec<QueryResult>, PersistenceError> {
    let key_and_stem =
        || Expr::tuple([family_column(family::Column::Key), family_column(family::Column::Stem)]);
    let behind = after.map(|after| {
        let last = [Expr::val(after.key.as_str()), Expr::val(after.uid.stem().as_str())];
        key_and_stem().gt(Expr::tuple(last))
    });
    let select = wanted
        .select(ArtifactOrder::Key)
        .cond_where(wanted.has_prefix())
        .and_where_option(behind)
        .order_by((family::Entity, family::Column::Key), Order::Asc)
        .order_by((family::Entity, family::Column::Stem), Order::Asc)
        .order_by((Artifacts, Column::Version), Order::Asc)
        .limit(limit)
        .to_owned();
    connection.rows(&select).await
}
