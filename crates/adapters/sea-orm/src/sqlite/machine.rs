//! Which machine this is.

use std::fs;

/// Where Linux keeps the id of an installed system. The second is the older place of the same.
const MACHINE_IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// Where the kernel says the name of the host.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// What tells this machine from others: the id of its system, else its host name, else nothing. It never fails, for the rest of a fingerprint
/// tells most copies apart as well.
pub(super) fn identity() -> String {
    let id = MACHINE_IDS.into_iter().find_map(|file| machine_id(&fs::read_to_string(file).ok()?));
    id.or_else(host_name).unwrap_or_default()
}

/// The id in the text of such a file. A system that was not yet installed says so in words, or leaves it empty.
fn machine_id(text: &str) -> Option<String> {
    let id = text.trim_end();
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_ascii_lowercase())
}

fn host_name() -> Option<String> {
    let name = fs::read_to_string(HOST_NAME).ok().or_else(|| std::env::var("HOSTNAME").ok())?;
    let name = name.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_thirty_two_digits() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(machine_id(&format!("{id}\n")).as_deref(), Some(id));
        assert_eq!(machine_id(&id.to_uppercase()).as_deref(), Some(id));
    }

    #[test]
    fn a_system_that_is_not_installed_has_no_id() {
        for text in ["", "\n", "uninitialized\n", "0123456789abcdef"] {
            assert_eq!(machine_id(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_machine_is_the_same_when_asked_again() {
        assert_eq!(identity(), identity());
    }
}
