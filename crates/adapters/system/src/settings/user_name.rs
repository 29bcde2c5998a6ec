//! The name by which the operating system knows the user.

/// The name by which the operating system knows the user, or one made of the user's number where it has no name.
pub(super) fn operating_system_user() -> String {
    match whoami::username() {
        Ok(name) if !name.trim().is_empty() => name,
        _ => numbered_name(),
    }
}

#[cfg(unix)]
fn numbered_name() -> String {
    format!("uid-{}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn numbered_name() -> String {
    "user".to_owned()
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_name_is_the_one_that_the_system_prints() {
        let printed = std::process::Command::new("id").arg("-un").output().unwrap();
        let expected = if printed.status.success() {
            String::from_utf8(printed.stdout).unwrap().trim().to_owned()
        } else {
            numbered_name()
        };
        assert_eq!(operating_system_user(), expected);
    }

    #[test]
    fn a_user_without_a_name_is_called_by_number() {
        assert!(numbered_name().strip_prefix("uid-").is_some_and(|number| number.parse::<u32>().is_ok()));
    }
}
