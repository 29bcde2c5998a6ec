//! Finding out what the file system of a location can do, by trying it.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::Arc;

use freehold_domain::{BlobKey, Capabilities, RESERVED_DIRECTORY};
use freehold_ports::blobs::{BlobError, BlobMetadata, Durability, Readership};
use rustix::fs::{AtFlags, Dir};
use rustix::io::Errno;

use super::batch::Batch;
use super::gate::Gate;
use super::metadata::metadata;
use super::place::Place;
use super::upload::{Publication, Request, Upload};
use super::{delete, durability, folders, list};

/// What the name of a probe's folder begins with.
const FOLDER: &str = ".freehold-probe-";

/// The probe's blob, and the same in another case, which only a case-sensitive file system tells apart.
const BLOB: [&str; 2] = ["blob", "BLOB"];

/// Finds out what the file system can do, with small blobs in a folder of its own that is gone afterwards. The root is made
/// if it is absent, and stays.
pub(super) fn probe(place: &Arc<Place>) -> Result<Capabilities, BlobError> {
    // Numbers of processes come again, and are the same on many machines: a name must not be one that a killed probe has left.
    let folder = format!("{RESERVED_DIRECTORY}/{FOLDER}{:016x}", RandomState::new().build_hasher().finish());
    let trial = Trial {
        place,
        folder: key(place, &folder)?,
        lower: key(place, &format!("{folder}/{}", BLOB[0]))?,
        upper: key(place, &format!("{folder}/{}", BLOB[1]))?,
    };
    let found = trial.run();
    let cleaned = trial.clean();
    found.and_then(|capabilities| cleaned.map(|()| capabilities))
}

fn key(place: &Place, text: &str) -> Result<BlobKey, BlobError> {
    BlobKey::parse(text).map_err(|error| place.error(io::Error::other(error)))
}

struct Trial<'place> {
    place: &'place Arc<Place>,
    folder: BlobKey,
    lower: BlobKey,
    upper: BlobKey,
}

impl Trial<'_> {
    fn run(&self) -> Result<Capabilities, BlobError> {
        let first = self.store(Publication::Create, b"1");
        // A system that cannot create exclusively says so; other failures are failures.
        let (created, create_if_absent) = match first {
            Ok(created) => (created, self.refuses_a_second()?),
            Err(BlobError::Unsupported { .. }) => (self.store(Publication::Overwrite, b"1")?, false),
            Err(error) => return Err(error),
        };
        Ok(Capabilities {
            create_if_absent,
            compare_and_swap: self.swaps(&created)?,
            list_after_write: self.lists()?,
            case_sensitive: metadata(self.place, &self.upper)?.is_none(),
        })
    }

    fn store(&self, publication: Publication, content: &[u8]) -> Result<BlobMetadata, BlobError> {
        let request = Request {
            place: Arc::clone(self.place),
            key: self.lower.clone(),
            publication,
            readership: Readership::Usual,
            durability: Durability::AtFlush,
            gate: Arc::new(Gate::default()),
        };
        let mut upload = Upload::begin(request)?;
        upload.write(content)?;
        upload.finish(&Batch::default())
    }

    fn refuses_a_second(&self) -> Result<bool, BlobError> {
        match self.store(Publication::Create, b"2") {
            Ok(_) => Ok(false),
            Err(BlobError::AlreadyExists { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Whether a replacement of the present version succeeds, and one of a former version fails.
    fn swaps(&self, created: &BlobMetadata) -> Result<bool, BlobError> {
        let Some(present) = metadata(self.place, &self.lower)? else { return Err(self.disturbed()) };
        if present.version != created.version {
            return Ok(false);
        }
        match self.store(Publication::Replace(present.version.clone()), b"3") {
            Ok(_) => {}
            Err(BlobError::Unsupported { .. }) => return Ok(false),
            Err(BlobError::VersionMismatch { .. }) => return Err(self.disturbed()),
            Err(error) => return Err(error),
        }
        match self.store(Publication::Replace(present.version), b"4") {
            Ok(_) => Ok(false),
            Err(BlobError::VersionMismatch { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn lists(&self) -> Result<bool, BlobError> {
        let listed = list::list_now(self.place, &self.folder).into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(listed.iter().any(|blob| blob.key == self.lower))
    }

    fn disturbed(&self) -> BlobError {
        self.place.error(io::Error::other("somebody removed the probe while it was in use; try again"))
    }

    /// Removes the blobs and their folder, and the reserved folder if nothing else is in it.
    fn clean(&self) -> Result<(), BlobError> {
        delete::delete(self.place, std::slice::from_ref(&self.lower))?;
        let opened = folders::open_made(self.place, ".");
        let (location, root) = opened.map_err(|lookup| self.place.folder_error(lookup))?;
        for folder in [self.folder.as_str(), RESERVED_DIRECTORY] {
            // It stays when something is in it, or when it was never made.
            let _ = rustix::fs::unlinkat(&location, folder, AtFlags::REMOVEDIR);
        }
        durability::sync_folder(&root).map_err(|error| self.place.error(error))
    }
}

/// Removes what killed probes left in the reserved folder. A probe at work finds that out and says so.
pub(super) fn clean(reserved: &File) -> Result<(), Errno> {
    for entry in Dir::read_from(reserved)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if !name.starts_with(FOLDER) {
            continue;
        }
        for blob in BLOB {
            let _ = rustix::fs::unlinkat(reserved, format!("{name}/{blob}"), AtFlags::empty());
        }
        let _ = rustix::fs::unlinkat(reserved, name, AtFlags::REMOVEDIR);
    }
    Ok(())
}
