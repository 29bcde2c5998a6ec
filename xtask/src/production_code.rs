//! The Rust code that users run: without comments, the insides of literals, and tests.

use std::collections::BTreeSet;

use crate::rust_text::{code_only, leading_identifier, test_attribute, without_tests};
use crate::source_tree::{SourceFile, SourceTree};

/// Every Rust file below a folder with its code, every line at its number. Files that only tests see are left out.
pub(crate) fn below<'tree>(tree: &'tree SourceTree, folder: &'tree str) -> Vec<(&'tree SourceFile, String)> {
    let code: Vec<_> = tree
        .below(folder)
        .filter(|file| file.has_extension("rs"))
        .map(|file| (file, code_only(&file.text)))
        .collect();
    let tested: BTreeSet<String> =
        code.iter().flat_map(|(file, code)| test_modules(&file.path, code)).collect();
    code.into_iter()
        .filter(|(file, _)| !tested.iter().any(|module| is_within(&file.path, module)))
        .map(|(file, code)| (file, without_tests(&code)))
        .collect()
}

/// Whether a file is the module at a path without extension, or lies in its folder.
pub(crate) fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// The modules in files of their own that a file declares for tests only, as paths without extension.
fn test_modules(path: &str, code: &str) -> Vec<String> {
    let folder = match path.strip_suffix("/lib.rs").or_else(|| path.strip_suffix("/main.rs")) {
        Some(folder) => folder,
        None => path.strip_suffix(".rs").unwrap_or(path),
    };
    let mut modules = Vec::new();
    let mut rest = code;
    while let Some((_, behind)) = test_attribute(rest) {
        rest = &rest[behind..];
        modules.extend(declared_module(rest).map(|name| format!("{folder}/{name}")));
    }
    modules
}

/// The module in a file of its own that code begins with, whatever attributes it has.
fn declared_module(code: &str) -> Option<&str> {
    let mut item = code.trim_start();
    while item.starts_with("#[") {
        item = item[item.find(']')? + 1..].trim_start();
    }
    let name = leading_identifier(item.strip_prefix("mod ")?);
    item["mod ".len() + name.len()..].trim_start().starts_with(';').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        let tree = SourceTree::of(files);
        below(&tree, "crates/a/src").into_iter().map(|(file, _)| file.path.clone()).collect()
    }

    #[test]
    fn a_module_that_only_tests_see_is_left_out_with_its_folder() {
        let files = [
            ("crates/a/src/lib.rs", "mod key;\n#[cfg(test)]\nmod samples;\n"),
            ("crates/a/src/samples.rs", ""),
            ("crates/a/src/samples/one.rs", ""),
            ("crates/a/src/key.rs", "#[cfg(all(test, unix))]\n#[allow(x)]\nmod tests;\n"),
            ("crates/a/src/key/tests.rs", ""),
            ("crates/a/src/tests.rs", ""),
            ("crates/b/src/lib.rs", ""),
        ];
        assert_eq!(paths(&files), ["crates/a/src/key.rs", "crates/a/src/lib.rs", "crates/a/src/tests.rs"]);
    }

    #[test]
    fn what_tests_see_within_a_file_is_left_out() {
        let tree = SourceTree::of(&[("crates/a/src/lib.rs", "a();\n#[cfg(test)]\nmod tests { b(); }\n")]);
        let code = &below(&tree, "crates/a/src")[0].1;
        assert!(code.contains("a()") && !code.contains("b()"));
    }
}
