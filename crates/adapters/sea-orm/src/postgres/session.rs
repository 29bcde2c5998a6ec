//! How every session with the server is set up.

use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions, Executor};

use super::lock;

/// The schema that holds the registry.
pub(super) const SCHEMA: &str = "freehold";

/// What the server shows to its administrator, unless the URL or `PGAPPNAME` says something else.
const APPLICATION: &str = "freehold";

/// The longest a statement may take that does not wait for others. The largest are sums and walks over a whole registry.
const LONGEST_STATEMENT: Duration = Duration::from_mins(5);

/// How long a unit of work may leave its transaction alone before the server ends it: those who write wait for it. Units do
/// nothing but talk to the database.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How many prepared statements a session keeps: those for large batches take much memory.
const STATEMENTS: usize = 32;

/// The server asks a silent client after half a minute whether it is still there, and gives it up after another one, so that
/// the locks of a machine that has vanished do not outlive it for hours.
const KEEP_ALIVE: [(&str, &str); 3] =
    [("tcp_keepalives_idle", "30"), ("tcp_keepalives_interval", "10"), ("tcp_keepalives_count", "3")];

/// The options with all that holds for every session on a registry.
pub(super) fn options(options: PgConnectOptions, patience: Duration) -> PgConnectOptions {
    let options = named(options).statement_cache_capacity(STATEMENTS);
    // Statements go to the log as details, also those that take long.
    let options = match "debug".parse() {
        Ok(level) => options.log_slow_statements(level, patience),
        Err(_) => options,
    };
    let longest = LONGEST_STATEMENT.max(patience.saturating_add(LONGEST_PAUSE));
    options.options(KEEP_ALIVE).options([
        ("search_path", SCHEMA.to_owned()),
        // Each statement of a unit that writes sees what was committed while the unit waited for its lock.
        ("default_transaction_isolation", "read committed".to_owned()),
        ("lock_timeout", milliseconds(patience)),
        ("statement_timeout", milliseconds(longest)),
        ("idle_in_transaction_session_timeout", milliseconds(LONGEST_PAUSE)),
        ("client_min_messages", "warning".to_owned()),
        // The statements are short; what compiling them would save is less than what it costs.
        ("jit", "off".to_owned()),
    ])
}

/// The options of a session that only holds the lock of a life.
pub(super) fn options_of_life(options: PgConnectOptions) -> PgConnectOptions {
    named(options).options(KEEP_ALIVE).options([("client_min_messages", "warning")])
}

fn named(options: PgConnectOptions) -> PgConnectOptions {
    if options.get_application_name().is_some() { options } else { options.application_name(APPLICATION) }
}

/// What a new session does first: it says that it is there, and waits for its commits to be durable where the server does
/// not see to that already.
pub(super) async fn set_up(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                   WHERE current_setting('synchronous_commit') = 'off'";
    let both = format!("{}; {durable}", lock::be_present());
    connection.execute(AssertSqlSafe(both)).await.map(drop)
}

/// A duration in the unit of Postgres' settings.
fn milliseconds(duration: Duration) -> String {
    // Zero would be no limit at all.
    duration.as_millis().max(1).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(url: &str, patience: Duration) -> String {
        options(url.parse().unwrap(), patience).get_options().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_session_has_bounds() {
        let settings = settings("postgres://lab@db.example/books", Duration::from_secs(30));
        for expected in [
            "-c search_path=freehold",
            "-c lock_timeout=30000",
            "-c statement_timeout=300000",
            "-c idle_in_transaction_session_timeout=60000",
            "-c default_transaction_isolation=read\\ committed",
        ] {
            assert!(settings.contains(expected), "{expected}: {settings}");
        }
    }

    #[test]
    fn a_statement_may_take_longer_than_it_waits_for_others() {
        let settings = settings("postgres://lab@db.example/books", Duration::from_hours(1));
        assert!(settings.contains("-c lock_timeout=3600000"), "{settings}");
        assert!(settings.contains("-c statement_timeout=3660000"), "{settings}");
    }

    #[test]
    fn what_the_registry_needs_overrides_what_the_url_says() {
        let url = "postgres://lab@db.example/books?options=-c%20search_path%3Dpublic%20-c%20work_mem%3D8MB";
        let settings = settings(url, Duration::from_secs(30));
        assert!(settings.contains("work_mem=8MB"), "{settings}");
        let path = settings.rsplit("search_path=").next().unwrap();
        assert!(path.starts_with("freehold"), "the last one counts: {settings}");
    }

    #[test]
    fn sessions_bear_a_name_unless_somebody_gave_them_another() {
        let named = |url: &str| {
            let options = options(url.parse().unwrap(), Duration::from_secs(30));
            options.get_application_name().map(str::to_owned)
        };
        assert_eq!(named("postgres://lab@db.example/books?application_name=nightly").unwrap(), "nightly");
        if std::env::var_os("PGAPPNAME").is_none() {
            assert_eq!(named("postgres://lab@db.example/books").unwrap(), "freehold");
        }
    }
}
