//! The persistence adapters mirror the ports' folder tree file for file, so that who knows the port's file knows
//! the adapter's.

use crate::finding::Finding;
use crate::rust_text::{code_only, leading_identifier, line_at, word_offsets};
use crate::source_tree::{SourceFile, SourceTree};

const PORTS: &str = "crates/ports/src/persistence";
const ADAPTERS: [&str; 2] = ["crates/adapters/memory/src", "crates/adapters/sea-orm/src"];

/// Every repository of the ports that an adapter keeps elsewhere or not at all.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for port in tree.below(PORTS).filter(|file| file.has_extension("rs")) {
        let Some((name, line)) = repository(port) else { continue };
        for adapter in ADAPTERS {
            if !mirrors(tree, adapter, port.name()) {
                let message =
                    format!("{name} has no file persistence/{} of the same name in {adapter}", port.name());
                findings.push(Finding::new(&port.path, line, message));
            }
        }
    }
    findings
}

/// The repository trait that a file declares, and its line.
fn repository(file: &SourceFile) -> Option<(String, usize)> {
    let code = code_only(&file.text);
    word_offsets(&code, "pub trait ").find_map(|offset| {
        let name = leading_identifier(&code[offset + "pub trait ".len()..]);
        name.ends_with("Repository").then(|| (name.to_owned(), line_at(&code, offset)))
    })
}

fn mirrors(tree: &SourceTree, adapter: &str, name: &str) -> bool {
    tree.below(adapter)
        .any(|file| file.name() == name && file.path.split('/').any(|part| part == "persistence"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: (&str, &str) =
        ("crates/ports/src/persistence/users.rs", "//! Users.\npub trait UserRepository {}\n");

    #[test]
    fn a_mirrored_repository_is_clean() {
        let tree = SourceTree::of(&[
            PORT,
            ("crates/ports/src/persistence/page.rs", "//! Pages.\npub struct Page;\n"),
            ("crates/adapters/memory/src/persistence/users.rs", ""),
            ("crates/adapters/sea-orm/src/persistence/users.rs", ""),
        ]);
        assert_eq!(findings(&tree), []);
    }

    #[test]
    fn a_repository_that_an_adapter_keeps_elsewhere_is_found() {
        let tree = SourceTree::of(&[
            PORT,
            ("crates/adapters/memory/src/persistence/users.rs", ""),
            ("crates/adapters/sea-orm/src/users.rs", ""),
        ]);
        let findings = findings(&tree);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
        assert!(findings[0].message.contains("sea-orm"));
    }
}
