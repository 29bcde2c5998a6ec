//! Where an artifact's bytes are, or were written to, as JSON.

use std::borrow::Cow;
use std::path::Path;

use freehold::{Downloaded, LocatedArtifact, PresignedArtifact};
use freehold_domain::{ArtifactKey, ArtifactUid};
use serde::Serialize;

use super::ArtifactView;

/// An artifact that was written to a file.
#[derive(Debug, Serialize)]
pub(crate) struct DownloadedView<'downloaded> {
    #[serde(flatten)]
    artifact: ArtifactView<'downloaded>,
    path: Cow<'downloaded, str>,
    bytes: u64,
}

impl<'downloaded> From<&'downloaded Downloaded> for DownloadedView<'downloaded> {
    fn from(downloaded: &'downloaded Downloaded) -> Self {
        let path: &Path = &downloaded.path;
        Self {
            artifact: (&downloaded.artifact).into(),
            path: path.to_string_lossy(),
            bytes: downloaded.bytes,
        }
    }
}

/// The place of an artifact's bytes.
#[derive(Debug, Serialize)]
pub(crate) struct LocatedView<'located> {
    uid: ArtifactUid,
    key: &'located ArtifactKey,
    path: &'located str,
}

impl<'located> From<&'located LocatedArtifact> for LocatedView<'located> {
    fn from(located: &'located LocatedArtifact) -> Self {
        Self { uid: located.artifact.uid, key: &located.artifact.key, path: located.path.as_str() }
    }
}

/// A URL with which anybody can read an artifact for some time.
#[derive(Debug, Serialize)]
pub(crate) struct PresignedView<'presigned> {
    uid: ArtifactUid,
    key: &'presigned ArtifactKey,
    path: &'presigned str,
    url: &'presigned str,
    valid_for_seconds: u64,
}

impl<'presigned> From<&'presigned PresignedArtifact> for PresignedView<'presigned> {
    fn from(presigned: &'presigned PresignedArtifact) -> Self {
        Self {
            uid: presigned.artifact.uid,
            key: &presigned.artifact.key,
            path: presigned.path.as_str(),
            url: presigned.url.reveal(),
            valid_for_seconds: presigned.valid_for.as_secs(),
        }
    }
}
