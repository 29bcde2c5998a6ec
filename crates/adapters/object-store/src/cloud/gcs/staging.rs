//! Uploads in parts, beneath a name of their own until they are whole.
//!
//! The XML API knows no precondition for the end of such an upload: it replaces whatever lies at the key. A long body is therefore put
//! together beside its key, and then copied there within the bucket, which moves no bytes and can demand that nothing is there. What
//! lies at the staging name is never listed as a blob, but as an unfinished upload.

use async_trait::async_trait;
use object_store::gcp::GoogleCloudStorage;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    Extensions, MultipartId, ObjectStoreExt, PutMultipartOptions, PutPayload, PutResult, Result,
};

use crate::cloud::write_id;

/// What staging names begin with.
pub(super) const PREFIX: &str = ".freehold-upload-";

/// The number of letters in the random part of a staging name.
const RANDOM: usize = 32;

/// The longest key that the server takes, in bytes.
const LONGEST_KEY: usize = 1024;

/// What stands between the random part of the staging name and the server's id, in the id of an upload.
const SEPARATOR: char = '.';

/// The uploads in parts of a bucket, each beneath a staging name. The keys are those where the objects will be.
#[derive(Debug, Clone)]
pub(super) struct Staging {
    objects: GoogleCloudStorage,
}

/// Where the parts of an upload are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Staged {
    /// The staging name, or the key itself for an upload of somebody else.
    pub(super) path: Path,
    /// The server's id; `None` when the parts are put together already.
    pub(super) upload: Option<MultipartId>,
    /// Whether it is one of ours.
    is_ours: bool,
}

impl Staged {
    /// Where the parts of this upload to this key are.
    pub(super) fn find(path: &Path, id: &MultipartId) -> Result<Self> {
        match id.split_once(SEPARATOR) {
            Some((random, upload)) if is_random(random) => Ok(Self {
                path: staging_name(path, random)?,
                upload: (!upload.is_empty()).then(|| upload.to_owned()),
                is_ours: true,
            }),
            Some(_) | None => Ok(Self { path: path.clone(), upload: Some(id.clone()), is_ours: false }),
        }
    }
}

impl Staging {
    pub(super) fn new(objects: GoogleCloudStorage) -> Self {
        Self { objects }
    }

    /// Puts the parts together at the staging name.
    pub(super) async fn put_together(&self, staged: &Staged, parts: Vec<PartId>) -> Result<()> {
        match &staged.upload {
            Some(upload) => self.objects.complete_multipart(&staged.path, upload, parts).await.map(drop),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl MultipartStore for Staging {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        self.create_multipart_opts(path, PutMultipartOptions::default()).await
    }

    async fn create_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<MultipartId> {
        let random = write_id::new();
        let upload = self.objects.create_multipart_opts(&staging_name(path, &random)?, options).await?;
        Ok(upload_id(&random, &upload))
    }

    async fn put_part(
        &self,
        path: &Path,
        id: &MultipartId,
        part_idx: usize,
        data: PutPayload,
    ) -> Result<PartId> {
        let staged = Staged::find(path, id)?;
        self.objects.put_part(&staged.path, &staged.upload.unwrap_or_default(), part_idx, data).await
    }

    /// Replaces whatever is there.
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        let staged = Staged::find(path, id)?;
        self.put_together(&staged, parts).await?;
        if staged.is_ours {
            self.objects.copy(&staged.path, path).await?;
            self.objects.delete(&staged.path).await?;
        }
        let meta = self.objects.head(path).await?;
        Ok(PutResult { e_tag: meta.e_tag, version: meta.version, extensions: Extensions::default() })
    }

    /// Lets go of the parts, also when they are put together already.
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        let staged = Staged::find(path, id)?;
        let aborted = match &staged.upload {
            Some(upload) => self.objects.abort_multipart(&staged.path, upload).await,
            None => Ok(()),
        };
        if staged.is_ours && self.objects.delete(&staged.path).await.is_ok() {
            return Ok(());
        }
        aborted
    }
}

/// The id of an upload with a staging name, from the server's id; an empty one means that the parts are put together already.
pub(super) fn upload_id(random: &str, upload: &str) -> MultipartId {
    format!("{random}{SEPARATOR}{upload}")
}

/// The key for which something is staged at this name, and the random part of the name; `None` for any other name.
pub(super) fn destination(name: &str) -> Option<(String, &str)> {
    let (folder, file) = split(name);
    let rest = file.strip_prefix(PREFIX)?;
    let random = rest.get(..RANDOM).filter(|random| is_random(random))?;
    match rest[RANDOM..].strip_prefix('-') {
        Some(file) if !file.is_empty() => Some((format!("{folder}{file}"), random)),
        // The whole name would be too long, so it does not say what it is for.
        Some(_) | None => Some((name.to_owned(), random)),
    }
}

/// The staging name for a key, beside it.
fn staging_name(path: &Path, random: &str) -> Result<Path> {
    let (folder, file) = split(path.as_ref());
    if destination(path.as_ref()).is_some() {
        return Ok(path.clone());
    }
    let full = format!("{folder}{PREFIX}{random}-{file}");
    let name = if full.len() > LONGEST_KEY { format!("{folder}{PREFIX}{random}") } else { full };
    Ok(Path::parse(name)?)
}

/// The folder with its slash, and the name in it.
fn split(name: &str) -> (&str, &str) {
    name.split_at(name.rfind('/').map_or(0, |slash| slash + 1))
}

fn is_random(text: &str) -> bool {
    text.len() == RANDOM && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    const RANDOM_PART: &str = "0123456789abcdef0123456789abcdef";

    fn path(name: &str) -> Path {
        Path::parse(name).unwrap()
    }

    #[test]
    fn what_is_ours_lies_beside_its_key() {
        let staged = Staged::find(&path("lab/.lamindb/a.csv"), &upload_id(RANDOM_PART, "7")).unwrap();
        assert_eq!(staged.path, path(&format!("lab/.lamindb/{PREFIX}{RANDOM_PART}-a.csv")));
        assert_eq!(staged.upload.as_deref(), Some("7"));
    }

    #[test]
    fn a_staging_name_says_for_which_key_it_is() {
        for name in ["lab/a.csv", "a.csv", "a/b/c-d"] {
            let staged = staging_name(&path(name), RANDOM_PART).unwrap();
            assert_eq!(destination(staged.as_ref()), Some((name.to_owned(), RANDOM_PART)));
        }
    }

    #[test]
    fn an_upload_to_a_long_key_is_found_by_its_staging_name() {
        let long = path(&format!("lab/{}", "x".repeat(1020)));
        let staged = Staged::find(&long, &upload_id(RANDOM_PART, "7")).unwrap();
        let (named, random) = destination(staged.path.as_ref()).unwrap();
        assert!(staged.path.as_ref().len() <= LONGEST_KEY);
        assert_eq!(Staged::find(&path(&named), &upload_id(random, "7")).unwrap(), staged);
    }

    #[test]
    fn another_name_stages_nothing() {
        for name in ["a.csv", ".freehold-upload-", ".freehold-upload-short-a", ".freehold-probe-x/blob"] {
            assert_eq!(destination(name), None, "{name}");
        }
    }

    #[test]
    fn an_upload_of_somebody_else_is_at_its_key() {
        let staged = Staged::find(&path("a.csv"), &"ABPnzm.x".to_owned()).unwrap();
        assert_eq!((staged.path, staged.upload.as_deref()), (path("a.csv"), Some("ABPnzm.x")));
    }
}
