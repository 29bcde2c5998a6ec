//! The figures as a Markdown table, each beside its floor.

use std::fmt::Write;
use std::time::Duration;

/// One figure, and what it is held against.
#[derive(Debug, Clone)]
pub(super) struct Row {
    what: &'static str,
    took: Duration,
    floor: &'static str,
    floor_took: Duration,
    limit: Option<f64>,
}

impl Row {
    /// A figure that should stay under a number of seconds.
    pub(super) fn with_limit(
        what: &'static str,
        took: Duration,
        floor: &'static str,
        floor_took: Duration,
        limit: f64,
    ) -> Self {
        Self { what, took, floor, floor_took, limit: Some(limit) }
    }

    /// A figure for comparison only.
    pub(super) fn without_limit(
        what: &'static str,
        took: Duration,
        floor: &'static str,
        floor_took: Duration,
    ) -> Self {
        Self { what, took, floor, floor_took, limit: None }
    }
}

/// The whole table.
pub(super) fn render(rows: &[Row]) -> String {
    let mut table =
        String::from("| what | took | aim | floor | floor took | ratio |\n|---|--:|--:|---|--:|--:|\n");
    for Row { what, took, floor, floor_took, limit } in rows {
        let aim = limit.map_or_else(|| "-".to_owned(), |limit| format!("{limit} s"));
        let ratio = took.as_secs_f64() / floor_took.as_secs_f64().max(f64::EPSILON);
        let (took, floor_took) = (took.as_secs_f64(), floor_took.as_secs_f64());
        // Writing to a string cannot fail.
        let _ =
            writeln!(table, "| {what} | {took:.3} s | {aim} | {floor} | {floor_took:.3} s | {ratio:.1} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_floor_and_their_ratio() {
        let row = Row::with_limit(
            "saving",
            Duration::from_millis(1500),
            "copying",
            Duration::from_millis(500),
            6.0,
        );
        assert!(render(&[row]).ends_with("| saving | 1.500 s | 6 s | copying | 0.500 s | 3.0 |\n"));
    }
}
