//! Points in time, for people and for programs. Both are UTC.

use freehold_domain::Timestamp;

/// To the second, such as `2026-03-01 09:30:00 UTC`.
pub(crate) fn for_people(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// To the second, below a title that says that it is UTC.
pub(crate) fn in_tables(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// In RFC 3339 to the microsecond, such as `2026-03-01T09:30:00.000000Z`.
pub(crate) fn for_programs(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_time_is_utc_and_says_so() {
        let at = Timestamp::from_timestamp(1_772_357_400, 123_456_789).unwrap();
        assert_eq!(for_people(at), "2026-03-01 09:30:00 UTC");
        assert_eq!(in_tables(at), "2026-03-01 09:30:00");
        assert_eq!(for_programs(at), "2026-03-01T09:30:00.123456Z");
    }
}
