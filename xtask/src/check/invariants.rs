//! Each invariant in ARCHITECTURE.md names the check that holds it, and that check exists.

use crate::finding::Finding;
use crate::markdown::{backticked, table_cells};
use crate::rust_text::{leading_identifier, word_offsets};
use crate::source_tree::SourceTree;

const DOCUMENT: &str = "ARCHITECTURE.md";
const INVARIANTS: usize = 10;

/// Invariants without a row, rows that name neither a check nor an issue, and checks that do not exist.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    let Some(document) = tree.file(DOCUMENT) else {
        return vec![Finding::new(DOCUMENT, 1, "the file is missing")];
    };
    let mut findings = Vec::new();
    let mut seen = [false; INVARIANTS];
    for (line, text) in document.numbered_lines() {
        let Some(number) = invariant_of_row(text) else { continue };
        if let Some(seen) = number.checked_sub(1).and_then(|index| seen.get_mut(index)) {
            *seen = true;
        }
        let named: Vec<_> = backticked(text).filter_map(|code| code.split_once('#')).collect();
        if named.is_empty() && !names_an_issue(text) {
            let message = format!("I{number} names no check as `path/to/file.rs#test_name`, and no issue");
            findings.push(Finding::new(DOCUMENT, line, message));
        }
        let missing = named.into_iter().filter_map(|(file, test)| missing(tree, file, test));
        findings.extend(missing.map(|message| Finding::new(DOCUMENT, line, format!("I{number}: {message}"))));
    }
    let unseen = seen.iter().enumerate().filter(|(_, seen)| !**seen);
    findings.extend(
        unseen.map(|(index, _)| Finding::new(DOCUMENT, 1, format!("I{} has no row in a table", index + 1))),
    );
    findings
}

fn invariant_of_row(line: &str) -> Option<usize> {
    let first = table_cells(line)?.into_iter().next()?;
    let number = first.trim_start_matches(['*', '`', ' ']).strip_prefix('I')?;
    leading_identifier(number).parse().ok()
}

fn names_an_issue(text: &str) -> bool {
    word_offsets(text, "issue ")
        .any(|offset| text[offset + "issue ".len()..].starts_with(|c: char| c.is_ascii_digit()))
}

/// A check is a function, or a conformance case that goes by a string.
fn missing(tree: &SourceTree, file: &str, test: &str) -> Option<String> {
    let Some(found) = tree.file(file) else { return Some(format!("there is no file {file}")) };
    let function = format!("fn {test}");
    let case = format!("\"{test}\"");
    let exists = word_offsets(&found.text, &function).next().is_some() || found.text.contains(&case);
    (!exists).then(|| format!("{file} has no test or case {test}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn architecture(rows: &str) -> String {
        let rest: Vec<_> = (3..=10).map(|n| format!("| I{n} Later | issue 4 |\n")).collect();
        format!("# Architecture\n\n| invariant | check |\n|---|---|\n{rows}{}", rest.concat())
    }

    fn findings_of(rows: &str) -> Vec<String> {
        let text = architecture(rows);
        let tree = SourceTree::of(&[
            (DOCUMENT, &text),
            ("crates/a/src/lib.rs", "fn one_manager() {}"),
            ("crates/c/src/blobs.rs", "case(\"blobs/create is exclusive\", f)"),
        ]);
        findings(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    const FIRST: &str = "| **I1** One manager | `crates/a/src/lib.rs#one_manager` |\n";
    const SECOND: &str = "| I2 No overlap | `crates/c/src/blobs.rs#blobs/create is exclusive`, issue 4 |\n";

    #[test]
    fn rows_that_name_existing_checks_or_issues_are_clean() {
        assert_eq!(findings_of(&[FIRST, SECOND].concat()), Vec::<String>::new());
    }

    #[test]
    fn an_invariant_without_a_row_is_found() {
        assert_eq!(findings_of(FIRST), ["ARCHITECTURE.md:1: I2 has no row in a table"]);
    }

    #[test]
    fn a_row_that_names_nothing_is_found() {
        let found = findings_of(&[FIRST, "| I2 No overlap | the tests |\n"].concat());
        assert_eq!(
            found,
            ["ARCHITECTURE.md:6: I2 names no check as `path/to/file.rs#test_name`, and no issue"]
        );
    }

    #[test]
    fn a_check_that_does_not_exist_is_found() {
        let found = findings_of(&[FIRST, "| I2 | `crates/a/src/lib.rs#one_man`, `b.rs#x` |\n"].concat());
        assert_eq!(
            found,
            [
                "ARCHITECTURE.md:6: I2: crates/a/src/lib.rs has no test or case one_man",
                "ARCHITECTURE.md:6: I2: there is no file b.rs"
            ]
        );
    }

    #[test]
    fn a_missing_document_is_found() {
        assert_eq!(findings(&SourceTree::of(&[])).len(), 1);
    }
}
