//! The text of one AWS configuration file.
//!
//! The format is that of the "AWS SDKs and Tools Reference Guide", chapter "Using shared config and credentials files to globally
//! configure AWS SDKs and tools": sections in brackets, `name = value` lines, comments behind `#` and `;`, values that go on in
//! indented lines, and nested settings, which are indented lines below a name without a value. Readers of ordinary INI files get the
//! last three wrong, or take a backslash in a secret for an escape.

use std::collections::BTreeMap;

/// The sections of a file by what stands between their brackets.
pub(super) type Sections = BTreeMap<String, Section>;

/// One section. Names are in lower case.
#[derive(Default, Clone, PartialEq, Eq)]
pub(super) struct Section(BTreeMap<String, Setting>);

#[derive(Default, Clone, PartialEq, Eq)]
struct Setting {
    value: String,
    nested: BTreeMap<String, String>,
}

impl Section {
    /// The value of a setting; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|setting| setting.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a setting that is nested below another one.
    pub(super) fn nested(&self, name: &str, inner: &str) -> Option<&str> {
        self.0.get(name)?.nested.get(inner).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Takes over the settings of another section, which count more than those that are there.
    pub(super) fn overlay(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// A line that is neither a section, nor a setting, nor a comment. What it holds is left out, since it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is neither a section in brackets nor a setting of one")]
pub(super) struct Malformed {
    line: usize,
}

/// Reads a file.
pub(super) fn parse(text: &str) -> Result<Sections, Malformed> {
    let mut sections = Sections::new();
    let mut section: Option<&mut Section> = None;
    let mut last: Option<String> = None;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let malformed = Malformed { line: number + 1 };
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(heading) = content.strip_prefix('[') {
            let name = heading.split_once(']').ok_or(malformed)?.0;
            section = Some(sections.entry(normalized(name)).or_default());
            last = None;
            continue;
        }
        let Section(settings) = section.as_deref_mut().ok_or(malformed)?;
        if line.starts_with([' ', '\t']) {
            let setting = last.as_ref().and_then(|name| settings.get_mut(name)).ok_or(malformed)?;
            go_on(setting, content);
        } else {
            let (name, value) = split(content).ok_or(malformed)?;
            last = Some(name.clone());
            settings.insert(name, Setting { value: value.to_owned(), nested: BTreeMap::new() });
        }
    }
    Ok(sections)
}

/// Takes an indented line: a nested setting where the setting has no value of its own, else more of its value.
fn go_on(setting: &mut Setting, content: &str) {
    match split(content) {
        Some((name, value)) if setting.value.is_empty() => {
            setting.nested.insert(name, value.to_owned());
        }
        Some(_) | None => {
            setting.value.push('\n');
            setting.value.push_str(content);
        }
    }
}

/// Splits `name = value`, and drops a comment behind the value.
fn split(content: &str) -> Option<(String, &str)> {
    let (name, value) = content.split_once('=')?;
    let comment = value
        .char_indices()
        .zip(value.chars().skip(1))
        .find_map(|((at, blank), mark)| (blank.is_whitespace() && matches!(mark, '#' | ';')).then_some(at));
    let value = comment.map_or(value, |at| &value[..at]).trim();
    let name = name.trim().to_lowercase();
    (!name.is_empty()).then_some((name, value))
}

/// The name of a section with single blanks and without quotation marks around a profile's name.
fn normalized(name: &str) -> String {
    let mut words = name.splitn(2, char::is_whitespace).map(str::trim).filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some(kind), Some(name)) => format!("{kind} {}", unquoted(name)),
        (Some(name), None) => unquoted(name).to_owned(),
        (None, _) => String::new(),
    }
}

fn unquoted(name: &str) -> &str {
    ['"', '\''].iter().find_map(|&mark| name.strip_prefix(mark)?.strip_suffix(mark)).unwrap_or(name).trim()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn section(text: &str, name: &str) -> Section {
        parse(text).ok().unwrap().remove(name).unwrap()
    }

    #[test]
    fn settings_belong_to_the_section_above_them() {
        let text = "[default]\nregion = eu-west-1\n\n[profile lab]\nregion=us-west-2\n";
        assert_eq!(section(text, "default").get("region"), Some("eu-west-1"));
        assert_eq!(section(text, "profile lab").get("region"), Some("us-west-2"));
    }

    #[test]
    fn a_secret_is_taken_as_it_is() {
        let text = "[default]\naws_secret_access_key = a/b+c\\d=e#f;g\n";
        assert_eq!(section(text, "default").get("aws_secret_access_key"), Some("a/b+c\\d=e#f;g"));
    }

    #[test]
    fn comments_are_no_values() {
        let text =
            "# all\n[default] ; mine\n; none\nregion = eu-west-1 # Dublin\noutput = json\t; for people\n";
        assert_eq!(section(text, "default").get("region"), Some("eu-west-1"));
        assert_eq!(section(text, "default").get("output"), Some("json"));
    }

    #[test]
    fn indented_lines_below_an_empty_setting_are_nested() {
        let text = "[services lab]\ns3 =\n  endpoint_url = http://localhost:9000\n  # more\nec2 =\n";
        assert_eq!(section(text, "services lab").nested("s3", "endpoint_url"), Some("http://localhost:9000"));
    }

    #[test]
    fn indented_lines_below_a_value_go_on_with_it() {
        let text = "[default]\ncredential_process = tool\n  --profile lab\n";
        assert_eq!(section(text, "default").get("credential_process"), Some("tool\n--profile lab"));
    }

    #[test]
    fn names_of_settings_are_known_in_any_case() {
        assert_eq!(section("[default]\nRegion = eu-west-1\n", "default").get("region"), Some("eu-west-1"));
    }

    #[test]
    fn a_section_that_comes_twice_is_one() {
        let text = "[default]\nregion = a\noutput = json\n[default]\nregion = b\n";
        assert_eq!(section(text, "default").get("region"), Some("b"));
        assert_eq!(section(text, "default").get("output"), Some("json"));
    }

    #[test]
    fn a_profile_may_be_quoted() {
        assert!(parse("[profile  \"my lab\"]\n").ok().unwrap().contains_key("profile my lab"));
    }

    #[test]
    fn windows_line_ends_and_byte_order_marks_are_no_part_of_it() {
        let text = "\u{feff}[default]\r\nregion = eu-west-1\r\n";
        assert_eq!(section(text, "default").get("region"), Some("eu-west-1"));
    }

    #[test]
    fn a_line_that_is_nothing_is_named_by_its_number() {
        for text in ["[default]\nsecret\n", "[default]\n=x\n", "#\nregion = a\n", "\n[default\n"] {
            assert_eq!(parse(text).err(), Some(Malformed { line: 2 }), "{text}");
        }
    }
}
