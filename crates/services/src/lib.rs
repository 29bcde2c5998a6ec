//! The use cases of Freehold, one file each: own, save, trace, transfer, delete.
//!
//! A use case is a function that takes a [`Host`] (a machine without an instance) or a [`Registry`] (an opened instance)
//! and a request, and answers with what is now true or with an error of its own. It knows the ports and no adapter.
//!
//! Every error says its [`Category`] and, where there is one, the next step: [`UseCaseError`].

pub mod add_storage;
pub mod adopt_storage;
mod announcement;
pub mod cache_artifact;
mod cached_content;
pub mod category;
pub mod check_storage;
pub mod connect_instance;
mod content;
pub mod default_storage;
pub mod delete_artifacts;
pub mod delete_instance;
pub mod describe_instance;
pub mod explain_path;
mod family_heads;
pub mod find_artifact;
pub mod finish_run;
pub mod hand_over_storage;
pub mod host;
pub mod initialise_instance;
mod left_claims;
pub mod list_artifacts;
pub mod list_instances;
pub mod list_runs;
pub mod list_storages;
pub mod locate_artifact;
pub mod location;
mod moved_registry;
mod ownership;
pub mod plan_deletion;
pub mod presign_artifact;
mod progress_task;
mod purge;
pub mod read_artifact;
pub mod receive_storage;
mod recorded_root;
pub mod reference;
mod registries_folder;
pub mod registry;
pub mod release_storage;
pub mod relocate_instance;
pub mod remove_storage;
pub mod restore_artifact;
pub mod save_artifacts;
mod sessions_at_work;
mod settled_intents;
pub mod show_run;
pub mod show_storage;
pub mod start_run;
pub mod transaction;
pub mod transfer_artifacts;
pub mod unfinished_uploads;
pub mod update_artifact;
pub mod update_storage;
pub mod users;

pub use category::{Category, UseCaseError};
pub use host::Host;
pub use location::{AccessError, Locations};
pub use reference::ReferenceError;
pub use registry::Registry;
pub use transaction::{Transaction, in_transaction};
