//! The file of known instances.

use std::collections::BTreeMap;

use freehold_domain::{InstanceUid, StorageRoot};
use freehold_ports::system::{DirectoryError, KnownInstance};
use serde::{Deserialize, Serialize};

use super::settings_file::SettingsFile;

pub(super) const FILE: &str = "instances.toml";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    instances: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    slug: String,
    database: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, toml::Value>,
}

impl Document {
    /// Everything the file says, if all of it can be.
    fn check(&self, file: &SettingsFile) -> Result<Known, DirectoryError> {
        let current = self.current.as_deref().map(|uid| parse_uid(file, uid)).transpose()?;
        let known = self.instances.iter().map(|(uid, entry)| entry.check(file, parse_uid(file, uid)?));
        Ok(Known { current, instances: known.collect::<Result<_, _>>()? })
    }
}

impl Entry {
    fn check(&self, file: &SettingsFile, uid: InstanceUid) -> Result<KnownInstance, DirectoryError> {
        let damaged = |what: &str, error: &dyn std::error::Error| {
            file.damaged(format!("the {what} of instance {uid} is not valid: {error}"))
        };
        Ok(KnownInstance {
            uid,
            slug: self.slug.parse().map_err(|error| damaged("slug", &error))?,
            database: self.database.parse().map_err(|error| damaged("database", &error))?,
            root: match &self.root {
                Some(root) => {
                    Some(StorageRoot::from_canonical(root).map_err(|error| damaged("root", &error))?)
                }
                None => None,
            },
        })
    }

    fn of(instance: &KnownInstance, unknown: BTreeMap<String, toml::Value>) -> Self {
        Self {
            slug: instance.slug.to_string(),
            database: instance.database.reveal(),
            root: instance.root.as_ref().map(ToString::to_string),
            unknown,
        }
    }
}

fn parse_uid(file: &SettingsFile, text: &str) -> Result<InstanceUid, DirectoryError> {
    text.parse().map_err(|error| file.damaged(format!("{text:?} is not the uid of an instance: {error}")))
}

#[derive(Debug, Default)]
struct Known {
    current: Option<InstanceUid>,
    instances: Vec<KnownInstance>,
}

fn known(file: &SettingsFile) -> Result<Known, DirectoryError> {
    file.read::<Document>()?.map_or_else(|| Ok(Known::default()), |document| document.check(file))
}

pub(super) fn list(file: &SettingsFile) -> Result<Vec<KnownInstance>, DirectoryError> {
    let mut instances = known(file)?.instances;
    instances.sort_by(|one, other| (&one.slug, one.uid).cmp(&(&other.slug, other.uid)));
    Ok(instances)
}

pub(super) fn current(file: &SettingsFile) -> Result<Option<KnownInstance>, DirectoryError> {
    let Known { current, instances } = known(file)?;
    Ok(instances.into_iter().find(|instance| Some(instance.uid) == current))
}

pub(super) fn remember(file: &SettingsFile, instance: &KnownInstance) -> Result<(), DirectoryError> {
    file.change(|document: &mut Document| {
        document.check(file)?;
        let uid = instance.uid.to_string();
        let unknown = document.instances.remove(&uid).map(|former| former.unknown).unwrap_or_default();
        document.instances.insert(uid, Entry::of(instance, unknown));
        Ok(())
    })
}

pub(super) fn forget(file: &SettingsFile, uid: InstanceUid) -> Result<bool, DirectoryError> {
    let Known { current, instances } = known(file)?;
    if current != Some(uid) && instances.iter().all(|instance| instance.uid != uid) {
        return Ok(false);
    }
    file.change(|document: &mut Document| {
        document.check(file)?;
        document.current.take_if(|current| current == uid.as_str());
        Ok(document.instances.remove(uid.as_str()).is_some())
    })
}

pub(super) fn set_current(file: &SettingsFile, uid: InstanceUid) -> Result<(), DirectoryError> {
    file.change(|document: &mut Document| {
        document.check(file)?;
        document.current = Some(uid.to_string());
        Ok(())
    })
}
