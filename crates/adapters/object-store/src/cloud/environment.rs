//! The settings that programs take from their surroundings: environment variables and the home folder.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The environment variables that credentials, regions and endpoints are taken from.
///
/// Clones are cheap and see the same variables. Nothing else of this crate looks at the process's environment, so that a
/// program, or a test, can give every set of stores surroundings of its own.
#[derive(Clone)]
pub struct Environment {
    lookup: Arc<Lookup>,
}

type Lookup = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Environment {
    /// The variables of this process. Each is looked up when it is needed.
    #[must_use]
    pub fn of_process() -> Self {
        Self { lookup: Arc::new(|name| std::env::var(name).ok()) }
    }

    /// These variables and no others. Without `HOME` there is no home folder.
    #[must_use]
    pub fn of_variables<Name, Value>(variables: impl IntoIterator<Item = (Name, Value)>) -> Self
    where
        Name: Into<String>,
        Value: Into<String>,
    {
        let variables: HashMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { lookup: Arc::new(move |name| variables.get(name).cloned()) }
    }

    /// The value of a variable; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The value of the first of these variables that is set.
    pub(crate) fn first_of(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.get(name))
    }

    /// Whether a variable says yes: `1`, `true`, `yes` or `on`, in any case.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| {
            ["1", "true", "yes", "on"].iter().any(|yes| value.trim().eq_ignore_ascii_case(yes))
        })
    }

    /// The home folder of the person who runs the program.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.first_of(&["HOME", "USERPROFILE"]).map(PathBuf::from)
    }

    /// The path that a variable holds, with a leading `~/` led to the home folder.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(|path| self.expand_home(&path))
    }

    /// A path with a leading `~/` led to the home folder.
    pub(crate) fn expand_home(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.home()) {
            (Some(below), Some(home)) => home.join(below),
            (Some(_) | None, _) => PathBuf::from(path),
        }
    }
}

/// Shows no variable: their values are secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Environment").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn an_empty_variable_is_absent() {
        let environment = Environment::of_variables([("AWS_PROFILE", "")]);
        assert_eq!(environment.get("AWS_PROFILE"), None);
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let environment = Environment::of_variables([("SECOND", "2"), ("THIRD", "3")]);
        assert_eq!(environment.first_of(&["FIRST", "SECOND", "THIRD"]).as_deref(), Some("2"));
    }

    #[test]
    fn a_tilde_leads_to_the_given_home_folder() {
        let environment =
            Environment::of_variables([("HOME", "/home/ada"), ("AWS_CONFIG_FILE", "~/aws/config")]);
        assert_eq!(environment.path("AWS_CONFIG_FILE"), Some(PathBuf::from("/home/ada/aws/config")));
    }

    #[test]
    fn values_are_never_shown() {
        let environment = Environment::of_variables([("AWS_SECRET_ACCESS_KEY", "hidden")]);
        assert!(!format!("{environment:?}").contains("hidden"));
    }
}
