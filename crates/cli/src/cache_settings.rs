//! Where the environment says that what is read from clouds is kept, and how much of it.

use std::env;
use std::path::PathBuf;

use freehold::{Machine, MachineBuilder};

use crate::failure::Failure;

/// The variable that names the folder of the cache.
pub(crate) const FOLDER_VARIABLE: &str = "FREEHOLD_CACHE_DIR";
/// The variable that says how much is kept there.
pub(crate) const SIZE_VARIABLE: &str = "FREEHOLD_CACHE_SIZE";

/// The units of a number of bytes, longest names first where one ends with another.
const UNITS: [(&str, u64); 13] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("b", 1),
];

/// Gives the machine the cache that the environment asks for. Without a folder to keep it in, there is none.
pub(crate) fn apply(builder: MachineBuilder) -> Result<MachineBuilder, Failure> {
    let given = env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let Some(folder) = given.or_else(Machine::default_cache_dir) else { return Ok(builder) };
    let builder = builder.cache_dir(folder);
    match env::var(SIZE_VARIABLE) {
        Ok(text) if text.is_empty() => Ok(builder),
        Ok(text) => bytes(&text).map(|bytes| builder.cache_size(bytes)).ok_or_else(|| unreadable(&text)),
        Err(env::VarError::NotPresent) => Ok(builder),
        Err(env::VarError::NotUnicode(text)) => Err(unreadable(&text.to_string_lossy())),
    }
}

fn unreadable(text: &str) -> Failure {
    Failure::invalid(format!("{SIZE_VARIABLE}: {text:?} is not a number of bytes"))
        .with_hint("write a whole number, alone or with a unit: 10GiB, 500MB, or 0 for no cache")
}

/// Reads a number of bytes as people type it: `1024`, `500MB`, `10GiB`. A unit of one letter is a power of 1024.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let unit = unit.trim_start();
    let factor = if unit.is_empty() { 1 } else { UNITS.iter().find(|(name, _)| *name == unit)?.1 };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_bytes_may_have_a_unit() {
        let expected = [
            ("0", 0),
            ("1024", 1024),
            ("7b", 7),
            ("500MB", 500_000_000),
            ("500 mb", 500_000_000),
            ("10GiB", 10 << 30),
            ("10g", 10 << 30),
            ("2TiB", 2 << 40),
            ("3k", 3 << 10),
        ];
        for (text, number) in expected {
            assert_eq!(bytes(text), Some(number), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_bytes_is_refused() {
        let most = format!("{}k", u64::MAX);
        for text in ["", "GiB", "-1", "1.5GiB", "10GiBs", "ten", "10 G B", &most] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
