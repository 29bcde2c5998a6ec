//! The command by which a registry that was really moved is accepted.

use freehold_domain::{DatabaseUrl, StorageRoot};

use crate::initialise_instance::DEFAULT_DATABASE;

/// The command that accepts `registry` as the one of the location at `root`. A registry that lies in the location is found by it; any other is named
/// by its URL, without the password.
pub(crate) fn accepting_command(registry: &DatabaseUrl, root: &StorageRoot) -> String {
    if lies_in(registry, root) {
        return format!("freehold connect {} --moved", shell_word(&root.to_string()));
    }
    format!("freehold connect {} --moved", shell_word(&registry.without_password().reveal()))
}

/// A hint with that command, for a refusal.
pub(crate) fn hint(accept: &str) -> String {
    format!(
        "go on with the registry that the location was claimed from; if it was really moved here: `{accept}`"
    )
}

fn lies_in(registry: &DatabaseUrl, root: &StorageRoot) -> bool {
    let Some(file) = registry.sqlite_path() else { return false };
    root.local_path().is_some_and(|folder| folder.join(DEFAULT_DATABASE) == file)
}

/// A text as one word of a shell.
fn shell_word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:@._-+=,%".contains(&byte);
    if text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn command(registry: &str, root: &str) -> String {
        accepting_command(&registry.parse().unwrap(), &StorageRoot::from_canonical(root).unwrap())
    }

    #[test]
    fn a_registry_that_lies_in_the_location_is_found_by_its_root() {
        let within = "sqlite:///lab/data/.lamindb/freehold.db";
        assert_eq!(command(within, "/lab/data"), "freehold connect /lab/data --moved");
        assert_eq!(command(within, "/lab/more"), format!("freehold connect {within} --moved"));
        assert_eq!(command(within, "s3://lab/data"), format!("freehold connect {within} --moved"));
    }

    #[test]
    fn any_other_registry_is_named_by_its_url_without_the_password() {
        let named = "freehold connect postgres://lab@db.example/books --moved";
        assert_eq!(command("postgres://lab:hunter2@db.example/books", "/lab/data"), named);
        let asked = "freehold connect 'postgres://db.example/books?sslmode=require' --moved";
        assert_eq!(
            command("postgres://db.example/books?sslmode=require&password=hunter2", "/lab/data"),
            asked
        );
    }

    #[test]
    fn a_name_with_a_blank_or_a_quote_is_one_word() {
        assert_eq!(command("sqlite:///a b/c.db", "/lab"), "freehold connect 'sqlite:///a b/c.db' --moved");
        let quoted = "freehold connect 'sqlite:///it'\\''s.db' --moved";
        assert_eq!(command("sqlite:///it's.db", "/lab"), quoted);
    }
}
