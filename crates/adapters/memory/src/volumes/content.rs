//! The content of one file or blob.

use std::hash::{DefaultHasher, Hasher};

use bytes::Bytes;
use freehold_domain::Timestamp;

/// Pieces of this many bytes are read at once, so that readers meet more than one.
const PIECE: usize = 256 * 1024;

/// What stands for the beginning of time: 2024-01-01, in microseconds since the Unix epoch.
pub(crate) const FIRST_MOMENT: i64 = 1_704_067_200_000_000;

/// The content of one file or blob, in one version.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    bytes: Bytes,
    version: u64,
}

impl Content {
    pub(super) fn new(bytes: Bytes, version: u64) -> Self {
        Self { bytes, version }
    }

    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(crate) fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The number of this content, which no other content ever has.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// A tag that is the same for the same bytes, and says nothing else of them.
    pub(crate) fn entity_tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.bytes);
        format!("{:016x}", hasher.finish())
    }

    /// When it was written: the later the version, the later the time.
    pub(crate) fn modified(&self) -> Timestamp {
        let since_first = i64::try_from(self.version).unwrap_or(i64::MAX);
        moment(FIRST_MOMENT.saturating_add(since_first))
    }

    /// The bytes from `start` up to `end`, cut at the content's end, in pieces.
    pub(crate) fn pieces(&self, start: u64, end: u64) -> impl Iterator<Item = Bytes> + use<> {
        let cut = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(self.bytes.len());
        let (start, end) = (cut(start), cut(end));
        let bytes = self.bytes.slice(start..end.max(start));
        (0..bytes.len()).step_by(PIECE).map(move |from| bytes.slice(from..bytes.len().min(from + PIECE)))
    }
}

/// The time so many microseconds after the Unix epoch.
pub(crate) fn moment(microseconds: i64) -> Timestamp {
    Timestamp::from_timestamp_micros(microseconds).unwrap_or(Timestamp::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_at_the_end_of_the_content() {
        let content = Content::new(Bytes::from_static(b"0123456789"), 1);
        for (start, end, expected) in [
            (0, 4, "0123"),
            (8, 99, "89"),
            (10, 20, ""),
            (99, 100, ""),
            (7, 3, ""),
            (0, u64::MAX, "0123456789"),
        ] {
            let read: Vec<Bytes> = content.pieces(start, end).collect();
            assert_eq!(read.concat(), expected.as_bytes(), "{start}..{end}");
        }
    }

    #[test]
    fn a_large_content_comes_in_several_pieces() {
        let content = Content::new(Bytes::from(vec![7; 3 * PIECE + 1]), 1);
        let sizes: Vec<usize> = content.pieces(0, u64::MAX).map(|piece| piece.len()).collect();
        assert_eq!(sizes, [PIECE, PIECE, PIECE, 1]);
    }
}
