//! What the program tells of its work on standard error, when it is asked to.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::command_line::GlobalOptions;

/// The beginning of the names of all of our crates.
const OURS: &str = "freehold";

/// Begins to tell. Without `-v` that is next to nothing.
pub(crate) fn begin(options: &GlobalOptions) {
    let (ours, others) = levels(options.verbose, options.quiet);
    let filter = Targets::new().with_default(others).with_target(OURS, ours);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false);
    // It fails only when there is a subscriber already, which is then the one to use.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

/// What is told of our own work, and of that of the libraries.
fn levels(verbose: u8, quiet: bool) -> (LevelFilter, LevelFilter) {
    match (verbose, quiet) {
        (0, true) => (LevelFilter::ERROR, LevelFilter::OFF),
        (0, false) => (LevelFilter::WARN, LevelFilter::OFF),
        (1, _) => (LevelFilter::DEBUG, LevelFilter::WARN),
        (2.., _) => (LevelFilter::TRACE, LevelFilter::DEBUG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_silent_unless_asked_for() {
        assert_eq!(levels(0, false), (LevelFilter::WARN, LevelFilter::OFF));
        assert_eq!(levels(2, false), (LevelFilter::TRACE, LevelFilter::DEBUG));
    }
}
