//! How large the parts of an upload are.

/// The size of the first parts, in bytes.
const FIRST: usize = 8 << 20;

/// How many parts have the size of the first one: some look-alikes of S3 take only parts of one size.
const OF_FIRST_SIZE: usize = 5_000;

/// After how many more parts the size doubles.
const OF_ONE_SIZE: usize = 500;

/// The size of the last parts, in bytes.
const LAST: usize = 3 << 30;

/// The size of a part by its number, from 0, in bytes.
///
/// Providers take 10,000 parts, and the length of a body is not known before its end. Parts therefore grow: 8 MiB up to 39 GiB of
/// body, at most 128 MiB up to 156 GiB, and as long as is needed for 5 TiB beyond.
pub(super) fn part_size(number: usize) -> usize {
    if number < OF_FIRST_SIZE {
        return FIRST;
    }
    let doublings = 1 + (number - OF_FIRST_SIZE) / OF_ONE_SIZE;
    if doublings > 7 { LAST } else { FIRST << doublings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_parts_hold_the_largest_object() {
        let whole: u64 = (0..10_000).map(|number| part_size(number) as u64).sum();
        assert!(whole >= 5 << 40, "{whole}");
    }

    #[test]
    fn no_part_is_larger_than_providers_take() {
        assert!((0..10_000).all(|number| part_size(number) as u64 <= 5 << 30));
    }

    #[test]
    fn parts_never_shrink() {
        assert!((1..10_000).all(|number| part_size(number - 1) <= part_size(number)));
    }
}
