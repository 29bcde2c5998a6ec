//! Storage locations in memory.

mod store;
mod stores;

pub use stores::MemoryBlobStores;

#[cfg(test)]
mod tests;
