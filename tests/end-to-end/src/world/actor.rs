//! Somebody with an instance.

use freehold_test_servers::postgres::FreshDatabase;

use crate::Shell;

/// Somebody with an instance of their own, which is current.
#[derive(Debug)]
pub struct Actor {
    shell: Shell,
    slug: String,
    root: String,
    database: Option<FreshDatabase>,
}

impl Actor {
    /// Makes the instance.
    #[track_caller]
    pub fn init(shell: Shell, slug: &str, root: String, database: Option<FreshDatabase>) -> Self {
        let (owner, name) = slug.split_once('/').expect("a slug");
        let url = database.as_ref().map(FreshDatabase::url);
        let mut arguments = vec!["init", "--storage", &root, "--owner", owner, "--name", name];
        if let Some(url) = &url {
            arguments.extend(["--db", url]);
        }
        shell.run(&arguments).ok();
        Self { shell, slug: slug.to_owned(), root, database }
    }

    /// Somebody whose instance exists already, and is current in `shell`.
    pub fn of(shell: Shell, slug: &str, root: String) -> Self {
        Self { shell, slug: slug.to_owned(), root, database: None }
    }

    /// The environment in which the commands run.
    pub fn shell(&self) -> &Shell {
        &self.shell
    }

    /// `owner/name`.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The root of the default storage, as it was typed.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The Postgres database of the registry, if it has one.
    pub fn database(&self) -> Option<&FreshDatabase> {
        self.database.as_ref()
    }

    /// The URL of the registry.
    #[track_caller]
    pub fn registry(&self) -> String {
        self.json(&["info"])["database"].as_str().expect("a URL").to_owned()
    }

    /// The uid of the instance.
    #[track_caller]
    pub fn uid(&self) -> String {
        self.json(&["info"])["uid"].as_str().expect("a uid").to_owned()
    }

    /// The bytes of an artifact, as `get` writes them to a file.
    #[track_caller]
    pub fn get(&self, artifact: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("got");
        self.run(&["get", artifact, "--output", path.to_str().expect("a readable name")]).ok();
        std::fs::read(path).expect("get writes a file")
    }

    /// Every version of every artifact.
    #[track_caller]
    pub fn all_versions(&self) -> Vec<serde_json::Value> {
        let listed = self.json(&["list", "--all-versions", "--limit", "100000"]);
        listed.as_array().expect("an array").clone()
    }
}

impl std::ops::Deref for Actor {
    type Target = Shell;

    fn deref(&self) -> &Shell {
        &self.shell
    }
}
