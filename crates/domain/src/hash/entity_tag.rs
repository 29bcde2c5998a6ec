//! The tag that a cloud gives to a blob's content.

/// The longest tag that is taken, in characters: less than a BLAKE3 digest has digits. S3's longest tags have 38.
const CAPACITY: usize = 63;

/// A tag of 1 to 63 visible ASCII characters, without quotation marks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct EntityTag {
    /// Filled up with zero bytes, which sort before every character.
    characters: [u8; CAPACITY],
    length: u8,
}

impl EntityTag {
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        let visible = |byte: &u8| byte.is_ascii_graphic() && *byte != b'"';
        let length = u8::try_from(bytes.len()).ok().filter(|length| *length > 0)?;
        let mut characters = [0; CAPACITY];
        characters.get_mut(..bytes.len())?.copy_from_slice(bytes);
        bytes.iter().all(visible).then_some(Self { characters, length })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.characters.get(..usize::from(self.length)).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}
