//! Pages of a listing, found by key and not by counting.

/// Where a listing goes on. It is made by an adapter and means something only to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor with the adapter's own content.
    #[must_use]
    pub fn new(content: impl Into<String>) -> Self {
        Self(content.into())
    }

    /// The adapter's content.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which page of a listing is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The cursor of the page before; the first page has none.
    pub after: Option<Cursor>,
    /// At most this many records; 0 is treated as 1.
    pub limit: u32,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records, in the listing's order.
    pub items: Vec<T>,
    /// Where the listing goes on; absent exactly when this is the last page.
    pub next: Option<Cursor>,
}
