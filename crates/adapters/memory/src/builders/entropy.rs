//! Bits that follow from names: what uids of tests are made of.

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The FNV-1a hash of words, each with its end, so that no two lists of words are one text.
pub(super) fn entropy_of(words: &[&str]) -> u128 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::entropy_of;

    #[test]
    fn words_are_told_apart_where_they_end() {
        assert_ne!(entropy_of(&["ab", "c"]), entropy_of(&["a", "bc"]));
        assert_ne!(entropy_of(&["a"]), entropy_of(&["a", ""]));
    }
}
