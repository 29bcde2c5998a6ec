//! Liveness of sessions on registries of either kind.

use async_trait::async_trait;
use freehold_domain::{DatabaseKind, DatabaseUrl, SessionUid};
use freehold_ports::system::{Liveness, LivenessError, SessionLock};
use freehold_sea_orm::PostgresLiveness;
use freehold_system::FileLiveness;

/// Locks where the registry is: files beside one that is a file, locks of the server for one on a server.
#[derive(Debug, Default)]
pub(super) struct LivenessByDatabase {
    beside_files: FileLiveness,
    on_servers: PostgresLiveness,
}

impl LivenessByDatabase {
    fn of(&self, database: &DatabaseUrl) -> &dyn Liveness {
        match database.kind() {
            DatabaseKind::Sqlite => &self.beside_files,
            DatabaseKind::Postgres => &self.on_servers,
        }
    }
}

#[async_trait]
impl Liveness for LivenessByDatabase {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        self.of(database).begin(database, session).await
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        self.of(database).is_alive(database, session).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use freehold_test_servers::postgres::PostgresServer;

    use super::*;

    async fn begun(database: &DatabaseUrl) -> (SessionUid, Box<dyn SessionLock>) {
        let session = SessionUid::from_entropy(7);
        let lock = LivenessByDatabase::default().begin(database, session).await.unwrap();
        assert!(LivenessByDatabase::default().is_alive(database, session).await.unwrap());
        (session, lock)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_on_a_file_has_its_lock_beside_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let database = DatabaseUrl::sqlite(&folder.path().join("books.db")).unwrap();
        let (session, _lock) = begun(&database).await;
        assert!(FileLiveness.is_alive(&database, session).await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_session_on_a_server_has_its_lock_on_the_server() {
        let fresh = PostgresServer::of_test_run().unwrap().fresh_database().unwrap();
        let database = fresh.url().parse().unwrap();
        let (session, _lock) = begun(&database).await;
        assert!(PostgresLiveness.is_alive(&database, session).await.unwrap());
    }
}
