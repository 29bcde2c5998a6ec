//! What the end-to-end tests stand on: the `freehold` binary, in a sandbox of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod answer;
mod binary;
mod sandbox;

pub use answer::Answer;
pub use binary::freehold;
pub use sandbox::{Lab, Sandbox};
