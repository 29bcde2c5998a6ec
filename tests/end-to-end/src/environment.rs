//! What a child process must not inherit from whoever runs the tests.

use std::process::Command;

/// The beginnings of the names of variables that would tell Freehold, or a backend's client, about this machine and its user.
const FOREIGN: [&str; 9] =
    ["AWS_", "AZURE_", "CLOUDSDK_", "FREEHOLD_", "GCE_", "GCS_", "GOOGLE_", "PG", "STORAGE_EMULATOR_"];

/// Takes every setting of the machine's own away from a command. Proxies stay: whoever runs the tests watches them.
pub(crate) fn forget_this_machine(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_foreign =
            name.to_str().is_some_and(|name| FOREIGN.iter().any(|foreign| name.starts_with(foreign)));
        if is_foreign {
            command.env_remove(name);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("NO_GCE_CHECK", "true");
}
