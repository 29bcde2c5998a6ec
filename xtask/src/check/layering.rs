//! What each crate may import. Dependencies point one way: domain, ports, then services, adapters and
//! conformance, then app, then the command line.

mod rules;

pub(super) use rules::{RULES, Rule};

use super::workspace_crate::{CrateDependency, WorkspaceCrate};
use crate::finding::Finding;

/// Every dependency that no rule allows, every crate without a rule, and every allowance that nobody uses.
pub(super) fn findings(crates: &[WorkspaceCrate], rules: &[Rule]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in crates {
        findings.extend(adapter_findings(subject, crates));
        match rules.iter().find(|rule| rule.name == subject.name) {
            Some(rule) => findings.extend(rule_findings(subject, rule)),
            None => findings.push(Finding::new(
                &subject.manifest_path(),
                1,
                format!("{} has no layering rule: add one to {}", subject.name, rules::FILE),
            )),
        }
    }
    let orphans = rules.iter().filter(|rule| !crates.iter().any(|subject| subject.name == rule.name));
    findings.extend(orphans.map(|rule| {
        Finding::new(rules::FILE, 1, format!("there is a layering rule for {}, but no such crate", rule.name))
    }));
    findings
}

fn rule_findings(subject: &WorkspaceCrate, rule: &Rule) -> Vec<Finding> {
    let imports = |name: &str| {
        subject.dependencies.iter().any(|dependency| !dependency.only_in_tests && dependency.name == name)
    };
    let forbidden =
        subject.dependencies.iter().filter(|dependency| !rule.allows(dependency)).map(|dependency| {
            let place = if dependency.only_in_tests { "in its tests" } else { "at all" };
            Finding::new(
                &subject.manifest_path(),
                subject.manifest_line(&dependency.name),
                format!("{} may not import {} {place}", subject.name, dependency.name),
            )
        });
    let unused = rule.workspace.iter().chain(rule.third_party).filter(|name| !imports(name)).map(|name| {
        Finding::new(
            &subject.manifest_path(),
            1,
            format!("{} may import {name} but does not: drop it from {}", subject.name, rules::FILE),
        )
    });
    forbidden.chain(unused).collect()
}

/// Holds whatever the table says: an adapter knows no use case, no composition and no other adapter. Its tests may use the double of the
/// ports that it does not implement itself.
fn adapter_findings(subject: &WorkspaceCrate, crates: &[WorkspaceCrate]) -> Vec<Finding> {
    if !subject.is_adapter() {
        return Vec::new();
    }
    let is_barred = |name: &str| {
        let other_adapter = crates.iter().any(|other| other.is_adapter() && other.name == name);
        other_adapter || ["freehold", "freehold-cli", "freehold-services"].contains(&name)
    };
    let is_double =
        |dependency: &CrateDependency| dependency.only_in_tests && dependency.name == "freehold-memory";
    subject
        .dependencies
        .iter()
        .filter(|dependency| is_barred(&dependency.name) && !is_double(dependency))
        .map(|dependency| {
            Finding::new(
                &subject.manifest_path(),
                subject.manifest_line(&dependency.name),
                format!("{} is an adapter and may never import {}", subject.name, dependency.name),
            )
        })
        .collect()
}

impl Rule {
    fn allows(&self, dependency: &CrateDependency) -> bool {
        let name = dependency.name.as_str();
        match (dependency.only_in_tests, dependency.in_workspace) {
            (true, false) => true,
            (true, true) => self.workspace.contains(&name) || self.in_tests.contains(&name),
            (false, true) => self.workspace.contains(&name),
            (false, false) => self.third_party.contains(&name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        name: "freehold-x",
        workspace: &["freehold-domain"],
        third_party: &["url"],
        in_tests: &["freehold-memory"],
    };

    fn messages(subject: &WorkspaceCrate, rules: &[Rule]) -> Vec<String> {
        findings(std::slice::from_ref(subject), rules)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn a_crate_that_imports_what_its_rule_says_is_clean() {
        let subject = WorkspaceCrate::of(
            "freehold-x",
            "crates/x",
            &["freehold-domain", "url"],
            &["freehold-memory", "proptest"],
        );
        assert_eq!(messages(&subject, &[RULE]), Vec::<String>::new());
    }

    #[test]
    fn an_import_without_an_allowance_is_found_where_it_is_written() {
        let subject =
            WorkspaceCrate::of("freehold-x", "crates/x", &["freehold-domain", "url", "freehold-ports"], &[]);
        assert_eq!(
            messages(&subject, &[RULE]),
            ["crates/x/Cargo.toml:3: freehold-x may not import freehold-ports at all"]
        );
    }

    #[test]
    fn a_test_import_of_the_workspace_needs_an_allowance() {
        let subject =
            WorkspaceCrate::of("freehold-x", "crates/x", &["freehold-domain", "url"], &["freehold-sea-orm"]);
        assert_eq!(
            messages(&subject, &[RULE]),
            ["crates/x/Cargo.toml:3: freehold-x may not import freehold-sea-orm in its tests"]
        );
    }

    #[test]
    fn an_allowance_that_nobody_uses_is_found() {
        let subject = WorkspaceCrate::of("freehold-x", "crates/x", &["freehold-domain"], &[]);
        assert!(messages(&subject, &[RULE])[0].contains("may import url but does not"));
    }

    #[test]
    fn a_crate_without_a_rule_is_found() {
        let subject = WorkspaceCrate::of("freehold-y", "crates/y", &[], &[]);
        assert!(messages(&subject, &[])[0].contains("freehold-y has no layering rule"));
    }

    #[test]
    fn a_rule_without_a_crate_is_found() {
        assert!(findings(&[], &[RULE])[0].message.contains("no such crate"));
    }

    #[test]
    fn the_tests_of_an_adapter_may_use_the_double_and_the_adapter_itself_may_not() {
        let rule = Rule {
            name: "freehold-a",
            workspace: &["freehold-memory"],
            third_party: &[],
            in_tests: &["freehold-memory"],
        };
        let double = Rule { name: "freehold-memory", workspace: &[], third_party: &[], in_tests: &[] };
        let memory = WorkspaceCrate::of("freehold-memory", "crates/adapters/memory", &[], &[]);
        let of = |normal: &[&str], in_tests: &[&str]| {
            let adapter = WorkspaceCrate::of("freehold-a", "crates/adapters/a", normal, in_tests);
            let found = findings(&[adapter, memory.clone()], &[rule, double]);
            found.iter().filter(|finding| finding.message.contains("may never import")).count()
        };
        assert_eq!((of(&[], &["freehold-memory"]), of(&["freehold-memory"], &[])), (0, 1));
    }

    #[test]
    fn no_rule_lets_an_adapter_import_another_adapter_or_the_services() {
        let lenient = Rule {
            name: "freehold-a",
            workspace: &["freehold-b", "freehold-services"],
            third_party: &[],
            in_tests: &[],
        };
        let other = Rule { name: "freehold-b", workspace: &[], third_party: &[], in_tests: &[] };
        let crates = [
            WorkspaceCrate::of("freehold-a", "crates/adapters/a", &["freehold-b", "freehold-services"], &[]),
            WorkspaceCrate::of("freehold-b", "crates/adapters/b", &[], &[]),
        ];
        assert_eq!(findings(&crates, &[lenient, other]).len(), 2);
    }
}
