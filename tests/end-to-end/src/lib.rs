//! What the end-to-end tests stand on: the `freehold` binary, in a sandbox of its own, and the servers that it talks to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod answer;
mod binary;
mod environment;
mod sandbox;
mod shell;
mod world;

pub use answer::Answer;
pub use binary::freehold;
pub use sandbox::{Lab, Sandbox};
pub use shell::{Running, Shell};
pub use world::{Actor, BUCKET, Cloud, DatabaseKind, Refusing, StorageKind, World, fresh_database};
