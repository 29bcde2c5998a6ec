//! Records by uid, which remember the order in which they were added.

use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use freehold_domain::UidPrefix;

/// Records by uid, each with a number that counts additions and is never given out twice.
///
/// Clones share their rows until one of them is written to.
#[derive(Debug, Clone)]
pub(crate) struct Table<U, R> {
    rows: Arc<BTreeMap<U, Row<R>>>,
    by_number: Arc<BTreeMap<u64, U>>,
    last_number: u64,
}

#[derive(Debug)]
struct Row<R> {
    number: u64,
    record: Arc<R>,
}

impl<R> Clone for Row<R> {
    fn clone(&self) -> Self {
        Self { number: self.number, record: Arc::clone(&self.record) }
    }
}

impl<U, R> Default for Table<U, R> {
    fn default() -> Self {
        Self { rows: Arc::default(), by_number: Arc::default(), last_number: 0 }
    }
}

impl<U: Copy + Ord, R> Table<U, R> {
    /// Adds a record under the next number, which it gives; `None` when the uid is taken.
    pub(crate) fn insert(&mut self, uid: U, record: R) -> Option<u64> {
        if self.contains(&uid) {
            return None;
        }
        self.last_number += 1;
        let number = self.last_number;
        Arc::make_mut(&mut self.rows).insert(uid, Row { number, record: Arc::new(record) });
        Arc::make_mut(&mut self.by_number).insert(number, uid);
        Some(number)
    }

    /// Puts a record in place of the one with this uid. Without one it does nothing.
    pub(crate) fn replace(&mut self, uid: &U, record: R) {
        if let Some(row) = Arc::make_mut(&mut self.rows).get_mut(uid) {
            row.record = Arc::new(record);
        }
    }

    /// Removes a record and says whether there was one.
    pub(crate) fn remove(&mut self, uid: &U) -> bool {
        if !self.contains(uid) {
            return false;
        }
        if let Some(row) = Arc::make_mut(&mut self.rows).remove(uid) {
            Arc::make_mut(&mut self.by_number).remove(&row.number);
        }
        true
    }

    pub(crate) fn contains(&self, uid: &U) -> bool {
        self.rows.contains_key(uid)
    }

    pub(crate) fn get(&self, uid: &U) -> Option<&R> {
        self.rows.get(uid).map(|row| &*row.record)
    }

    /// Every record, by uid.
    pub(crate) fn records(&self) -> impl Iterator<Item = &R> {
        self.rows.values().map(|row| &*row.record)
    }

    /// The records whose uids lie in `range`, by uid.
    pub(crate) fn range(&self, range: impl RangeBounds<U>) -> impl Iterator<Item = (U, &R)> {
        self.rows.range(range).map(|(uid, row)| (*uid, &*row.record))
    }

    /// The records behind `position`, by uid.
    pub(crate) fn after_uid(&self, position: Option<U>) -> impl Iterator<Item = (U, &R)> {
        self.range((position.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
    }

    /// The records that were added after the one with the number `position`, the first added first.
    pub(crate) fn oldest_first(&self, position: Option<u64>) -> impl Iterator<Item = (u64, &R)> {
        let range = (position.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        self.by_number.range(range).filter_map(|row| self.numbered(row))
    }

    /// The records that were added before the one with the number `position`, the last added first.
    pub(crate) fn newest_first(&self, position: Option<u64>) -> impl Iterator<Item = (u64, &R)> {
        let range = (Bound::Unbounded, position.map_or(Bound::Unbounded, Bound::Excluded));
        self.by_number.range(range).rev().filter_map(|row| self.numbered(row))
    }

    fn numbered(&self, (number, uid): (&u64, &U)) -> Option<(u64, &R)> {
        self.get(uid).map(|record| (*number, record))
    }
}

impl<U: Copy + Ord, R: Clone> Table<U, R> {
    /// The records with these uids, in their order; absent ones are left out.
    pub(crate) fn find_many(&self, uids: &[U]) -> Vec<R> {
        uids.iter().filter_map(|uid| self.get(uid).cloned()).collect()
    }

    /// At most `limit` records whose uid, as `text` gives it, begins with `prefix`, by uid.
    pub(crate) fn find_by_prefix(
        &self,
        prefix: &UidPrefix,
        limit: u32,
        text: impl for<'uid> Fn(&'uid U) -> &'uid str,
    ) -> Vec<R> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let matching = self.rows.iter().filter(|(uid, _)| prefix.matches(text(uid)));
        matching.map(|(_, row)| (*row.record).clone()).take(limit).collect()
    }
}
