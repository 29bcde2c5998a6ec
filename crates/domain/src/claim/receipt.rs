//! A linking instance's receipt: who reads from a location, for its manager to know.

use std::fmt;

use uuid::Uuid;

use super::one_line;
use super::writing::checksum;
use crate::InstanceUid;

/// The first line of every receipt.
const HEADING: &str = "freehold link";

/// What an instance leaves in a location that it links, when it is asked to: who it is.
///
/// It gives no right and takes none. A missing, damaged or forged one changes nothing.
///
/// ```text
/// freehold link
/// instance_slug=analysis/derived
/// instance_id=3fae3ac9c7685a6396f2d619d4a5b2bf
/// freehold_checksum=a52abe6e
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkReceipt {
    slug: String,
    instance_id: Uuid,
}

impl LinkReceipt {
    /// The longest receipt that is read, in bytes.
    pub const MAXIMUM_LENGTH: usize = 4096;

    /// The receipt of an instance. The slug is for people, and cut as in a claim.
    #[must_use]
    pub fn new(slug: &str, instance_id: Uuid) -> Self {
        Self { slug: one_line(slug).unwrap_or_default(), instance_id }
    }

    /// What people call the instance.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The instance.
    #[must_use]
    pub fn instance(&self) -> InstanceUid {
        InstanceUid::of(self.instance_id)
    }

    /// The content of the receipt's file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) gave, and nothing else.
    ///
    /// # Errors
    /// [`ReceiptError`] for any other content.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let text = str::from_utf8(bytes).map_err(|_| ReceiptError)?;
        let value = |name| text.lines().find_map(|line| line.strip_prefix(name)).ok_or(ReceiptError);
        let instance_id = Uuid::try_parse(value("instance_id=")?).map_err(|_| ReceiptError)?;
        let receipt = Self::new(value("instance_slug=")?, instance_id);
        if receipt.to_bytes() == bytes { Ok(receipt) } else { Err(ReceiptError) }
    }
}

impl fmt::Display for LinkReceipt {
    /// Writes the content of the receipt's file.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body =
            format!("{HEADING}\ninstance_slug={}\ninstance_id={}\n", self.slug, self.instance_id.simple());
        write!(formatter, "{body}freehold_checksum={}", checksum(&body))
    }
}

/// The content is not a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a receipt that freehold wrote")]
pub struct ReceiptError;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_receipt_is_read_as_it_was_written() {
        let receipt = LinkReceipt::new("analysis/derived", Uuid::from_u128(7));
        assert_eq!(LinkReceipt::parse(&receipt.to_bytes()), Ok(receipt));
    }

    #[test]
    fn every_truncation_and_bit_flip_is_refused() {
        let bytes = LinkReceipt::new("analysis/derived", Uuid::from_u128(7)).to_bytes();
        for length in 0..bytes.len() {
            assert!(LinkReceipt::parse(&bytes[..length]).is_err(), "cut to {length}");
        }
        for (position, bit) in (0..bytes.len()).flat_map(|position| (0..8).map(move |bit| (position, bit))) {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            assert!(LinkReceipt::parse(&flipped).is_err(), "bit {bit} of byte {position}");
        }
    }
}
