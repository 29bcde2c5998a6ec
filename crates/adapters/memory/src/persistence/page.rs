//! Pages of a listing: where one goes on, and where it ends.

use std::fmt::Display;
use std::str::FromStr;

use freehold_ports::persistence::{Cursor, Page, PageRequest, PersistenceError};

use super::error::foreign_cursor;

/// The position behind which the wanted page begins; `None` for the first page.
pub(super) fn position<P: FromStr>(request: &PageRequest) -> Result<Option<P>, PersistenceError> {
    let read = |cursor: &Cursor| cursor.as_str().parse().map_err(|_| foreign_cursor(cursor.as_str()));
    request.after.as_ref().map(read).transpose()
}

/// Cuts the first page off `rows`, which begin behind the request's position and come with their own positions.
pub(super) fn cut<P: Display, T>(request: &PageRequest, rows: impl IntoIterator<Item = (P, T)>) -> Page<T> {
    let limit = usize::try_from(request.limit.max(1)).unwrap_or(usize::MAX);
    let mut rows = rows.into_iter();
    let mut items = Vec::new();
    let mut last = None;
    for (position, item) in rows.by_ref().take(limit) {
        items.push(item);
        last = Some(position);
    }
    let next = rows.next().and(last).map(|position| Cursor::new(position.to_string()));
    Page { items, next }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_page_that_takes_the_last_row_has_no_next() {
        let rows = || (1..=4_u64).map(|number| (number, number * 10));
        let page = cut(&PageRequest::first(4), rows());
        assert_eq!(page, Page { items: vec![10, 20, 30, 40], next: None });
        let page = cut(&PageRequest::first(3), rows());
        assert_eq!(page.next.unwrap().as_str(), "3");
    }

    #[test]
    fn a_limit_of_zero_gives_one_row() {
        assert_eq!(cut(&PageRequest::first(0), [(1_u64, 'a'), (2, 'b')]).items, ['a']);
    }

    #[test]
    fn a_cursor_of_another_listing_is_refused() {
        let request = PageRequest { after: Some(Cursor::new("raw/a.csv")), limit: 1 };
        assert!(matches!(position::<u64>(&request), Err(PersistenceError::Backend { .. })));
    }
}
