//! What a location on Google Cloud Storage promises beyond the contract that every backend keeps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "gcs/credentials.rs"]
mod credentials;
#[path = "gcs/ground.rs"]
mod ground;
#[path = "gcs/login.rs"]
mod login;
#[path = "gcs/look_alikes.rs"]
mod look_alikes;
#[path = "gcs/lost_answers.rs"]
mod lost_answers;
#[path = "neighbour/server.rs"]
mod neighbour;
#[path = "gcs/presigned.rs"]
mod presigned;
#[path = "gcs/public_buckets.rs"]
mod public_buckets;
#[path = "gcs/refusals.rs"]
mod refusals;
#[path = "gcs/unfinished.rs"]
mod unfinished;
#[path = "gcs/uploads.rs"]
mod uploads;
#[path = "gcs/virtual_machine.rs"]
mod virtual_machine;
