//! Every relative link and anchor of the documents leads somewhere.

use crate::finding::Finding;
use crate::markdown::{Link, anchors, links};
use crate::source_tree::{SourceFile, SourceTree};

/// Links that lead nowhere, out of the repository, or to a heading that is not there.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    let documents = tree.files().filter(|file| file.has_extension("md"));
    documents
        .flat_map(|document| {
            links(&document.text).into_iter().filter_map(|link| {
                broken(tree, document, &link).map(|message| Finding::new(&document.path, link.line, message))
            })
        })
        .collect()
}

fn broken(tree: &SourceTree, document: &SourceFile, link: &Link) -> Option<String> {
    let target = link.target.as_str();
    if leads_outside(target) {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    if path.starts_with('/') {
        return Some(format!(
            "{target}: a link is relative, or it breaks where the repository lies elsewhere"
        ));
    }
    let Some(resolved) = resolve(&document.path, &path.replace("%20", " ")) else {
        return Some(format!("{target} leads out of the repository"));
    };
    if !tree.holds(&resolved) {
        return Some(format!("{target} leads nowhere: there is no {resolved}"));
    }
    let anchor = anchor?;
    let found = tree.file(&resolved).filter(|file| file.has_extension("md"))?;
    let known = anchors(&found.text);
    (!known.iter().any(|known| known == anchor)).then(|| format!("{resolved} has no heading for #{anchor}"))
}

/// Another site, or an item that rustdoc resolves.
fn leads_outside(target: &str) -> bool {
    target.contains("://")
        || target.starts_with("mailto:")
        || (target.contains("::") && !target.contains('/'))
}

/// The path from the repository's root; absent when it climbs above it.
fn resolve(document: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(document.to_owned());
    }
    let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let tree = SourceTree::of(&[
            ("docs/guides/a.md", text),
            ("docs/guides/b.md", "# One\n## Two words\n"),
            ("README.md", "# Freehold\n"),
            ("crates/app/src/lib.rs", ""),
        ]);
        findings(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn links_that_resolve_are_clean() {
        let text = "# Here\n[a](b.md#two-words) [b](../../README.md) [c](#here) [d](../../crates/app) [e](https://x.org/y) \
                    [f](crate::Freehold) [g](../../crates/app/src/lib.rs#L10) [h](..)";
        assert_eq!(messages(text), Vec::<String>::new());
    }

    #[test]
    fn a_missing_file_is_found() {
        assert_eq!(
            messages("\n[a](c.md)"),
            ["docs/guides/a.md:2: c.md leads nowhere: there is no docs/guides/c.md"]
        );
    }

    #[test]
    fn a_missing_heading_is_found() {
        assert_eq!(
            messages("[a](b.md#three)"),
            ["docs/guides/a.md:1: docs/guides/b.md has no heading for #three"]
        );
        assert_eq!(messages("[a](#three)").len(), 1);
    }

    #[test]
    fn absolute_links_and_links_out_of_the_repository_are_found() {
        assert_eq!(messages("[a](/README.md) [b](../../../README.md)").len(), 2);
    }
}
