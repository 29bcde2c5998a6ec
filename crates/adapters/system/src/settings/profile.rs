//! The file of the user's profile.

use std::collections::BTreeMap;

use freehold_domain::User;
use freehold_ports::system::DirectoryError;
use serde::{Deserialize, Serialize};

use super::settings_file::SettingsFile;

pub(super) const FILE: &str = "profile.toml";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Document {
    uid: Option<String>,
    handle: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

impl Document {
    /// The profile; none in a file that says nothing of one.
    fn check(&self, file: &SettingsFile) -> Result<Option<User>, DirectoryError> {
        let (uid, handle) = match (&self.uid, &self.handle) {
            (Some(uid), Some(handle)) => (uid, handle),
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err(file.damaged("the uid is missing")),
            (Some(_), None) => return Err(file.damaged("the handle is missing")),
        };
        Ok(Some(User {
            uid: uid.parse().map_err(|error| file.damaged(format!("the uid is not valid: {error}")))?,
            handle: handle
                .parse()
                .map_err(|error| file.damaged(format!("the handle is not valid: {error}")))?,
            name: self.name.clone(),
        }))
    }
}

pub(super) fn read(file: &SettingsFile) -> Result<Option<User>, DirectoryError> {
    match file.read::<Document>()? {
        Some(document) => document.check(file),
        None => Ok(None),
    }
}

pub(super) fn write(file: &SettingsFile, user: &User) -> Result<(), DirectoryError> {
    file.change(|document: &mut Document| {
        document.check(file)?;
        document.uid = Some(user.uid.to_string());
        document.handle = Some(user.handle.to_string());
        document.name.clone_from(&user.name);
        Ok(())
    })
}
