//! Uploads in parts that were begun and neither finished nor aborted.

use super::Address;

/// An upload that was begun.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// Where its blob would be.
    pub(crate) address: Address,
    /// What it is called: the later it was begun, the greater.
    pub(crate) number: u64,
}

/// Every upload under way, or left behind.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    begun: Vec<Upload>,
    last: u64,
}

impl Uploads {
    /// Begins an upload and gives its number.
    pub(crate) fn begin(&mut self, address: Address) -> u64 {
        self.last += 1;
        self.begun.push(Upload { address, number: self.last });
        self.last
    }

    /// Ends an upload, and says whether it was still there.
    pub(crate) fn end(&mut self, number: u64) -> bool {
        let before = self.begun.len();
        self.begun.retain(|upload| upload.number != number);
        self.begun.len() < before
    }

    /// The uploads at or below a place, in the order in which they were begun.
    pub(crate) fn below(&self, place: &Address) -> impl Iterator<Item = &Upload> {
        self.begun.iter().filter(|upload| place.contains(&upload.address))
    }
}
