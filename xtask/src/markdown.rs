//! As much of Markdown as the checks need: headings and their anchors, links, tables and code spans.

use std::collections::HashMap;

/// A link and the line, counted from one, that it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// What it leads to, as written.
    pub(crate) target: String,
    /// Counted from one.
    pub(crate) line: usize,
}

/// Every link, image and link definition outside code.
pub(crate) fn links(text: &str) -> Vec<Link> {
    prose_lines(text)
        .flat_map(|(line, prose)| {
            let prose = without_code_spans(prose);
            let inline = inline_targets(&prose);
            let defined = definition_target(&prose);
            inline.into_iter().chain(defined).map(|target| Link { target, line }).collect::<Vec<_>>()
        })
        .collect()
}

/// Every anchor that a heading or an `id` makes.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    for (_, line) in prose_lines(text) {
        if let Some(title) = heading(line) {
            let anchor = anchor_of(title);
            let earlier = times.entry(anchor.clone()).or_insert(0);
            anchors.push(if *earlier == 0 { anchor } else { format!("{anchor}-{earlier}") });
            *earlier += 1;
        }
        let explicit = line.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        anchors.extend(explicit.map(str::to_owned));
    }
    anchors
}

/// The cells of a table row; absent when the line is no row.
pub(crate) fn table_cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?;
    Some(inner.strip_suffix('|').unwrap_or(inner).split('|').map(str::trim).collect())
}

/// The insides of the code spans of a line.
pub(crate) fn backticked(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The lines outside fenced code.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<&str> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => return Some((index + 1, line)),
            (Some(_), _) => {}
        }
        None
    })
}

fn without_code_spans(line: &str) -> String {
    if line.matches('`').count() < 2 {
        return line.to_owned();
    }
    line.split('`').step_by(2).collect::<Vec<_>>().join("code")
}

fn inline_targets(prose: &str) -> Vec<String> {
    let behind = prose.split("](").skip(1);
    behind
        .filter_map(|rest| {
            if let Some(bracketed) = rest.strip_prefix('<') {
                return bracketed.split('>').next().map(str::to_owned);
            }
            let end = rest.find([')', ' ', '"'])?;
            Some(rest[..end].to_owned())
        })
        .collect()
}

fn definition_target(prose: &str) -> Option<String> {
    let (label, rest) = prose.strip_prefix('[')?.split_once("]:")?;
    if label.contains(['[', ']']) {
        return None;
    }
    rest.split_whitespace().next().map(str::to_owned)
}

fn heading(line: &str) -> Option<&str> {
    let level = line.chars().take_while(|&c| c == '#').count();
    let title = line.get(level..)?;
    ((1..=6).contains(&level) && title.starts_with(' '))
        .then(|| title.trim().trim_end_matches('#').trim_end())
}

fn anchor_of(title: &str) -> String {
    without_link_targets(title)
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .flat_map(char::to_lowercase)
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn without_link_targets(title: &str) -> String {
    let mut parts = title.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once(')').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(text: &str) -> Vec<String> {
        links(text).into_iter().map(|link| link.target).collect()
    }

    #[test]
    fn links_images_and_definitions_are_seen() {
        let text = "[a](b.md) and ![c](d.png \"title\") and [e](<f g.md>)\n[h]: i.md#j\n";
        assert_eq!(targets(text), ["b.md", "d.png", "f g.md", "i.md#j"]);
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(targets("`[a](b)`\n```text\n[c](d)\n```\n[e](f)\n"), ["f"]);
    }

    #[test]
    fn a_link_knows_its_line() {
        assert_eq!(links("\n\n[a](b)\n"), [Link { target: "b".to_owned(), line: 3 }]);
    }

    #[test]
    fn anchors_are_made_as_readers_expect() {
        let text = "# The `init` command!\n## Two words\n## Two words\n## 4.2 [Storage](x.md)\n<a id=\"here\"></a>\n```\n# no\n```\n";
        assert_eq!(anchors(text), ["the-init-command", "two-words", "two-words-1", "42-storage", "here"]);
    }

    #[test]
    fn a_row_gives_its_cells() {
        assert_eq!(table_cells("| a | `b` |"), Some(vec!["a", "`b`"]));
        assert_eq!(table_cells("a | b"), None);
        assert_eq!(backticked("`a` or `b#c`").collect::<Vec<_>>(), ["a", "b#c"]);
    }
}
