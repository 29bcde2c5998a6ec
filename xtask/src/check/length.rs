//! A file past 500 lines is two ideas.

use crate::finding::Finding;
use crate::source_tree::SourceTree;

const LONGEST: usize = 500;

/// Every Rust file that is too long.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    tree.rust_files()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(file, lines)| {
            let message = format!("{lines} lines: past {LONGEST} a file is two ideas");
            Finding::new(&file.path, LONGEST + 1, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_lines_are_one_idea() {
        assert_eq!(findings(&SourceTree::of(&[("a.rs", &"//!\n".repeat(500))])), []);
    }

    #[test]
    fn one_line_more_is_found() {
        let tree = SourceTree::of(&[("a.rs", &"//!\n".repeat(501)), ("a.md", &"\n".repeat(900))]);
        assert_eq!(findings(&tree), [Finding::new("a.rs", 501, "501 lines: past 500 a file is two ideas")]);
    }
}
