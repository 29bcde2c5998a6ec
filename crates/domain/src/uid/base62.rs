//! The base62 alphabet `0-9 < A-Z < a-z`, whose order is also the byte order of its characters.

/// How many characters the alphabet has.
pub(crate) const RADIX: u8 = 62;

/// The character of `digit`; digits beyond the alphabet wrap around.
pub(crate) const fn character(digit: u8) -> u8 {
    match digit % RADIX {
        digit @ 0..=9 => b'0' + digit,
        digit @ 10..=35 => b'A' + digit - 10,
        digit => b'a' + digit - 36,
    }
}

/// The value of `character`, or `None` outside the alphabet.
pub(crate) const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'Z' => Some(character - b'A' + 10),
        b'a'..=b'z' => Some(character - b'a' + 36),
        _ => None,
    }
}

/// The lowest digit of `number` as a character, and the number without it.
pub(crate) fn split_lowest(number: u128) -> (u8, u128) {
    let radix = u128::from(RADIX);
    let lowest = u8::try_from(number % radix).unwrap_or_default();
    (character(lowest), number / radix)
}

/// The first character of `text` outside the alphabet, with its position counted in characters from 0.
pub(crate) fn first_foreign(text: &str) -> Option<(usize, char)> {
    text.chars().enumerate().find(|(_, character)| !character.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::{RADIX, character, digit};

    #[test]
    fn characters_and_digits_are_inverse_and_in_byte_order() {
        let alphabet: Vec<u8> = (0..RADIX).map(character).collect();
        assert_eq!(alphabet, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        assert!(alphabet.is_sorted());
        assert!((0..RADIX).all(|value| digit(character(value)) == Some(value)));
    }

    #[test]
    fn other_bytes_have_no_digit() {
        let foreign = (0..=u8::MAX).filter(|byte| !byte.is_ascii_alphanumeric());
        assert!(foreign.into_iter().all(|byte| digit(byte).is_none()));
    }
}
