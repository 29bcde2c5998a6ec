//! The documents of the repository, so that their examples are compiled and run as documentation tests.

#[doc = include_str!("../../../README.md")]
mod readme {}

#[doc = include_str!("../../../docs/guides/command-line.md")]
mod command_line {}

#[doc = include_str!("../../../docs/guides/concepts.md")]
mod concepts {}

#[doc = include_str!("../../../docs/guides/ownership.md")]
mod ownership {}

#[doc = include_str!("../../../docs/guides/embed.md")]
mod embed {}

#[doc = include_str!("../../../docs/guides/write-an-adapter.md")]
mod write_an_adapter {}

#[doc = include_str!("../../../docs/guides/postgres.md")]
mod postgres {}

#[doc = include_str!("../../../docs/guides/s3.md")]
mod s3 {}

#[doc = include_str!("../../../docs/guides/gcs.md")]
mod gcs {}

#[doc = include_str!("../../../docs/guides/permissions.md")]
mod permissions {}
