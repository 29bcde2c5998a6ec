//! Files in every state in which a user can leave them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod ground;
mod inspecting;
mod reading;
mod resolving;
mod walking;
mod writing;
