//! The name by which the operating system knows the user.

use std::ffi::OsString;

/// Where shells and systems say it, the most usual first.
const VARIABLES: [&str; 3] = ["USER", "LOGNAME", "USERNAME"];

/// The name by which the operating system knows the user, or one made of the user's number.
pub(super) fn operating_system_user() -> String {
    name_in(|variable| std::env::var_os(variable)).unwrap_or_else(numbered_name)
}

fn name_in(variable: impl Fn(&str) -> Option<OsString>) -> Option<String> {
    let names = VARIABLES.iter().filter_map(|name| variable(name)?.into_string().ok());
    names.map(|name| name.trim().to_owned()).find(|name| !name.is_empty())
}

#[cfg(unix)]
fn numbered_name() -> String {
    format!("uid-{}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn numbered_name() -> String {
    "user".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_counts() {
        let environment = |name: &str| match name {
            "USER" => Some(OsString::from(" ")),
            "LOGNAME" => Some(OsString::from("ada")),
            _ => Some(OsString::from("other")),
        };
        assert_eq!(name_in(environment), Some("ada".to_owned()));
    }

    #[test]
    fn without_any_the_number_of_the_user_is_the_name() {
        assert_eq!(name_in(|_| None), None);
        assert!(numbered_name().strip_prefix("uid-").is_some_and(|number| number.parse::<u32>().is_ok()));
    }
}
