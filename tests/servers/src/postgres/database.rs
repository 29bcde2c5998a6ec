//! Databases of their own for tests.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::PostgresError;
use super::address::Address;
use super::client::Client;

/// How many names were made in this process.
static NAMES: AtomicU32 = AtomicU32::new(0);

/// A database that nobody else uses. It is dropped with this value, and the roles that were made for it.
#[derive(Debug)]
pub struct FreshDatabase {
    address: Address,
    name: String,
    roles: Vec<String>,
}

impl FreshDatabase {
    pub(super) fn create(address: Address) -> Result<Self, PostgresError> {
        let name = unique_name();
        Client::connect(&address, "postgres")?.run(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { address, name, roles: Vec::new() })
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The database's URL, by the administrator.
    #[must_use]
    pub fn url(&self) -> String {
        self.address.url(&self.name)
    }

    /// The database's URL, by a role that [`role`](Self::role) gave.
    #[must_use]
    pub fn url_of(&self, role: &str) -> String {
        Address { user: role.to_owned(), password: None, ..self.address.clone() }.url(&self.name)
    }

    /// Runs statements as the administrator, and gives the first column of every row, `None` for null.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses a statement.
    pub fn run(&self, statements: &str) -> Result<Vec<Option<String>>, PostgresError> {
        Client::connect(&self.address, &self.name)?.run(statements)
    }

    /// Makes a role that can log in and has no rights but those of everyone, and gives its name.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn role(&mut self, password: Option<&str>) -> Result<String, PostgresError> {
        let role = unique_name();
        let password = password.map(|password| format!(" PASSWORD '{password}'")).unwrap_or_default();
        self.run(&format!("CREATE ROLE {role} LOGIN{password}"))?;
        self.roles.push(role.clone());
        Ok(role)
    }

    fn remove(&self) -> Result<(), PostgresError> {
        let mut client = Client::connect(&self.address, "postgres")?;
        client.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))?;
        for role in &self.roles {
            client.run(&format!("DROP ROLE IF EXISTS {role}"))?;
        }
        Ok(())
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        // A server that was stopped takes its databases along.
        drop(self.remove());
    }
}

/// A name that no other test on the same server has.
fn unique_name() -> String {
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_micros()).unwrap_or_default();
    format!("freehold_test_{}_{time:x}_{number}", process::id())
}
