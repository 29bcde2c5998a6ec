//! Where the keys for S3 come from: the environment, profiles, and the services that give keys for some time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "aws_credentials/containers.rs"]
mod containers;
#[path = "aws_credentials/ground.rs"]
mod ground;
#[path = "neighbour/server.rs"]
mod neighbour;
#[path = "aws_credentials/profiles.rs"]
mod profiles;
#[path = "aws_credentials/roles.rs"]
mod roles;
#[path = "aws_credentials/virtual_machine.rs"]
mod virtual_machine;
