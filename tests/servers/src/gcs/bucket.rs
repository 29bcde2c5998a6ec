//! A bucket: its live objects, their former generations, and the uploads that have begun.

use std::collections::BTreeMap;

use axum::http::StatusCode;

use super::multipart::Upload;
use super::object::StoredObject;
use super::refusal::Refusal;
use super::state::State;

/// A bucket with all that it holds.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) public: bool,
    pub(super) objects: BTreeMap<String, StoredObject>,
    former: BTreeMap<(String, u64), StoredObject>,
    pub(super) uploads: BTreeMap<String, Upload>,
}

impl Bucket {
    /// The generation `generation` of `key`, or its live one.
    pub(super) fn object(&self, key: &str, generation: Option<u64>) -> Result<&StoredObject, Refusal> {
        let live = self.objects.get(key);
        let found = match generation {
            None => live,
            Some(number) => live
                .filter(|object| object.generation == number)
                .or_else(|| self.former.get(&(key.to_owned(), number))),
        };
        found.ok_or_else(|| {
            Refusal::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
        })
    }

    /// Puts `object` in the place of the live generation, which stays readable by its number.
    pub(super) fn store(&mut self, key: String, object: StoredObject) {
        if let Some(former) = self.objects.insert(key.clone(), object) {
            self.former.insert((key, former.generation), former);
        }
    }

    /// Makes the live generation a former one.
    pub(super) fn remove(&mut self, key: &str) {
        if let Some(former) = self.objects.remove(key) {
            self.former.insert((key.to_owned(), former.generation), former);
        }
    }

    /// The upload `id`, if it is one of `key`.
    pub(super) fn upload(&mut self, key: &str, id: &str) -> Result<&mut Upload, Refusal> {
        self.uploads.get_mut(id).filter(|upload| upload.key == key).ok_or_else(|| {
            Refusal::new(StatusCode::NOT_FOUND, "NoSuchUpload", "The requested upload was not found.")
        })
    }
}

impl State {
    /// The bucket `name`.
    pub(super) fn bucket(&mut self, name: &str) -> Result<&mut Bucket, Refusal> {
        self.buckets.get_mut(name).ok_or_else(|| {
            Refusal::new(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.")
        })
    }
}
