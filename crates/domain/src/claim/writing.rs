//! From a claim to bytes.

use std::fmt::{self, Write as _};

use super::Claim;
use crate::uid::InstanceUid;

pub(super) const SLUG: &str = "instance_slug=";
pub(super) const INSTANCE_ID: &str = "instance_id=";
pub(super) const INSTANCE_UID: &str = "instance_uid=";
pub(super) const EPOCH: &str = "freehold_epoch=";
pub(super) const CHECKSUM: &str = "freehold_checksum=";

/// The checksum of what precedes its line, the line end included: CRC-32 in eight lower-case hexadecimal digits.
pub(super) fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

impl Claim {
    /// The content of the claim file. What [`Claim::parse`] read as one of Freehold is written with identical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// The lines that `LaminDB` writes as well, without the line end of the last.
    fn write_shared_lines(&self, text: &mut String) -> fmt::Result {
        write!(text, "{}\ncreation info:", self.storage_uid)?;
        match (&self.slug, &self.seal) {
            (Some(slug), _) => write!(text, "\n{SLUG}{slug}")?,
            (None, Some(_)) => write!(text, "\n{SLUG}")?,
            (None, None) => {}
        }
        if let Some(id) = self.instance_id {
            write!(text, "\n{INSTANCE_ID}{}\n{INSTANCE_UID}{}", id.simple(), InstanceUid::of(id))?;
        }
        Ok(())
    }
}

impl fmt::Display for Claim {
    /// Writes the content of the claim file.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_shared_lines(&mut text)?;
        if let Some(seal) = &self.seal {
            writeln!(text, "\n{EPOCH}{}", seal.epoch)?;
            for extension in &seal.extensions {
                writeln!(text, "freehold_{}={}", extension.name(), extension.value())?;
            }
            let checksum = checksum(&text);
            write!(text, "{CHECKSUM}{checksum}")?;
        }
        formatter.write_str(&text)
    }
}
