//! Prefixes as ranges, so that an index finds them and no character is special.

use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait, SimpleExpr};

/// The condition that the text of `column` begins with `prefix`.
pub(crate) fn begins_with(column: &Expr, prefix: &str) -> Condition {
    let from: SimpleExpr = column.clone().gte(prefix);
    Cond::all().add(from).add_option(successor(prefix).map(|end| column.clone().lt(end)))
}

/// The least text that is greater than every text that begins with `prefix`; `None` when there is no such text.
fn successor(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The range leaves out the surrogates, which no text contains.
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn the_successor_is_greater_than_every_text_with_the_prefix() {
        for prefix in ["a", "a/", "raw/%", "a\u{7f}", "\u{d7ff}", "é", "a\u{10ffff}"] {
            let end = successor(prefix);
            let longest = format!("{prefix}\u{10ffff}\u{10ffff}");
            assert!(end.as_ref().is_some_and(|end| *end > longest), "{prefix:?} {end:?}");
        }
    }

    #[test]
    fn nothing_lies_between_a_prefix_and_its_successor_but_texts_with_the_prefix() {
        assert_eq!(successor("ab").as_deref(), Some("ac"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{d7ff}").as_deref(), Some("\u{e000}"));
    }

    #[test]
    fn nothing_is_greater_than_the_greatest_texts() {
        assert_eq!(successor(""), None);
        assert_eq!(successor("\u{10ffff}\u{10ffff}"), None);
    }
}
