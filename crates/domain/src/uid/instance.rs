//! The uid of an instance, derived from its UUID as `LaminDB` derives it.

use md5::{Digest, Md5};
use uuid::Uuid;

use super::{InlineText, InstanceUid, base62};

impl InstanceUid {
    /// Derives the uid of the instance with this id.
    ///
    /// It is the beginning of the base62 form of the MD5 digest of the id's 32 lower-case hexadecimal digits: the same
    /// uid that `LaminDB` gives to an instance with this id.
    ///
    /// ```
    /// use freehold_domain::uid::InstanceUid;
    /// use uuid::Uuid;
    ///
    /// let id = Uuid::from_u128(0x3fae3ac9c7685a6396f2d619d4a5b2bf);
    /// assert_eq!(InstanceUid::of(id).as_str(), "186kfOVJd0dZ");
    /// ```
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        let digest: [u8; 16] = Md5::digest(id.simple().to_string()).into();
        let padding = std::iter::repeat(base62::character(0));
        Self(InlineText::collect(encode(digest).into_iter().chain(padding).take(Self::LENGTH)))
    }
}

/// Writes bytes as a big-endian number in base62, most significant digit first.
///
/// A number forgets leading zero bytes, so they are written before it: `0`, then the character of their count.
fn encode(bytes: [u8; 16]) -> Vec<u8> {
    let mut reversed = Vec::new();
    let mut number = u128::from_be_bytes(bytes);
    while number > 0 {
        let (character, rest) = base62::split_lowest(number);
        reversed.push(character);
        number = rest;
    }
    let leading_zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| 1u8).sum();
    if leading_zeros > 0 {
        reversed.extend([base62::character(leading_zeros), base62::character(0)]);
    }
    reversed.reverse();
    reversed
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{InstanceUid, encode};

    #[test]
    fn uids_equal_those_that_lamindb_derives() {
        let vectors = [
            (0x3fae_3ac9_c768_5a63_96f2_d619_d4a5_b2bf, "186kfOVJd0dZ"),
            (0x3b34_a2b3_5290_56bf_a4ce_7170_bfb5_25c6, "2S0KtV7Sz4yP"),
            (0x8159_a551_2dda_560c_b62b_8c97_f4ab_6991, "twB50QunS5ym"),
        ];
        for (id, uid) in vectors {
            assert_eq!(InstanceUid::of(Uuid::from_u128(id)).as_str(), uid);
        }
    }

    #[test]
    fn leading_zero_bytes_are_written_as_zero_and_their_count() {
        let mut bytes = [0; 16];
        bytes[15] = 61;
        assert_eq!(encode(bytes), b"0Fz", "15 zero bytes, then the digit 61");
        bytes[14] = 1;
        assert_eq!(encode(bytes), b"0E57", "14 zero bytes, then 256 + 61 = 5 * 62 + 7");
        assert_eq!(encode([0; 16]), b"0G", "16 zero bytes and no number");
    }

    #[test]
    fn without_leading_zero_bytes_nothing_is_written_before_the_number() {
        let mut bytes = [0; 16];
        bytes[0] = 1;
        assert_eq!(encode(bytes).len(), 21, "2^120 has 21 digits");
        assert_ne!(encode(bytes)[0], b'0');
    }
}
