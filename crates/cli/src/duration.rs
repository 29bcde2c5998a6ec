//! A length of time as people type it: `90s`, `30m`, `1h`, `7d`.

use std::time::Duration;

/// Reads a whole number with its unit: seconds, minutes, hours or days.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let invalid = || {
        format!("{text:?} is not a duration; write a whole number with s, m, h or d, such as 30m, 1h or 7d")
    };
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let seconds: u64 = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(invalid()),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = Some(digits).filter(|_| is_number).and_then(|digits| digits.parse::<u64>().ok());
    count.and_then(|count| count.checked_mul(seconds)).map(Duration::from_secs).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_its_unit_is_a_duration() {
        let expected = [("90s", 90), ("30m", 1800), ("1h", 3600), ("7d", 604_800), ("0s", 0)];
        for (text, seconds) in expected {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn what_has_no_number_or_unit_is_none() {
        let most = format!("{}d", u64::MAX);
        for text in ["", "h", "1", "-1h", "1.5h", "1 h", "1h30m", "1w", "+1h", "1ä", &most] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
