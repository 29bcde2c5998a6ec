//! Pages of a listing: where one goes on, and where it ends.

use std::fmt::Display;
use std::str::FromStr;

use freehold_ports::persistence::{Cursor, Page, PageRequest, PersistenceError};

use super::error;

/// The position behind which the wanted page begins; `None` for the first page.
pub(super) fn position<P: FromStr>(request: &PageRequest) -> Result<Option<P>, PersistenceError> {
    let foreign =
        |cursor: &Cursor| error::backend(format!("the cursor {cursor:?} belongs to another listing"));
    let read = |cursor: &Cursor| cursor.as_str().parse().map_err(|_| foreign(cursor));
    request.after.as_ref().map(read).transpose()
}

/// How many rows to ask for: one more than the page holds shows whether it is the last.
pub(super) fn rows_to_read(request: &PageRequest) -> u64 {
    u64::from(request.limit.max(1)) + 1
}

/// Cuts the page off `rows`, which begin behind the request's position, and tells where the next one begins.
pub(super) fn cut<T, P: Display>(
    request: &PageRequest,
    mut rows: Vec<T>,
    position: impl Fn(&T) -> P,
) -> Page<T> {
    let limit = usize::try_from(request.limit.max(1)).unwrap_or(usize::MAX);
    let goes_on = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| goes_on);
    let next = last.map(|row| Cursor::new(position(row).to_string()));
    Page { items: rows, next }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_page_that_takes_the_last_row_has_no_next() {
        let page = cut(&PageRequest::first(3), vec![1, 2, 3], |row| *row);
        assert_eq!(page, Page { items: vec![1, 2, 3], next: None });
        let page = cut(&PageRequest::first(3), vec![1, 2, 3, 4], |row| *row);
        assert_eq!((page.items, page.next.unwrap().as_str()), (vec![1, 2, 3], "3"));
    }

    #[test]
    fn a_limit_of_zero_gives_one_row() {
        let request = PageRequest::first(0);
        assert_eq!(rows_to_read(&request), 2);
        assert_eq!(cut(&request, vec!['a', 'b'], |row| *row).items, ['a']);
    }

    #[test]
    fn a_cursor_of_another_listing_is_refused() {
        let request = PageRequest { after: Some(Cursor::new("raw/a.csv")), limit: 1 };
        assert!(matches!(position::<i64>(&request), Err(PersistenceError::Backend { .. })));
    }
}
