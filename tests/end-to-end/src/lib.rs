//! What the end-to-end tests stand on: the `freehold` binary, in a sandbox of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answer;
mod binary;
mod sandbox;

pub use answer::Answer;
pub use binary::freehold;
pub use sandbox::{Lab, Sandbox};
