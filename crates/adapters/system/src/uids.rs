//! Uids from the operating system's randomness.

use freehold_ports::system::UidGenerator;

/// Uids from a cryptographic generator that the operating system seeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomUids;

impl UidGenerator for RandomUids {
    fn entropy(&self) -> u128 {
        rand::random()
    }
}
