//! Attacks: kills, races, copies and edits behind Freehold's back. No row may lie, and no byte may vanish.

mod beneath;
mod bookkeeping;
mod bounded;
mod closed_claims;
mod copies;
mod deep_folders;
mod hostile_claims;
mod interruptions;
mod replaced_files;
