//! What a relative path is relative to.

/// The directories that `~` and relative paths are resolved against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The absolute path of the directory that relative paths begin at.
    pub current_directory: String,
    /// The absolute path that `~` stands for, where it is known.
    pub home: Option<String>,
}
