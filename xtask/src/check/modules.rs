//! Every Rust file says what it is, and its name says what is inside.

use crate::finding::Finding;
use crate::rust_text::{code_only, leading_identifier, line_at, word_offsets};
use crate::source_tree::{SourceFile, SourceTree};

/// Names that say nothing about what they hold.
const BANNED: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "types", "manager", "misc"];

/// Files that do not begin with `//!`, files named `mod.rs`, and banned names of files, folders and modules.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    tree.rust_files().flat_map(|file| [opening(file), name(file), inline_modules(file)].concat()).collect()
}

fn opening(file: &SourceFile) -> Vec<Finding> {
    if file.text.starts_with("//!") {
        Vec::new()
    } else {
        vec![Finding::new(&file.path, 1, "a file begins with `//!` and what it is about")]
    }
}

fn name(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.name() == "mod.rs" {
        findings.push(Finding::new(&file.path, 1, "a module `x` lies in `x.rs`, not in `x/mod.rs`"));
    }
    let banned = file.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
    findings.extend(
        banned
            .filter(|part| BANNED.contains(part))
            .map(|part| Finding::new(&file.path, 1, format!("`{part}` names nothing that is inside"))),
    );
    findings
}

fn inline_modules(file: &SourceFile) -> Vec<Finding> {
    let code = code_only(&file.text);
    word_offsets(&code, "mod ")
        .filter_map(|offset| {
            let name = leading_identifier(code[offset + "mod ".len()..].trim_start());
            BANNED.contains(&name).then(|| {
                let message = format!("`mod {name}` names nothing that is inside");
                Finding::new(&file.path, line_at(&code, offset), message)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_says_what_it_is_is_clean() {
        let tree = SourceTree::of(&[("crates/a/src/storage.rs", "//! Storage.\n\nmod access;\n")]);
        assert_eq!(findings(&tree), []);
    }

    #[test]
    fn a_file_without_an_opening_line_is_found() {
        let tree = SourceTree::of(&[("crates/a/src/storage.rs", "use a;\n//! Late.\n")]);
        assert_eq!(findings(&tree).len(), 1);
    }

    #[test]
    fn mod_rs_is_found() {
        let tree = SourceTree::of(&[("crates/a/src/storage/mod.rs", "//! Storage.\n")]);
        assert!(findings(&tree)[0].message.contains("not in `x/mod.rs`"));
    }

    #[test]
    fn banned_names_of_files_folders_and_modules_are_found() {
        let tree = SourceTree::of(&[
            ("crates/a/src/utils.rs", "//! A.\n"),
            ("crates/a/src/common/b.rs", "//! B.\n"),
            ("crates/a/src/c.rs", "//! C.\npub mod helpers {}\n"),
        ]);
        let places: Vec<_> =
            findings(&tree).into_iter().map(|finding| (finding.file, finding.line)).collect();
        let expected =
            [("crates/a/src/c.rs", 2), ("crates/a/src/common/b.rs", 1), ("crates/a/src/utils.rs", 1)];
        assert_eq!(places, expected.map(|(file, line)| (file.to_owned(), line)));
    }
}
