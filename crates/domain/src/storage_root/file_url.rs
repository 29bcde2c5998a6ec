//! `file://` URLs: another spelling of local paths.

use super::StoragePathError;

/// The path that the URL `text` names, where `rest` is what follows `file://`.
pub(super) fn decode(text: &str, rest: &str) -> Result<String, StoragePathError> {
    let invalid = |reason| StoragePathError::InvalidFileUrl { url: text.to_owned(), reason };
    if rest.contains(['?', '#']) {
        return Err(invalid("it has a '?' or '#'; write %3F or %23 where a file name contains one"));
    }
    let (host, _) = rest.split_once('/').ok_or_else(|| invalid("it has no absolute path"))?;
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return Err(invalid("it names a host; only files of this machine can be named"));
    }
    let path = rest.get(host.len()..).unwrap_or_default();
    let bytes =
        percent_decode(path).ok_or_else(|| invalid("a '%' is not followed by two hexadecimal digits"))?;
    String::from_utf8(bytes).map_err(|_| invalid("its path is not valid UTF-8"))
}

/// Replaces `%41` by the byte 0x41; `None` when a `%` is followed by anything but two hexadecimal digits.
fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return Some(decoded),
            [b'%', high, low, rest @ ..] => {
                decoded.push(nibble(*high)? << 4 | nibble(*low)?);
                rest
            }
            [b'%', ..] => return None,
            [byte, rest @ ..] => {
                decoded.push(*byte);
                rest
            }
        };
    }
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
