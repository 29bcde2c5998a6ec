//! `docs/reference/footprint.md`: counts that are always current, and times that were measured once.

use std::fmt::Write;
use std::time::Duration;

use super::dependencies::PLATFORM;
use super::feature_set::FeatureSet;

/// Where the document lies, from the repository's root.
pub(crate) const DOCUMENT: &str = "docs/reference/footprint.md";

const BEFORE_TIMES: &str = "## Build time\n\n";
const NOT_MEASURED: &str = "Not measured yet.\n";

/// The section with the times, as Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeTable(String);

impl TimeTable {
    /// The section of a document that was written earlier.
    pub(super) fn in_document(document: &str) -> Self {
        let section = document.split_once(BEFORE_TIMES).map(|(_, section)| section.to_owned());
        Self(section.unwrap_or_else(|| NOT_MEASURED.to_owned()))
    }

    /// The section for what was just measured on the machine that `facts` describes.
    pub(super) fn of(facts: &str, measured: &[(FeatureSet, Duration)]) -> Self {
        let mut section = format!(
            "Measured by `cargo xtask footprint --measure`: `cargo build` into an empty folder, with every source downloaded already.\n\
             On {facts}.\n\n| what is built | time |\n|---|--:|\n"
        );
        for (set, took) in measured {
            // Writing to a string cannot fail.
            let _ = writeln!(section, "| {} | {:.0} s |", set.title(), took.as_secs_f64());
        }
        Self(section)
    }
}

/// The whole document.
pub(super) fn render(counted: &[(FeatureSet, usize)], times: &TimeTable) -> String {
    let mut text = format!(
        "<!-- Written by `cargo xtask generate`; the times by `cargo xtask footprint --measure`. -->\n\n\
         # Footprint\n\n\
         What each choice of features costs whoever depends on Freehold. A registry in SQLite files with data on local disk needs no\n\
         network client and no TLS; a check holds that.\n\n\
         ## Crates\n\n\
         How many crates cargo compiles on `{PLATFORM}`: the package itself, what it needs, and what their build scripts need.\n\n\
         | what is built | crates |\n|---|--:|\n"
    );
    for (set, crates) in counted {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {crates} |", set.title());
    }
    text + "\n" + BEFORE_TIMES + &times.0
}

#[cfg(test)]
mod tests {
    use super::super::feature_set::LOCAL_ONLY;
    use super::*;

    #[test]
    fn the_times_survive_a_new_count() {
        let times = TimeTable::of("two cores", &[(LOCAL_ONLY, Duration::from_millis(61_400))]);
        let document = render(&[(LOCAL_ONLY, 200)], &times);
        assert!(document.contains("| `freehold`, `sqlite`, `local` | 200 |"));
        assert!(document.ends_with("| `freehold`, `sqlite`, `local` | 61 s |\n"));
        assert_eq!(TimeTable::in_document(&document), times);
        let recounted = render(&[(LOCAL_ONLY, 201)], &TimeTable::in_document(&document));
        assert_eq!(recounted, document.replace("200", "201"));
    }

    #[test]
    fn without_times_the_document_says_so() {
        assert!(render(&[], &TimeTable::in_document("")).ends_with("Not measured yet.\n"));
    }
}
