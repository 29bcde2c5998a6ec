//! What a location on S3 promises beyond the contract that every backend keeps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "s3/endpoints.rs"]
mod endpoints;
#[path = "s3/ground.rs"]
mod ground;
#[path = "s3/interrupted_uploads.rs"]
mod interrupted_uploads;
#[path = "s3/look_alikes.rs"]
mod look_alikes;
#[path = "s3/lost_answers.rs"]
mod lost_answers;
#[path = "s3/names.rs"]
mod names;
#[path = "s3/presigned.rs"]
mod presigned;
#[path = "s3/public_buckets.rs"]
mod public_buckets;
#[path = "s3/reading.rs"]
mod reading;
#[path = "s3/refusals.rs"]
mod refusals;
#[path = "s3/regions.rs"]
mod regions;
#[path = "s3/round_trips.rs"]
mod round_trips;
#[path = "s3/uploads.rs"]
mod uploads;
