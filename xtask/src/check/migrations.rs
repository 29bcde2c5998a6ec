//! A released migration never changes: a lock file keeps the hash of each.

mod lock;

pub(crate) use lock::{Entry, Lock, State};

use crate::finding::Finding;
use crate::source_tree::SourceTree;

/// Where the migrations lie.
pub(crate) const FOLDER: &str = "crates/adapters/sea-orm/src/migration";
/// Where their hashes lie.
pub(crate) const LOCK: &str = "crates/adapters/sea-orm/migrations.lock";

/// Migrations that changed, that the lock does not know, and entries whose migration is gone.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    let written = tree.file(LOCK).map(|file| file.text.as_str()).unwrap_or_default();
    let lock = match Lock::parse(written) {
        Ok(lock) => lock,
        Err((line, message)) => return vec![Finding::new(LOCK, line, message)],
    };
    let present = present(tree);
    let mut findings: Vec<_> = present
        .iter()
        .filter_map(|migration| {
            let message = match lock.find(&migration.name) {
                None => "is not in migrations.lock: run `cargo xtask generate`",
                Some(known) if known.hash == migration.hash => return None,
                Some(Entry { state: State::Released, .. }) => {
                    "was released and may not change: restore it and add another migration"
                }
                Some(Entry { state: State::Unreleased, .. }) => {
                    "changed: run `cargo xtask generate --rewrite-unreleased`"
                }
            };
            Some(Finding::new(&format!("{FOLDER}/{}", migration.name), 1, message))
        })
        .collect();
    let gone = lock.entries().filter(|known| !present.iter().any(|migration| migration.name == known.name));
    findings.extend(gone.map(|known| {
        let remedy = match known.state {
            State::Released => "was released and may not vanish: restore it",
            State::Unreleased => "is gone: run `cargo xtask generate --rewrite-unreleased`",
        };
        Finding::new(LOCK, known.line, format!("{} {remedy}", known.name))
    }));
    findings
}

/// The migrations that exist, each as the entry that a lock would begin with.
pub(crate) fn present(tree: &SourceTree) -> Vec<Entry> {
    tree.below(FOLDER)
        .filter(|file| file.has_extension("rs"))
        .map(|file| Entry {
            name: file.path[FOLDER.len() + 1..].to_owned(),
            hash: hash(&file.text),
            state: State::Unreleased,
            line: 0,
        })
        .collect()
}

/// The hash of a migration, the same for both conventions of line ends.
fn hash(text: &str) -> String {
    blake3::hash(text.replace("\r\n", "\n").as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = "crates/adapters/sea-orm/src/migration/m1_start.rs";

    fn messages(text: &str, lock: &str) -> Vec<String> {
        let tree = SourceTree::of(&[(MIGRATION, text), (LOCK, lock)]);
        findings(&tree).into_iter().map(|finding| finding.message).collect()
    }

    fn locked(state: &str, text: &str) -> String {
        format!("m1_start.rs {state} {}\n", hash(text))
    }

    #[test]
    fn a_migration_that_is_as_the_lock_says_is_clean() {
        assert_eq!(messages("a\n", &locked("released", "a\n")), Vec::<String>::new());
        assert_eq!(messages("a\r\n", &locked("unreleased", "a\n")), Vec::<String>::new());
    }

    #[test]
    fn a_changed_migration_is_found_and_the_remedy_depends_on_its_release() {
        assert!(messages("b", &locked("released", "a"))[0].contains("was released and may not change"));
        assert!(messages("b", &locked("unreleased", "a"))[0].contains("--rewrite-unreleased"));
    }

    #[test]
    fn a_migration_that_the_lock_does_not_know_is_found() {
        assert!(messages("a", "")[0].contains("is not in migrations.lock"));
    }

    #[test]
    fn an_entry_without_its_migration_is_found() {
        let tree = SourceTree::of(&[(LOCK, &locked("released", "a"))]);
        assert!(findings(&tree)[0].message.contains("may not vanish"));
    }

    #[test]
    fn a_lock_that_cannot_be_read_is_found() {
        assert_eq!(messages("a", "what is this\n").len(), 1);
    }
}
