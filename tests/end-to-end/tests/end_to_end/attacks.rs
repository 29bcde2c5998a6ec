//! Attacks: kills, races, copies and edits behind Freehold's back. No row may lie, and no byte may vanish.

mod beneath;
mod bookkeeping;
mod copies;
mod hostile_claims;
mod interruptions;
mod replaced_files;
