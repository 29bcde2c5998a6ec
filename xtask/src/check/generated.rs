//! Files that `cargo xtask generate` writes are as it would write them.

use crate::finding::Finding;
use crate::generate::GeneratedFile;
use crate::source_tree::SourceTree;

/// Generated files that are missing or out of date, at their first differing line.
pub(super) fn findings(tree: &SourceTree, expected: &[GeneratedFile]) -> Vec<Finding> {
    expected
        .iter()
        .filter_map(|generated| {
            let Some(current) = tree.file(&generated.path) else {
                return Some(Finding::new(&generated.path, 1, "is missing: run `cargo xtask generate`"));
            };
            let line = first_difference(&current.text, &generated.text)?;
            Some(Finding::new(&generated.path, line, "is out of date: run `cargo xtask generate`"))
        })
        .collect()
}

fn first_difference(current: &str, expected: &str) -> Option<usize> {
    if current.replace("\r\n", "\n") == expected {
        return None;
    }
    let same = current.lines().zip(expected.lines()).take_while(|(left, right)| left == right).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(current: &[(&str, &str)]) -> Vec<usize> {
        let expected = [GeneratedFile { path: "docs/a.md".to_owned(), text: "one\ntwo\n".to_owned() }];
        findings(&SourceTree::of(current), &expected).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_file_as_it_would_be_written_is_clean() {
        assert_eq!(lines_found(&[("docs/a.md", "one\ntwo\n")]), Vec::<usize>::new());
        assert_eq!(lines_found(&[("docs/a.md", "one\r\ntwo\r\n")]), Vec::<usize>::new());
    }

    #[test]
    fn a_file_that_differs_is_found_where_it_differs() {
        assert_eq!(lines_found(&[("docs/a.md", "one\n2\n")]), [2]);
        assert_eq!(lines_found(&[("docs/a.md", "one\n")]), [2]);
        assert_eq!(lines_found(&[("docs/a.md", "one\ntwo\nthree\n")]), [3]);
    }

    #[test]
    fn a_missing_file_is_found() {
        assert_eq!(lines_found(&[]), [1]);
    }
}
