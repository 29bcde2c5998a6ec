//! Base62 text kept inside the value, so that uids are `Copy` and need no allocation.

use super::{UidError, UidKind, base62};

/// Up to `CAPACITY` base62 characters, filled up with zero bytes, which sort before every character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct InlineText<const CAPACITY: usize> {
    bytes: [u8; CAPACITY],
    length: u8,
}

impl<const CAPACITY: usize> InlineText<CAPACITY> {
    /// Writes the lowest `length` digits of `entropy`, at most as many as there is room for.
    pub(super) fn from_entropy(entropy: u128, length: usize) -> Self {
        let mut remaining = entropy;
        Self::collect((0..length).map(|_| {
            let (character, rest) = base62::split_lowest(remaining);
            remaining = rest;
            character
        }))
    }

    /// Takes base62 characters up to the capacity.
    pub(super) fn collect(characters: impl IntoIterator<Item = u8>) -> Self {
        let mut text = Self { bytes: [0; CAPACITY], length: 0 };
        for (slot, character) in text.bytes.iter_mut().zip(characters) {
            *slot = character;
            text.length += 1;
        }
        text
    }

    /// The characters.
    pub(super) fn as_str(&self) -> &str {
        let characters = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        str::from_utf8(characters).unwrap_or_default()
    }
}

/// Reads base62 text of one of the `expected` lengths.
pub(super) fn parse<const CAPACITY: usize>(
    text: &str,
    kind: UidKind,
    expected: &'static [usize],
) -> Result<InlineText<CAPACITY>, UidError> {
    if let Some((position, character)) = base62::first_foreign(text) {
        return Err(UidError::InvalidCharacter { kind, text: text.to_owned(), character, position });
    }
    if !expected.contains(&text.len()) {
        return Err(UidError::WrongLength { kind, text: text.to_owned(), expected, found: text.len() });
    }
    Ok(InlineText::collect(text.bytes()))
}
