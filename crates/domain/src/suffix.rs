//! The suffix of a file name: what kind of content it promises.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::uid::serde_text::serde_as_text;

/// Extensions of compressions, which say little without the extension before them.
const COMPRESSIONS: [&str; 6] = ["gz", "bz2", "xz", "zst", "lz4", "br"];

/// The longest extension that counts as one, in characters.
const LONGEST_EXTENSION: usize = 16;

/// A file's suffix: empty, `.csv`, or with a compression `.fastq.gz`.
///
/// ```
/// use freehold_domain::suffix::Suffix;
///
/// assert_eq!(Suffix::of_name("plate1.v2.csv").as_str(), ".csv");
/// assert_eq!(Suffix::of_name("reads.fastq.gz").as_str(), ".fastq.gz");
/// assert!(Suffix::of_name("README").is_empty());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suffix(String);

impl Suffix {
    /// The suffix of a file name: its last extension, with the one before it where the last is a compression.
    ///
    /// A hidden file has none by its leading dot. Extensions have 1 to 16 characters out of ASCII letters, digits, `_`
    /// and `-`; anything else after a dot is part of the name. Upper and lower case are kept.
    #[must_use]
    pub fn of_name(file_name: &str) -> Self {
        let visible = file_name.trim_start_matches('.');
        let Some((stem, last)) = split_extension(visible) else {
            return Self::default();
        };
        let is_compression = COMPRESSIONS.iter().any(|name| name.eq_ignore_ascii_case(last));
        match split_extension(stem).filter(|_| is_compression) {
            Some((_, inner)) => Self(format!(".{inner}.{last}")),
            None => Self(format!(".{last}")),
        }
    }

    /// The suffix with its leading dot, or the empty text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no suffix.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Splits `stem.extension`, where both parts are worth the name.
fn split_extension(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('.').filter(|(stem, extension)| !stem.is_empty() && is_extension(extension))
}

fn is_extension(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=LONGEST_EXTENSION).contains(&text.len()) && text.bytes().all(allowed)
}

impl fmt::Display for Suffix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Suffix {
    type Err = SuffixError;

    fn from_str(text: &str) -> Result<Self, SuffixError> {
        let suffix = Self::of_name(&format!("name{text}"));
        if suffix.as_str() == text { Ok(suffix) } else { Err(SuffixError { text: text.to_owned() }) }
    }
}

serde_as_text!(Suffix, "Suffix", str::parse::<Suffix>);

/// A text is not a suffix.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not a file suffix; give an extension such as .csv or .fastq.gz, or nothing")]
pub struct SuffixError {
    /// The text as given.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::Suffix;

    #[test]
    fn the_last_extension_is_the_suffix() {
        for (name, suffix) in [("a.csv", ".csv"), ("a.b.csv", ".csv"), ("A.CSV", ".CSV"), ("a.h5ad", ".h5ad")]
        {
            assert_eq!(Suffix::of_name(name).as_str(), suffix, "{name}");
        }
    }

    #[test]
    fn a_compression_takes_the_extension_before_it() {
        let pairs = [
            ("a.fastq.gz", ".fastq.gz"),
            ("a.tar.zst", ".tar.zst"),
            ("a.FASTQ.GZ", ".FASTQ.GZ"),
            ("a.gz", ".gz"),
            ("a.not one.gz", ".gz"),
            ("a.x.gz.bz2", ".gz.bz2"),
            (".hidden.gz", ".gz"),
        ];
        for (name, suffix) in pairs {
            assert_eq!(Suffix::of_name(name).as_str(), suffix, "{name}");
        }
    }

    #[test]
    fn names_without_an_extension_have_no_suffix() {
        for name in
            ["", "README", ".bashrc", ".gz", "..csv", "a.", "a.b c", "a.é", "a.0123456789abcdefg", "."]
        {
            assert!(Suffix::of_name(name).is_empty(), "{name:?}");
        }
    }

    #[test]
    fn only_texts_that_a_name_could_end_in_are_read() {
        for text in ["", ".csv", ".fastq.gz", ".gz", ".0123456789abcdef"] {
            assert_eq!(text.parse::<Suffix>().map(|suffix| suffix.to_string()), Ok(text.to_owned()));
        }
        for text in ["csv", ".", "..csv", ".a.csv", ".csv/", ".a b", ".gz.csv"] {
            assert!(text.parse::<Suffix>().is_err(), "{text:?}");
        }
    }
}
