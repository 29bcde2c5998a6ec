//! What must never be committed: unfinished code, registry hosts, and paths of one machine.

use crate::finding::Finding;
use crate::production_code;
use crate::rust_text::{line_at, word_offsets};
use crate::source_tree::{SourceFile, SourceTree};

/// Words of unfinished or careless code, wherever production code lies.
const UNFINISHED: [&str; 3] = ["todo!(", "unimplemented!(", "dbg!("];
const CARELESS: &str = ".unwrap()";

/// Hosts of package registries, in two halves so that this file does not name them.
const HOSTS: [(&str, &str); 8] = [
    ("crates", ".io"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("pypi", ".org"),
    ("files.pythonhosted", ".org"),
    ("registry.npmjs", ".org"),
    ("proxy.golang", ".org"),
    ("deb.debian", ".org"),
];

/// Folders of the machines that this is made on, in two halves for the same reason.
const MACHINE_FOLDERS: [(&str, &str); 3] = [("/wo", "rk/main"), ("/wo", "rk/shared"), ("/ro", "ot/")];
/// Home folders: in code and prose they are examples, in scripts and configuration they are somebody's.
const HOME_FOLDERS: &str = "/home/";

/// Cargo's own file, which must name where packages come from.
const LOCK_FILE: &str = "Cargo.lock";

/// Everything of that kind in the tree.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    let code = production_code::below(tree, "crates").into_iter();
    let code = code.filter(|(file, _)| file.path.contains("/src/"));
    let unfinished = code.flat_map(|(file, code)| code_findings(&file.path, &code));
    let text = tree.files().filter(|file| file.path != LOCK_FILE).flat_map(text_findings);
    unfinished.chain(text).collect()
}

fn code_findings(path: &str, code: &str) -> Vec<Finding> {
    let is_suite = path.starts_with("crates/conformance/");
    let careless = (!is_suite).then_some(CARELESS);
    let words = UNFINISHED.into_iter().chain(careless);
    words
        .flat_map(|word| word_offsets(code, word).map(move |offset| (word, offset)))
        .map(|(word, offset)| {
            let message = format!("`{}` outside tests", word.trim_end_matches('('));
            Finding::new(path, line_at(code, offset), message)
        })
        .collect()
}

fn text_findings(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_code_or_prose = file.has_extension("rs") || file.has_extension("md");
    for (line, text) in file.numbered_lines() {
        let host = HOSTS.iter().map(|(head, tail)| format!("{head}{tail}"));
        for host in host.filter(|host| text.contains(&format!("://{host}"))) {
            findings.push(Finding::new(&file.path, line, format!("names the package registry {host}")));
        }
        let machine = MACHINE_FOLDERS.iter().map(|(head, tail)| format!("{head}{tail}"));
        let home = (!is_code_or_prose).then(|| HOME_FOLDERS.to_owned());
        for folder in machine.chain(home).filter(|folder| begins_a_path(text, folder)) {
            findings.push(Finding::new(&file.path, line, format!("a path of one machine, below {folder}")));
        }
    }
    findings
}

/// Whether the folder stands at the beginning of a path, not inside of one.
fn begins_a_path(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(offset, _)| {
        let before = text[..offset].chars().next_back();
        !before.is_some_and(|c| {
            c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '>' | ')' | '~' | '*')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        findings(&SourceTree::of(&[(path, text)])).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn unfinished_code_is_found_outside_tests() {
        let text = "fn a() {\n    b().unwrap();\n    todo!()\n}\n#[cfg(test)]\nmod tests { fn c() { d().unwrap() } }\n";
        assert_eq!(
            messages("crates/a/src/lib.rs", text),
            [
                "crates/a/src/lib.rs:3: `todo!` outside tests",
                "crates/a/src/lib.rs:2: `.unwrap()` outside tests"
            ]
        );
    }

    #[test]
    fn examples_in_documentation_and_test_crates_are_not_production_code() {
        assert_eq!(messages("crates/a/src/lib.rs", "/// a.unwrap();\n"), Vec::<String>::new());
        assert_eq!(messages("tests/end-to-end/tests/a.rs", "a.unwrap();\n"), Vec::<String>::new());
    }

    #[test]
    fn a_registry_host_is_found_in_any_file_but_the_lock() {
        let text = format!("see https://{}{}/x\n", "pypi", ".org");
        assert_eq!(messages("README.md", &text).len(), 1);
        assert_eq!(messages("Cargo.lock", &text).len(), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found_and_a_path_inside_another_is_not() {
        let machine = format!("cd {}{}/x\n", "/wo", "rk/main");
        assert_eq!(messages("docs/a.md", &machine).len(), 1);
        assert_eq!(messages(".ci/run", "cd /home/ada\n").len(), 1);
        assert_eq!(messages("docs/a.md", "cd /home/ada\n").len(), 0);
        assert_eq!(messages("docs/a.md", "read/write/work/later, ./work/main, ~/work/main\n").len(), 0);
    }
}
