//! A password opens the registry and is shown nowhere.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex, PoisonError};

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_ports::system::Liveness;
use freehold_sea_orm::PostgresLiveness;
use freehold_test_servers::postgres::{Options, PostgresServer};

use crate::arrange::{Place, add_user, databases, impatient, in_full};
use crate::processes::process;

const PASSWORD: &str = "hunter2";

/// Everything that is written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Keeps everything of this process from here on, down to the finest detail.
    fn keep() -> Self {
        let log = Self::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_writer(move || writer.clone())
            .init();
        log
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// A server that asks for passwords, and a database that a role with one owns.
fn guarded() -> (PostgresServer, Place, String) {
    let server = PostgresServer::start(Options { passwords: true, ..Options::default() }).unwrap();
    let mut place = Place::on(&server);
    let role = place.database.role(Some(PASSWORD)).unwrap();
    place.run(&format!("CREATE SCHEMA freehold AUTHORIZATION {role}"));
    (server, place, role)
}

fn with_password(place: &Place, role: &str, password: &str) -> DatabaseUrl {
    place.database.url_of(role).replace(role, &format!("{role}:{password}")).parse().unwrap()
}

#[tokio::test]
async fn a_password_is_neither_in_the_log_nor_in_errors_nor_in_debug_output() {
    let log = Log::keep();
    let (server, place, role) = guarded();
    let url = with_password(&place, &role, PASSWORD);
    let mut shown = Vec::new();

    let registry = databases().create(&url).await.unwrap();
    add_user(registry.as_ref(), 5).await;
    let unit = registry.begin(AccessMode::Write).await.unwrap();
    shown.push(format!("{registry:?} {unit:?}"));
    unit.rollback().await.unwrap();
    let life = PostgresLiveness.begin(&url, SessionUid::from_entropy(1)).await.unwrap();
    shown.push(format!("{life:?}"));
    registry.close().await.unwrap();

    let absent = format!("{}_absent", url.reveal());
    let unknown = format!("{}?sslpassword={PASSWORD}", url.reveal());
    let unencrypted = format!("{}?sslmode=require", url.reveal());
    let nowhere = url.reveal().replace(&format!(":{}/", server.port()), ":1/");
    for text in [absent, unknown, unencrypted, nowhere] {
        let url = text.parse().unwrap();
        let opened = impatient().open(&url, AccessMode::Write).await.unwrap_err();
        shown.push(format!("{opened:?} {}", in_full(&opened)));
        let begun = PostgresLiveness.begin(&url, SessionUid::from_entropy(2)).await;
        shown.extend(begun.err().map(|error| format!("{error:?} {}", in_full(&error))));
    }
    let wrong = with_password(&place, &role, "*******").reveal().replace("*******", "hunter2-but-wrong");
    let refused = databases().open(&wrong.parse().unwrap(), AccessMode::Write).await.unwrap_err();
    assert!(matches!(refused, PersistenceError::Unavailable { .. }), "{refused:?}");
    assert!(in_full(&refused).contains("password authentication failed"), "{}", in_full(&refused));
    shown.push(format!("{refused:?} {}", in_full(&refused)));

    for text in &shown {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    let log = log.text();
    assert!(log.contains("pg_advisory"), "the log is kept down to the statements");
    assert_eq!(log.lines().find(|text| text.contains(PASSWORD)), None);
}

#[tokio::test]
async fn a_password_comes_from_the_usual_places() {
    let (_server, place, role) = guarded();
    let url = place.url_of(&role);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords");
    fs::write(&file, format!("*:*:*:{role}:{PASSWORD}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    for (variable, value) in [("PGPASSWORD", PASSWORD), ("PGPASSFILE", file.to_str().unwrap())] {
        let child = process(&url, "create-and-add 1", &[(variable, value)]);
        assert!(child.wait_with_output().unwrap().status.success(), "{variable}");
        assert!(databases().destroy(&with_password(&place, &role, PASSWORD)).await.unwrap());
    }
    let without = databases().create(&url).await.unwrap_err();
    assert!(matches!(without, PersistenceError::Unavailable { .. }), "{without:?}");
}
