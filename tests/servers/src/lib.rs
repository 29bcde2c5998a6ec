//! The servers that Freehold's tests run against, each over its real protocol on loopback: S3, Google Cloud Storage, Postgres, and a
//! proxy that injects faults; and suites that mount file systems.

mod content;
mod hosting;
mod listing_page;
mod request_log;

pub mod fault_proxy;
pub mod gcs;
pub mod moto;
#[cfg(target_os = "linux")]
pub mod mounts;
pub mod postgres;
pub mod s3;
pub mod tripwire;

pub use self::request_log::LoggedRequest;
