//! Keys that a command prints.
//!
//! The document is that of the AWS SDKs' setting `credential_process`, version 1.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::AwsCredential;
use serde::Deserialize;
use tokio::process::Command;

use super::fetched_keys::{FetchedKeys, cannot_be_used};
use crate::cloud::refreshing::{CredentialSource, Fetched};

/// How long the command may take; it may ask a person.
const PATIENCE: Duration = Duration::from_mins(2);

/// The command of a profile.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) command: String,
    pub(super) profile: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Version {
    version: u32,
}

#[async_trait]
impl CredentialSource for Process {
    type Credential = AwsCredential;

    async fn fetch(&self) -> object_store::Result<Fetched<AwsCredential>> {
        let place = format!("the credential_process of the AWS profile {}", self.profile);
        let fail = |why: &str| cannot_be_used(format!("{place} {why}"));
        // What the command has to say, it says to the person: its error output may hold anything.
        let running = shell(&self.command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(PATIENCE, running)
            .await
            .map_err(|_| fail("did not end in two minutes"))?
            .map_err(|error| fail(&format!("cannot be started: {error}")))?;
        if !output.status.success() {
            return Err(fail(&format!("failed ({})", output.status)));
        }
        let foreign = |_| fail("did not print a credentials document of version 1");
        let Version { version } = serde_json::from_slice(&output.stdout).map_err(foreign)?;
        if version != 1 {
            return Err(fail(&format!(
                "printed a credentials document of version {version}, and only 1 is known"
            )));
        }
        serde_json::from_slice::<FetchedKeys>(&output.stdout).map_err(foreign)?.into_credential(&place)
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.arg("/C").arg(command);
    shell
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::cloud::refusal::CredentialsUnusable;

    async fn run(command: &str) -> Result<Fetched<AwsCredential>, String> {
        let process = Process { command: command.to_owned(), profile: "lab".to_owned() };
        process.fetch().await.map_err(|error| {
            let source = std::error::Error::source(&error).unwrap();
            source.downcast_ref::<CredentialsUnusable>().unwrap().reason.clone()
        })
    }

    #[tokio::test]
    async fn printed_keys_are_used_until_they_expire() {
        let document = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T",
            "Expiration": "2099-01-01T00:00:00Z"}"#;
        let fetched = run(&format!("printf '%s' '{document}'")).await.unwrap();
        let expected = AwsCredential { key_id: "A".into(), secret_key: "S".into(), token: Some("T".into()) };
        assert_eq!(fetched.credential, expected);
        assert_eq!(fetched.expires.unwrap().to_rfc3339(), "2099-01-01T00:00:00+00:00");
    }

    #[tokio::test]
    async fn another_version_is_refused() {
        let reason = run("echo '{\"Version\": 2}'").await.unwrap_err();
        assert!(reason.contains("version 2") && reason.contains("lab"), "{reason}");
    }

    #[tokio::test]
    async fn what_a_failing_command_prints_is_not_shown() {
        let reason = run("echo hidden; exit 3").await.unwrap_err();
        assert!(reason.contains('3') && !reason.contains("hidden"), "{reason}");
    }

    #[tokio::test]
    async fn what_is_no_document_is_not_shown() {
        let reason = run("echo hidden").await.unwrap_err();
        assert!(!reason.contains("hidden"), "{reason}");
    }
}
