//! Copying a blob within the system, without moving its bytes through this process.

use std::sync::Arc;

use freehold_domain::{BlobKey, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobMetadata, PutOptions};

use super::batch::Batch;
use super::gate::GateKeeper;
use super::place::Place;
use super::upload::Request;
use super::{blocking, folders};

/// Copies a blob of another local location. Gives nothing where the system cannot.
pub(super) async fn copy_from(
    place: &Arc<Place>,
    batch: &Arc<Batch>,
    key: &BlobKey,
    source: &StorageRoot,
    source_key: &BlobKey,
    options: PutOptions,
) -> Result<Option<BlobMetadata>, BlobError> {
    let Some(source) = Place::of(source) else { return Ok(None) };
    folders::refuse_own_names(place, key)?;
    let keeper = GateKeeper::default();
    let request = Request::put(place, key, options, keeper.gate());
    let (batch, source_key) = (Arc::clone(batch), source_key.clone());
    blocking::run(place, move || within_system::copy(request, &batch, &source, &source_key)).await
}

#[cfg(target_os = "linux")]
mod within_system {
    //! The system call that copies between files, and shares blocks where the file system can do so safely.

    use std::fs::File;

    use freehold_domain::BlobKey;
    use freehold_ports::blobs::{BlobError, BlobMetadata, Readership};
    use rustix::io::Errno;

    use crate::local::batch::Batch;
    use crate::local::location::Location;
    use crate::local::place::Place;
    use crate::local::status::FileStatus;
    use crate::local::upload::{Request, Upload};

    /// How many bytes are asked for at a time.
    const PIECE: usize = 64 * 1024 * 1024;

    pub(super) fn copy(
        mut request: Request,
        batch: &Batch,
        source: &Place,
        source_key: &BlobKey,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        let opened = Location::open(source).and_then(|location| location.open_file(source_key.as_str()));
        let (file, status) = opened.map_err(|lookup| source.lookup_error(source_key, lookup))?;
        let (place, key) = (request.place.clone(), request.key.clone());
        if status.readership() == Readership::OwnerOnly {
            request.readership = Readership::OwnerOnly;
        }
        let upload = Upload::begin(request)?;
        upload.refuse_if_taken()?;
        match copy_content(&file, upload.file(), status.size) {
            Ok(copied) => {
                let after = FileStatus::of(&file).map_err(|errno| source.error_at(source_key, errno))?;
                if copied != status.size || !after.has_same_content(&status) {
                    return Err(source.version_mismatch(source_key));
                }
                upload.finish(batch).map(Some)
            }
            // Two file systems, or one that cannot do this.
            Err(Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::NOTSUP | Errno::PERM | Errno::BADF) => {
                Ok(None)
            }
            Err(errno) => Err(place.error_at(&key, errno)),
        }
    }

    fn copy_content(source: &File, target: &File, size: u64) -> Result<u64, Errno> {
        let mut copied = 0;
        while copied < size {
            match rustix::fs::copy_file_range(source, None, target, None, PIECE) {
                Ok(0) => break,
                Ok(more) => copied += more as u64,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(copied)
    }
}

#[cfg(not(target_os = "linux"))]
mod within_system {
    //! Systems without such a call: the caller reads and puts.

    use freehold_domain::BlobKey;
    use freehold_ports::blobs::{BlobError, BlobMetadata};

    use crate::local::batch::Batch;
    use crate::local::place::Place;
    use crate::local::upload::Request;

    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn copy(
        _: Request,
        _: &Batch,
        _: &Place,
        _: &BlobKey,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        Ok(None)
    }
}
