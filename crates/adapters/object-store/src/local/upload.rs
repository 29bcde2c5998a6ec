//! Storing one blob: staged, written, published, made durable.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobVersion, Durability, PutMode, PutOptions, Readership,
};
use rustix::fs::AtFlags;
use rustix::io::Errno;

use super::batch::Batch;
use super::gate::Gate;
use super::location::{Location, Lookup};
use super::place::Place;
use super::staged::Staged;
use super::status::FileStatus;
use super::{durability, folders, occupant, split};

/// How often a folder that is removed as empty while a blob is published into it is made again.
const ATTEMPTS: usize = 1_000;

/// What publication asks of the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Publication {
    /// It is free.
    Create,
    /// Nothing.
    Overwrite,
    /// It has this version.
    Replace(BlobVersion),
}

impl From<PutMode> for Publication {
    fn from(mode: PutMode) -> Self {
        match mode {
            PutMode::Create => Self::Create,
            PutMode::Overwrite => Self::Overwrite,
        }
    }
}

/// What is to be stored, and how.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) place: Arc<Place>,
    pub(super) key: BlobKey,
    pub(super) publication: Publication,
    pub(super) durability: Durability,
    pub(super) readership: Readership,
    pub(super) gate: Arc<Gate>,
}

impl Request {
    pub(super) fn put(place: &Arc<Place>, key: &BlobKey, options: PutOptions, gate: Arc<Gate>) -> Self {
        let PutOptions { mode, durability, readership } = options;
        let (place, key) = (Arc::clone(place), key.clone());
        Self { place, key, publication: mode.into(), durability, readership, gate }
    }
}

/// A blob that is being stored. Dropped before it is finished, it leaves nothing.
#[derive(Debug)]
pub(super) struct Upload {
    request: Request,
    location: Location,
    parent: File,
    staged: Staged,
}

impl Upload {
    /// Makes the folders on the way, and begins to write.
    pub(super) fn begin(request: Request) -> Result<Self, BlobError> {
        let Request { place, key, publication, .. } = &request;
        let (folder, _) = split(key.as_str());
        let begun = match publication {
            Publication::Create | Publication::Overwrite => Self::stage_in_made_folder(place, folder),
            Publication::Replace(_) => Self::stage(place, folder),
        };
        match begun {
            Ok((location, parent, staged)) => {
                if request.readership == Readership::OwnerOnly {
                    staged
                        .restrict_to_owner()
                        .map_err(|error| place.lookup_error(key, Lookup::Failed(error)))?;
                }
                Ok(Self { request, location, parent, staged })
            }
            Err(Lookup::Absent) if matches!(publication, Publication::Replace(_)) => {
                Err(place.version_mismatch(key))
            }
            Err(lookup) => Err(place.lookup_error(key, lookup)),
        }
    }

    fn stage(place: &Place, folder: &str) -> Result<(Location, File, Staged), Lookup> {
        let location = Location::open(place)?;
        let parent = location.open_folder(folder)?;
        let staged = Staged::begin(&location, &parent)?;
        Ok((location, parent, staged))
    }

    fn stage_in_made_folder(place: &Place, folder: &str) -> Result<(Location, File, Staged), Lookup> {
        for _ in 0..ATTEMPTS {
            let (location, parent) = folders::open_made(place, folder)?;
            match Staged::begin(&location, &parent) {
                // Somebody removed the folder meanwhile.
                Err(Lookup::Absent) => {}
                begun => return begun.map(|staged| (location, parent, staged)),
            }
        }
        Err(Lookup::Failed(Errno::BUSY.into()))
    }

    /// Refuses early, before a long body is read in vain, when the key is taken.
    pub(super) fn refuse_if_taken(&self) -> Result<(), BlobError> {
        let Request { place, key, publication, .. } = &self.request;
        match (publication, self.location.status(key.as_str())) {
            (Publication::Create, Ok(_)) => Err(place.already_exists(key)),
            (Publication::Create, Err(Lookup::Outside)) => Err(place.outside(key)),
            _ => Ok(()),
        }
    }

    pub(super) fn file(&self) -> &File {
        self.staged.file()
    }

    pub(super) fn write(&mut self, block: &[u8]) -> Result<(), BlobError> {
        let Request { place, key, .. } = &self.request;
        self.staged.file().write_all(block).map_err(|error| place.error_at(key, error))
    }

    /// Publishes the blob and makes it as durable as was asked.
    pub(super) fn finish(mut self, batch: &Batch) -> Result<BlobMetadata, BlobError> {
        self.publish()?;
        let status = self.staged.status().map_err(|errno| self.error(errno))?;
        let Self { request, location, parent, staged } = self;
        let Request { place, key, publication, durability, .. } = &request;
        let (folder, name) = split(key.as_str());
        let durable = match durability {
            Durability::Immediate => durability::sync_folders_up(&location, folder),
            Durability::AtFlush => {
                batch.record(staged.into_file(), &parent, folder, status.device).map_err(Lookup::Failed)
            }
        };
        match durable {
            Ok(()) => Ok(status.metadata(key)),
            Err(lookup) => {
                if *publication == Publication::Create {
                    withdraw(&parent, name, &status);
                }
                Err(place.lookup_error(key, lookup))
            }
        }
    }

    fn publish(&mut self) -> Result<(), BlobError> {
        match self.request.publication.clone() {
            Publication::Create => self.create(),
            Publication::Overwrite => self.overwrite(),
            Publication::Replace(expected) => self.replace(&expected),
        }
    }

    fn create(&mut self) -> Result<(), BlobError> {
        self.prepare(None, self.request.durability)?;
        for _ in 0..ATTEMPTS {
            match self.try_to_create() {
                Err(Errno::EXIST) => return Err(self.taken()),
                Err(Errno::NOENT) => self.make_parent_again()?,
                result => return result.map_err(|errno| self.error(errno)),
            }
        }
        Err(self.error(Errno::BUSY))
    }

    fn overwrite(&mut self) -> Result<(), BlobError> {
        let (_, name) = split(self.request.key.as_str());
        let name = name.to_owned();
        for _ in 0..ATTEMPTS {
            // A power cut must leave the former content or the latter, also when the batch is not flushed yet.
            match occupant::lock(&self.parent, &name) {
                Ok(Some(former)) => {
                    self.prepare(Some(&former), Durability::Immediate)?;
                    return self.exchange(&name);
                }
                Ok(None) => {}
                Err(lookup) => return Err(self.refused(lookup, &name)),
            }
            self.prepare(None, self.request.durability)?;
            match self.try_to_create() {
                // Somebody was faster: that one is overwritten.
                Err(Errno::EXIST) => {}
                Err(Errno::NOENT) => self.make_parent_again()?,
                result => return result.map_err(|errno| self.error(errno)),
            }
        }
        Err(self.error(Errno::BUSY))
    }

    fn replace(&mut self, expected: &BlobVersion) -> Result<(), BlobError> {
        let Request { place, key, .. } = &self.request;
        let (_, name) = split(key.as_str());
        let name = name.to_owned();
        let former = match occupant::lock(&self.parent, &name) {
            Ok(Some(former)) => former,
            Ok(None) => return Err(place.version_mismatch(key)),
            Err(lookup) => return Err(self.refused(lookup, &name)),
        };
        if let Err(error) = former.lock {
            return Err(cannot_lock(place, key, error));
        }
        if former.status.version() != *expected {
            return Err(place.version_mismatch(key));
        }
        self.prepare(Some(&former), Durability::Immediate)?;
        self.exchange(&name)
    }

    /// Gives the staged file its final time, and syncs it unless that can wait.
    fn prepare(&self, former: Option<&occupant::Occupant>, durability: Durability) -> Result<(), BlobError> {
        let prepared = self.staged.stamp_after(former.map(|former| former.status.modified));
        let synced = prepared.and_then(|()| match durability {
            Durability::Immediate => self.staged.file().sync_all(),
            Durability::AtFlush => Ok(()),
        });
        synced.map_err(|error| self.error(error))
    }

    fn try_to_create(&mut self) -> Result<(), Errno> {
        if !self.request.gate.pass() {
            return Err(Errno::CANCELED);
        }
        let (_, name) = split(self.request.key.as_str());
        self.staged.create(&self.parent, name)
    }

    fn exchange(&mut self, name: &str) -> Result<(), BlobError> {
        if !self.request.gate.pass() {
            return Err(self.error(Errno::CANCELED));
        }
        let exchanged = self.staged.replace(&self.location, &self.parent, name);
        exchanged.map_err(|lookup| self.request.place.lookup_error(&self.request.key, lookup))
    }

    fn make_parent_again(&mut self) -> Result<(), BlobError> {
        let Request { place, key, .. } = &self.request;
        let (folder, _) = split(key.as_str());
        let made = folders::open_made(place, folder);
        (self.location, self.parent) = made.map_err(|lookup| place.lookup_error(key, lookup))?;
        Ok(())
    }

    /// Why a create finds its name taken.
    fn taken(&self) -> BlobError {
        let Request { place, key, .. } = &self.request;
        match self.location.status(key.as_str()) {
            Err(Lookup::Outside) => place.outside(key),
            _ => place.already_exists(key),
        }
    }

    fn refused(&self, lookup: Lookup, name: &str) -> BlobError {
        let Request { place, key, .. } = &self.request;
        refused(place, key, lookup, &self.location, &self.parent, name)
    }

    fn error(&self, error: impl Into<io::Error>) -> BlobError {
        self.request.place.error_at(&self.request.key, error)
    }
}

/// Takes back a blob that was published and could not be made durable, so that a create that failed has created nothing.
fn withdraw(parent: &File, name: &str, published: &FileStatus) {
    let occupant = occupant::lock(parent, name);
    if occupant.is_ok_and(|found| found.is_some_and(|found| found.status.is_same_file(published))) {
        let _ = rustix::fs::unlinkat(parent, name, AtFlags::empty());
    }
}

/// Why what has a name cannot be changed: a link that leads out of the location is told apart.
pub(super) fn refused(
    place: &Place,
    key: &BlobKey,
    lookup: Lookup,
    location: &Location,
    parent: &File,
    name: &str,
) -> BlobError {
    let leads_out =
        occupant::is_link(parent, name) && matches!(location.status(key.as_str()), Err(Lookup::Outside));
    if leads_out { place.outside(key) } else { place.lookup_error(key, lookup) }
}

/// Why a version cannot be held on to.
pub(super) fn cannot_lock(place: &Place, key: &BlobKey, error: io::Error) -> BlobError {
    let without_locks = [Errno::NOLCK, Errno::NOSYS, Errno::NOTSUP, Errno::BADF].map(Errno::raw_os_error);
    let is_without_locks = error.raw_os_error().is_some_and(|code| without_locks.contains(&code));
    if is_without_locks || error.kind() == ErrorKind::Unsupported {
        return place.unsupported("conditional changes: its file system has no locks");
    }
    place.error_at(key, error)
}
