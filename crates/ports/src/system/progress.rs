//! How far long work has come: drawn by a command line, ignored by libraries.

use std::fmt::{self, Debug};

/// What long work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activity {
    /// Copying files into a location.
    Ingesting,
    /// Hashing files where they lie.
    Registering,
    /// Recording artifacts of another instance.
    Transferring,
    /// Copying the bytes of transferred artifacts.
    Copying,
    /// Looking through a location.
    Scanning,
    /// Deleting ingested data.
    Deleting,
    /// Reading an artifact.
    Reading,
}

impl fmt::Display for Activity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ingesting => "ingesting",
            Self::Registering => "registering",
            Self::Transferring => "transferring",
            Self::Copying => "copying",
            Self::Scanning => "scanning",
            Self::Deleting => "deleting",
            Self::Reading => "reading",
        })
    }
}

/// Something that happened in long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressEvent {
    /// The work began. Totals are given when they are known.
    Started {
        /// What it is.
        activity: Activity,
        /// How many items there will be.
        items: Option<u64>,
        /// How many bytes there will be.
        bytes: Option<u64>,
    },
    /// Some more is done since the last event.
    Advanced {
        /// Items done since.
        items: u64,
        /// Bytes done since.
        bytes: u64,
    },
    /// The work ended, well or not.
    Finished,
}

/// Where long work says how far it has come. One piece of work at a time reports.
pub trait Progress: Debug + Send + Sync {
    /// Takes note of an event. It must be quick, and it cannot fail.
    fn report(&self, event: ProgressEvent);
}

/// Nobody is listening.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: ProgressEvent) {}
}
