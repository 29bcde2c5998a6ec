//! The file of a token, which its owner may write anew at any time.

use std::path::{Path, PathBuf};

use super::fetched_keys::{cannot_be_used, failed};

/// The content of a token's file without the blanks around it.
pub(super) async fn token(file: &Path) -> object_store::Result<String> {
    let path = PathBuf::from(file);
    let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await.map_err(failed)?;
    let fail =
        |why: String| cannot_be_used(format!("the token file {} cannot be used: {why}", file.display()));
    let text = read.map_err(|error| fail(error.to_string()))?;
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        return Err(fail("it holds no token".to_owned()));
    }
    Ok(token.to_owned())
}
