//! The suite calls every method of every port, and every adapter runs the suite.

use crate::check::workspace_crate::WorkspaceCrate;
use crate::finding::Finding;
use crate::production_code;
use crate::rust_text::{block_end, leading_identifier, line_at, word_offsets};
use crate::source_tree::SourceTree;

const PORTS: &str = "crates/ports/src";
const SUITE: &str = "crates/conformance/src";

/// A method that a port promises.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PortMethod {
    port: String,
    name: String,
    line: usize,
}

/// Port methods that no case calls, and adapters without a conformance test that brings its own `main`.
pub(super) fn findings(tree: &SourceTree, crates: &[WorkspaceCrate]) -> Vec<Finding> {
    let suite: String = production_code::below(tree, SUITE)
        .into_iter()
        .map(|(_, code)| code.split_whitespace().collect::<String>())
        .collect();
    let ports = production_code::below(tree, PORTS);
    let all_code: String = ports.iter().map(|(_, code)| code.as_str()).collect();
    let uncalled = ports.iter().flat_map(|(file, code)| {
        let methods = port_methods(code).into_iter();
        let methods =
            methods.filter(|method| !calls(&suite, &method.name, accessor(&all_code, &method.port)));
        let findings = methods.map(|method| {
            let message = format!("no conformance case calls {}::{}", method.port, method.name);
            Finding::new(&file.path, method.line, message)
        });
        findings.collect::<Vec<_>>()
    });
    let untested =
        crates.iter().filter(|subject| subject.is_adapter()).flat_map(|subject| untested(tree, subject));
    uncalled.chain(untested).collect()
}

/// The methods of the public traits in some code.
fn port_methods(code: &str) -> Vec<PortMethod> {
    let mut methods = Vec::new();
    for start in word_offsets(code, "pub trait ") {
        let port = leading_identifier(&code[start + "pub trait ".len()..]);
        let Some(end) = block_end(&code[start..]) else { continue };
        let body = &code[start..start + end];
        for offset in word_offsets(body, "fn ") {
            let name = leading_identifier(&body[offset + "fn ".len()..]);
            methods.push(PortMethod {
                port: port.to_owned(),
                name: name.to_owned(),
                line: line_at(code, start + offset),
            });
        }
    }
    methods
}

/// The method that hands out a port, if one does: repositories share the names of their methods, so that a call
/// counts only right behind it.
fn accessor<'code>(code: &'code str, port: &str) -> Option<&'code str> {
    let handed_out = format!("(&mut self) -> &mut dyn {port}");
    let offset = word_offsets(code, &handed_out).next()?;
    code[..offset].rsplit(' ').next()
}

/// Whether code without white space calls a method by that name.
fn calls(suite: &str, method: &str, accessor: Option<&str>) -> bool {
    let before = accessor.map(|accessor| format!(".{accessor}()")).unwrap_or_default();
    let plain = format!("{before}.{method}(");
    let generic = format!("{before}.{method}::<");
    suite.contains(&plain) || suite.contains(&generic)
}

fn untested(tree: &SourceTree, subject: &WorkspaceCrate) -> Vec<Finding> {
    let tests = format!("{}/tests", subject.folder);
    let suites = tree.below(&tests).filter(|file| {
        file.name().starts_with("conformance")
            && file.has_extension("rs")
            && file.text.contains("freehold_conformance::")
    });
    let targets: Vec<_> = suites.map(|file| file.name().trim_end_matches(".rs")).collect();
    if targets.is_empty() {
        let message = format!(
            "{} has no tests/conformance*.rs that calls freehold_conformance: an adapter runs the suite",
            subject.name
        );
        return vec![Finding::new(&subject.manifest_path(), 1, message)];
    }
    let without_main =
        targets.into_iter().filter(|target| !subject.tests_with_own_main.iter().any(|name| name == target));
    let findings = without_main.map(|target| {
        let message =
            format!("the suite brings its own main: the test target {target} needs `harness = false`");
        Finding::new(&subject.manifest_path(), 1, message)
    });
    findings.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: (&str, &str) = (
        "crates/ports/src/clock.rs",
        "//! Time.\npub trait Clock: Send {\n    /// Now. fn no()\n    fn now(&self) -> u8;\n    async fn sleep(&self) { x() }\n}\nfn free() {}\n",
    );
    const ADAPTER_TEST: (&str, &str) =
        ("crates/adapters/a/tests/conformance.rs", "fn main() { freehold_conformance::clock::main() }");

    fn adapter(own_main: bool) -> WorkspaceCrate {
        let mut adapter = WorkspaceCrate::of("freehold-a", "crates/adapters/a", &[], &[]);
        if own_main {
            adapter.tests_with_own_main.push("conformance".to_owned());
        }
        adapter
    }

    fn messages(files: &[(&str, &str)], own_main: bool) -> Vec<String> {
        let tree = SourceTree::of(files);
        findings(&tree, &[adapter(own_main)]).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn ports_that_the_suite_calls_and_adapters_that_run_it_are_clean() {
        let suite = ("crates/conformance/src/clock.rs", "clock\n    .now();\nclock.sleep().await;");
        assert_eq!(messages(&[PORT, suite, ADAPTER_TEST], true), Vec::<String>::new());
    }

    #[test]
    fn a_method_that_no_case_calls_is_found_at_its_line() {
        let suite = ("crates/conformance/src/clock.rs", "clock.now(); // clock.sleep()");
        assert_eq!(
            messages(&[PORT, suite, ADAPTER_TEST], true),
            ["crates/ports/src/clock.rs:5: no conformance case calls Clock::sleep"]
        );
    }

    #[test]
    fn a_call_on_another_repository_does_not_count() {
        let ports = [
            ("crates/ports/src/unit.rs", "pub trait Unit {\n    fn users(&mut self) -> &mut dyn Users;\n}\n"),
            ("crates/ports/src/users.rs", "pub trait Users {\n    fn list(&self);\n}\n"),
        ];
        let elsewhere = ("crates/conformance/src/a.rs", "unit.users(); unit.runs().list();");
        assert_eq!(
            messages(&[ports[0], ports[1], elsewhere, ADAPTER_TEST], true),
            ["crates/ports/src/users.rs:2: no conformance case calls Users::list"]
        );
        let here = ("crates/conformance/src/a.rs", "unit\n.users()\n.list();");
        assert_eq!(messages(&[ports[0], ports[1], here, ADAPTER_TEST], true), Vec::<String>::new());
    }

    #[test]
    fn an_adapter_that_does_not_run_the_suite_is_found() {
        assert!(messages(&[], true)[0].contains("an adapter runs the suite"));
    }

    #[test]
    fn every_suite_of_an_adapter_needs_its_own_main() {
        let second =
            ("crates/adapters/a/tests/conformance_wire.rs", "fn main() { freehold_conformance::a::main() }");
        let found = messages(&[ADAPTER_TEST, second], true);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("the test target conformance_wire needs `harness = false`"));
    }

    #[test]
    fn a_suite_under_the_standard_harness_is_found() {
        assert!(messages(&[ADAPTER_TEST], false)[0].contains("harness = false"));
    }
}
