//! Finds or starts a Postgres server.
//!
//! The server is Postgres itself, in a temporary folder, on a port of its own and reachable by loopback only. It ends with the
//! process that started it, however that ends.

mod account;
mod address;
mod binaries;
mod client;
mod cluster;
mod database;
mod tls;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

pub use database::FreshDatabase;

use address::Address;
use client::Client;
use cluster::{Cluster, Running};

/// Names the administrator's URL of the server that all tests of a run share.
pub const VARIABLE: &str = "FREEHOLD_TEST_POSTGRES";

/// Why there is no server, or not what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// Postgres is not installed and could not be.
    #[error(
        "the programs of Postgres (initdb and postgres) were not found; install them, or set PG_BINDIR to their folder, or FREEHOLD_TEST_POSTGRES to a server's URL ({attempts})"
    )]
    NoPrograms {
        /// What was tried to install them, and why it failed.
        attempts: String,
    },
    /// The server did not start.
    #[error("the Postgres server did not start: {log}")]
    Start {
        /// What it said.
        log: String,
    },
    /// The server refused something.
    #[error("the Postgres server refused: {reason}")]
    Refused {
        /// What it said.
        reason: String,
    },
    /// The URL of a server cannot be read.
    #[error("the URL of a test server has the form {form}")]
    Url {
        /// How it looks.
        form: &'static str,
    },
    /// What can only be done with a server that was started here.
    #[error("the server was started by somebody else")]
    NotOurs,
    /// A file, a process or a connection failed.
    #[error("the Postgres server cannot be used")]
    Io(#[from] io::Error),
}

/// What a server is to be like.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether a commit is on the disk when it returns. Otherwise nothing ever waits for the disk.
    pub durable: bool,
    /// Whether the server offers TLS, with a certificate for `localhost`.
    pub tls: bool,
    /// Whether all but the administrator need their passwords.
    pub passwords: bool,
    /// More settings, each as `name=value`.
    pub settings: Vec<String>,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Sessions are ended and everything is written.
    Politely,
    /// Every process of the server ends at once.
    Immediately,
    /// The main process is killed, and the others find that out.
    Kill,
}

/// A Postgres server.
#[derive(Debug)]
pub struct PostgresServer {
    address: Address,
    own: Option<(Cluster, Option<Running>)>,
}

impl PostgresServer {
    /// Starts a new server.
    ///
    /// # Errors
    /// Postgres cannot be found or installed, or does not start.
    pub fn start(options: Options) -> Result<Self, PostgresError> {
        Self::start_cluster(Cluster::create(binaries::find_or_install()?, options)?)
    }

    /// Starts a standby that follows this server and can only be read. This server is stopped for a moment.
    ///
    /// # Errors
    /// This server was started elsewhere, or one of both does not start.
    pub fn standby(&mut self) -> Result<Self, PostgresError> {
        self.stop(Stop::Politely)?;
        let (cluster, _) = self.own.as_ref().ok_or(PostgresError::NotOurs)?;
        let copied = cluster.follow(&self.address);
        self.start_again()?;
        Self::start_cluster(copied?)
    }

    fn start_cluster(cluster: Cluster) -> Result<Self, PostgresError> {
        match cluster.start_anywhere() {
            Ok((running, address)) => Ok(Self { address, own: Some((cluster, Some(running))) }),
            Err(error) => {
                cluster.remove();
                Err(error)
            }
        }
    }

    /// The server with this administrator's URL, which somebody else started.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn at(url: &str) -> Result<Self, PostgresError> {
        Ok(Self { address: Address::parse(url)?, own: None })
    }

    /// The server that all tests of this run share: the one that [`VARIABLE`] names, else one that this process starts once.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`at`](Self::at).
    pub fn of_test_run() -> Result<&'static Self, PostgresError> {
        static SHARED: OnceLock<Result<PostgresServer, PostgresError>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match std::env::var(VARIABLE) {
            Ok(url) => Self::at(&url),
            Err(_) => Self::start(Options::default()),
        });
        shared.as_ref().map_err(|error| PostgresError::Start { log: error.to_string() })
    }

    /// The administrator's URL.
    #[must_use]
    pub fn admin_url(&self) -> String {
        self.address.url("postgres")
    }

    /// The URL of a database, by the administrator.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.address.url(database)
    }

    /// The port on which the server listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// Makes an empty database that nobody else uses.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn fresh_database(&self) -> Result<FreshDatabase, PostgresError> {
        FreshDatabase::create(self.address.clone())
    }

    /// Runs statements as the administrator, and gives the first column of every row, `None` for null.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses a statement.
    pub fn run(&self, statements: &str) -> Result<Vec<Option<String>>, PostgresError> {
        Client::connect(&self.address, "postgres")?.run(statements)
    }

    /// A file with the certificate of the authority that vouches for the server.
    ///
    /// # Errors
    /// The server was started elsewhere, or the file cannot be written.
    pub fn authority_file(&self) -> Result<PathBuf, PostgresError> {
        let (cluster, _) = self.own.as_ref().ok_or(PostgresError::NotOurs)?;
        cluster.authority_file()
    }

    /// What the server has logged so far; empty when it was started elsewhere.
    #[must_use]
    pub fn log(&self) -> String {
        self.own.as_ref().map(|(cluster, _)| cluster.log()).unwrap_or_default()
    }

    /// Stops the server and keeps its data.
    ///
    /// # Errors
    /// The server was started elsewhere.
    pub fn stop(&mut self, how: Stop) -> Result<(), PostgresError> {
        let (_, running) = self.own.as_mut().ok_or(PostgresError::NotOurs)?;
        running.as_mut().map_or(Ok(()), |running| running.stop(how))
    }

    /// Starts the server that was stopped, with the same data on the same port.
    ///
    /// # Errors
    /// The server was started elsewhere, or does not start.
    pub fn start_again(&mut self) -> Result<(), PostgresError> {
        let (cluster, running) = self.own.as_mut().ok_or(PostgresError::NotOurs)?;
        if running.as_mut().is_some_and(|running| !running.is_stopped()) {
            return Ok(());
        }
        let stopped = running.replace(cluster.start(&self.address)?);
        stopped.map_or(Ok(()), Running::leave)
    }

    /// Stops the server and starts it with the same data on the same port.
    ///
    /// # Errors
    /// As [`stop`](Self::stop) and [`start_again`](Self::start_again).
    pub fn restart(&mut self, how: Stop) -> Result<(), PostgresError> {
        self.stop(how)?;
        self.start_again()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Some((cluster, running)) = &mut self.own {
            // What cannot be ended here ends with the process.
            if let Some(mut running) = running.take()
                && running.stop(Stop::Immediately).is_ok()
                && running.leave().is_ok()
            {
                cluster.remove();
            }
        }
    }
}
