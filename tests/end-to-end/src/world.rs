//! A database and a storage, of any kind, on real servers that belong to one test.

mod actor;
mod cloud;
mod refusing;

use freehold_test_servers::postgres::{FreshDatabase, PostgresServer};

pub use actor::Actor;
pub use cloud::{BUCKET, Cloud};
pub use refusing::Refusing;

use crate::{Sandbox, Shell};

/// Where registries lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// Where bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageKind {
    Local,
    S3,
    Gs,
}

/// A sandbox with the servers that its kinds of database and storage need.
#[derive(Debug)]
pub struct World {
    sandbox: Sandbox,
    database: DatabaseKind,
    cloud: Option<Cloud>,
}

impl World {
    pub fn new(database: DatabaseKind, storage: StorageKind) -> Self {
        Self { sandbox: Sandbox::new(), database, cloud: Cloud::start(storage) }
    }

    /// Registries on `SQLite`, and bytes of this kind.
    pub fn of(storage: StorageKind) -> Self {
        Self::new(DatabaseKind::Sqlite, storage)
    }

    /// Registries on `SQLite`, and bytes on this server.
    pub fn with_cloud(cloud: Cloud) -> Self {
        Self { sandbox: Sandbox::new(), database: DatabaseKind::Sqlite, cloud: Some(cloud) }
    }

    /// The folder of the world, without its servers.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The server of the world's cloud.
    #[track_caller]
    pub fn cloud(&self) -> &Cloud {
        self.cloud.as_ref().expect("a world with a cloud")
    }

    /// Somebody with settings of their own, who reaches the world's servers. Everybody works on one machine.
    pub fn shell(&self, name: &str) -> Shell {
        let data = self.path("machine/data");
        self.visitor(name).with("FREEHOLD_DATA_DIR", data.to_str().expect("a sandbox has a readable name"))
    }

    /// Somebody on a machine of their own.
    pub fn visitor(&self, name: &str) -> Shell {
        let shell = self.sandbox.shell(&format!(".{name}"));
        match &self.cloud {
            Some(cloud) => shell.with_all(cloud.environment()),
            None => shell,
        }
    }

    /// A root of the world's kind of storage, as one would type it.
    pub fn root(&self, name: &str) -> String {
        match &self.cloud {
            Some(cloud) => cloud.root(name),
            None => format!("./{name}"),
        }
    }

    /// A database for one instance, where the default is not meant.
    pub fn database(&self) -> Option<FreshDatabase> {
        match self.database {
            DatabaseKind::Sqlite => None,
            DatabaseKind::Postgres => Some(fresh_database()),
        }
    }

    /// Somebody with an instance `owner/name` at the root `place`.
    #[track_caller]
    pub fn actor(&self, slug: &str, place: &str) -> Actor {
        let (owner, _) = slug.split_once('/').expect("a slug");
        Actor::init(self.shell(owner), slug, self.root(place), self.database())
    }

    /// Puts bytes at a place without Freehold's help.
    pub fn put(&self, place: &str, content: &[u8]) {
        match &self.cloud {
            Some(cloud) => cloud.put(BUCKET, place, content),
            None => drop(self.file(place, content)),
        }
    }

    /// The bytes at a place, read without Freehold's help.
    pub fn content(&self, place: &str) -> Option<Vec<u8>> {
        match &self.cloud {
            Some(cloud) => cloud.content(BUCKET, place),
            None => std::fs::read(self.path(place)).ok(),
        }
    }

    /// Every blob's place below `prefix`, which ends in a slash, in order.
    pub fn places(&self, prefix: &str) -> Vec<String> {
        if let Some(cloud) = &self.cloud {
            return cloud.keys(BUCKET).into_iter().filter(|key| key.starts_with(prefix)).collect();
        }
        let sandbox = self.path("");
        let files = self.contents(prefix).into_iter().map(|(path, _)| path).filter(|path| path.is_file());
        files.map(|path| path.strip_prefix(&sandbox).unwrap().to_str().unwrap().to_owned()).collect()
    }
}

impl std::ops::Deref for World {
    type Target = Sandbox;

    fn deref(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// An empty Postgres database on the server of the test run.
#[track_caller]
pub fn fresh_database() -> FreshDatabase {
    PostgresServer::of_test_run().expect("a Postgres server").fresh_database().expect("a database")
}
