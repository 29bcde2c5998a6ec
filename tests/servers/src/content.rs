//! The bytes of an object: a list of shared chunks, so that joining the parts of an upload copies nothing.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// The content of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    chunks: Vec<Bytes>,
    length: u64,
}

impl Content {
    /// The concatenation of several contents.
    pub(crate) fn joined<'part>(parts: impl IntoIterator<Item = &'part Content>) -> Self {
        let mut joined = Self::default();
        for part in parts {
            joined.chunks.extend(part.chunks.iter().cloned());
            joined.length += part.length;
        }
        joined
    }

    /// The number of bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The chunks in order.
    pub(crate) fn chunks(&self) -> &[Bytes] {
        &self.chunks
    }

    /// The bytes of `range`, which lies inside the content.
    pub(crate) fn slice(&self, range: Range<u64>) -> Self {
        let mut taken = Self::default();
        let mut offset = 0;
        for chunk in &self.chunks {
            let end = offset + chunk.len() as u64;
            let from = range.start.clamp(offset, end) - offset;
            let to = range.end.clamp(offset, end) - offset;
            if let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to))
                && from < to
            {
                taken.length += (to - from) as u64;
                taken.chunks.push(chunk.slice(from..to));
            }
            offset = end;
        }
        taken
    }

    /// All bytes in one piece.
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self.chunks.as_slice() {
            [] => Bytes::new(),
            [only] => only.clone(),
            several => {
                let mut whole = BytesMut::new();
                for chunk in several {
                    whole.extend_from_slice(chunk);
                }
                whole.freeze()
            }
        }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self { chunks: if bytes.is_empty() { Vec::new() } else { vec![bytes] }, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_crosses_the_borders_of_parts() {
        let parts = ["abc", "def", "ghi"].map(|part| Content::from(Bytes::from(part)));
        assert_eq!(Content::joined(&parts).slice(2..7).to_bytes(), "cdefg");
    }
}
