//! Rust source as text: what is code, what is a comment or a literal, and what is test code.
//!
//! The checks that read sources look for words. This is enough of a lexer to keep them from finding words in
//! prose; it knows no grammar.

/// The source with comments and the insides of literals blanked out. Every line keeps its number and length.
pub(crate) fn code_only(source: &str) -> String {
    let characters: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < characters.len() {
        let end = opaque_end(&characters, at);
        if end == at {
            code.push(characters[at]);
            at += 1;
        } else {
            code.extend(characters[at..end].iter().map(|&c| if c == '\n' { c } else { ' ' }));
            at = end;
        }
    }
    code
}

/// Code (as [`code_only`] gives it) with every item that only tests see blanked out.
pub(crate) fn without_tests(code: &str) -> String {
    if code.contains("#![cfg(test)]") {
        return blank(code);
    }
    let mut rest = code;
    let mut kept = String::with_capacity(code.len());
    while let Some((start, behind)) = test_attribute(rest) {
        let end = behind + item_end(&rest[behind..]);
        kept.push_str(&rest[..start]);
        kept.push_str(&blank(&rest[start..end]));
        rest = &rest[end..];
    }
    kept.push_str(rest);
    kept
}

/// Where the first attribute begins and ends that leaves an item to tests: `#[cfg(test)]` or `#[cfg(all(test, ..))]`.
pub(crate) fn test_attribute(code: &str) -> Option<(usize, usize)> {
    const OPENING: &str = "#[cfg(";
    code.match_indices(OPENING).find_map(|(start, _)| {
        let end = start + code[start..].find(']')? + 1;
        let condition: String = code[start + OPENING.len()..end].split_whitespace().collect();
        (condition == "test)]" || condition.starts_with("all(test,")).then_some((start, end))
    })
}

/// The byte offset just behind the brace that closes the first one in `code`.
pub(crate) fn block_end(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth <= 1 => return Some(offset + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The identifier at the beginning of `text`, empty when there is none.
pub(crate) fn leading_identifier(text: &str) -> &str {
    let end = text.find(|c: char| !is_identifier_part(c)).unwrap_or(text.len());
    &text[..end]
}

/// Whether `code` has `word` with no identifier character on either side; gives the offsets of all.
pub(crate) fn word_offsets<'text>(code: &'text str, word: &'text str) -> impl Iterator<Item = usize> + 'text {
    code.match_indices(word).map(|(offset, _)| offset).filter(move |&offset| {
        let before = code[..offset].chars().next_back();
        let after = code[offset + word.len()..].chars().next();
        let starts = !word.starts_with(is_identifier_part) || !before.is_some_and(is_identifier_part);
        let ends = !word.ends_with(is_identifier_part) || !after.is_some_and(is_identifier_part);
        starts && ends
    })
}

/// The number of the line, counted from one, that holds a byte offset.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn is_identifier_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect()
}

/// Where an attributed item ends: at a semicolon outside braces, or behind its block.
fn item_end(item: &str) -> usize {
    let semicolon = item.find(';');
    let brace = item.find('{');
    match (semicolon, brace) {
        (Some(semicolon), Some(brace)) if semicolon < brace => semicolon + 1,
        (Some(semicolon), None) => semicolon + 1,
        _ => block_end(item).unwrap_or(item.len()),
    }
}

/// The end of the comment or literal that begins at `at`, or `at` itself.
fn opaque_end(text: &[char], at: usize) -> usize {
    let next = text.get(at + 1).copied();
    match text[at] {
        '/' if next == Some('/') => position(text, at, |c| c == '\n').unwrap_or(text.len()),
        '/' if next == Some('*') => block_comment_end(text, at),
        '"' => quoted_end(text, at + 1, '"'),
        'r' if !follows_identifier(text, at) => raw_string_end(text, at).unwrap_or(at),
        'b' if !follows_identifier(text, at) && next == Some('r') => {
            raw_string_end(text, at + 1).unwrap_or(at)
        }
        '\'' if is_character_literal(text, at) => quoted_end(text, at + 1, '\''),
        _ => at,
    }
}

fn follows_identifier(text: &[char], at: usize) -> bool {
    at > 0 && is_identifier_part(text[at - 1])
}

fn is_character_literal(text: &[char], at: usize) -> bool {
    matches!((text.get(at + 1), text.get(at + 2)), (Some('\\'), Some(_)) | (Some(_), Some('\'')))
}

fn block_comment_end(text: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut here = at;
    while here + 1 < text.len() {
        match (text[here], text[here + 1]) {
            ('/', '*') => {
                depth += 1;
                here += 2;
            }
            ('*', '/') => {
                depth -= 1;
                here += 2;
                if depth == 0 {
                    return here;
                }
            }
            _ => here += 1,
        }
    }
    text.len()
}

fn quoted_end(text: &[char], mut at: usize, quote: char) -> usize {
    while at < text.len() {
        match text[at] {
            '\\' => at += 2,
            found if found == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

fn raw_string_end(text: &[char], at: usize) -> Option<usize> {
    let opening = position(text, at + 1, |c| c != '#')?;
    if text[opening] != '"' {
        return None;
    }
    let hashes = opening - at - 1;
    let mut here = opening + 1;
    while let Some(quote) = position(text, here, |c| c == '"') {
        let closing = quote + 1 + hashes;
        if closing <= text.len() && text[quote + 1..closing].iter().all(|&c| c == '#') {
            return Some(closing);
        }
        here = quote + 1;
    }
    Some(text.len())
}

fn position(text: &[char], from: usize, wanted: impl Fn(char) -> bool) -> Option<usize> {
    text.get(from..)?.iter().position(|&c| wanted(c)).map(|offset| from + offset)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = "let a = \"x.y()\"; // x.y()\n/* x.y() /* x.y() */ */ b'\\''; r#\"x.y() \" \"#; 'x';";
        let code = code_only(source);
        assert!(!code.contains("x.y()"), "{code}");
        assert_eq!(code.lines().count(), 2);
        assert!(code.contains("let a ="));
    }

    #[test]
    fn a_lifetime_is_code() {
        assert_eq!(code_only("fn a<'long>(b: &'long str) {}"), "fn a<'long>(b: &'long str) {}");
    }

    #[test]
    fn an_identifier_that_ends_in_r_begins_no_raw_string() {
        assert_eq!(code_only("for \"a\" var"), "for     var");
    }

    #[test]
    fn test_modules_and_test_items_are_not_production_code() {
        let code = "a();\n#[cfg(test)]\nuse b;\nc();\n#[cfg(test)]\nmod tests { fn d() {} }\ne();";
        let kept = without_tests(code);
        assert!(kept.contains("a()") && kept.contains("c()") && kept.contains("e()"));
        assert!(!kept.contains("use b") && !kept.contains("fn d"));
        assert_eq!(kept.lines().count(), code.lines().count());
    }

    #[test]
    fn a_test_item_of_one_platform_is_a_test_item() {
        let kept = without_tests("#[cfg(unix)]\na();\n#[cfg(all(test, unix))]\nmod tests { b() }\n");
        assert!(kept.contains("a()") && !kept.contains("b()"));
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(word_offsets("dyn BlobStores dyn BlobStore>", "dyn BlobStore").count(), 1);
        assert_eq!(word_offsets("x.commit() recommit()", ".commit(").count(), 1);
    }

    #[test]
    fn a_block_ends_at_its_own_brace() {
        assert_eq!(block_end("a { b { } } c").unwrap(), 11);
        assert_eq!(block_end("a { b"), None);
    }
}
