//! Long listings: page by page, as long as somebody reads.

use freehold::{Cursor, Page};

use crate::failure::Failure;
use crate::output::Output;

/// How many records are held at once.
const PAGE: u32 = 1000;

/// Prints at most `limit` records. `fetch` gives the page after a cursor, with at most so many records; `print` prints a page.
pub(crate) async fn each_page<T>(
    output: &mut Output,
    limit: Option<u64>,
    mut fetch: impl AsyncFnMut(Option<Cursor>, u32) -> Result<Page<T>, Failure>,
    mut print: impl FnMut(&mut Output, &[T]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut after = None;
    while left > 0 && !output.is_closed() {
        let page = fetch(after, u32::try_from(left).unwrap_or(PAGE).min(PAGE)).await?;
        left = left.saturating_sub(page.items.len() as u64);
        print(output, &page.items)?;
        output.flush()?;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;
    use crate::command_line::CommandLine;

    /// The numbers below 2500, in pages, and with which limits they were asked for.
    async fn numbers(limit: Option<u64>) -> (Vec<u64>, Vec<u32>) {
        let options = CommandLine::try_parse_from(["freehold", "list"]).unwrap().options;
        let (mut printed, mut limits) = (Vec::new(), Vec::new());
        let fetch = async |after: Option<Cursor>, limit: u32| {
            limits.push(limit);
            let first = after.map_or(0, |cursor| cursor.as_str().parse::<u64>().unwrap());
            let end = (first + u64::from(limit)).min(2500);
            Ok(Page {
                items: (first..end).collect(),
                next: (end < 2500).then(|| Cursor::new(end.to_string())),
            })
        };
        let print = |_: &mut Output, page: &[u64]| {
            printed.extend_from_slice(page);
            Ok(())
        };
        each_page(&mut Output::new(&options), limit, fetch, print).await.unwrap();
        (printed, limits)
    }

    #[tokio::test]
    async fn everything_comes_in_pages() {
        let (printed, limits) = numbers(None).await;
        assert_eq!(printed, (0..2500).collect::<Vec<_>>());
        assert_eq!(limits, [1000, 1000, 1000]);
    }

    #[tokio::test]
    async fn a_limit_ends_a_listing_exactly() {
        let (printed, limits) = numbers(Some(1200)).await;
        assert_eq!(printed, (0..1200).collect::<Vec<_>>());
        assert_eq!(limits, [1000, 200]);
        assert_eq!(numbers(Some(0)).await, (vec![], vec![]));
        assert_eq!(numbers(Some(u64::MAX)).await.0.len(), 2500);
    }
}
