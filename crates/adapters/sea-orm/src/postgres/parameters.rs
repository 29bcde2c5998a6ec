//! The parameters of a URL.

use std::str::FromStr;

use freehold_ports::persistence::PersistenceError;
use sea_orm::sqlx::postgres::PgConnectOptions;

use crate::persistence::error::{in_full, unavailable};

/// The parameters that the driver understands. Of others it would write name and value to the log, and go on without them.
const KNOWN: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// The driver's options that a URL names. What it leaves out comes from the usual variables (`PGPASSWORD`, `PGSSLMODE`, ...)
/// and the password file.
///
/// # Errors
/// `Unavailable` when the URL has a parameter that is not understood. No value is in the message.
pub(super) fn read(url: &str) -> Result<PgConnectOptions, PersistenceError> {
    for name in names(url) {
        require_known(name)?;
    }
    PgConnectOptions::from_str(url)
        .map_err(|error| unavailable(format!("the database's URL cannot be used: {}", in_full(&error))))
}

fn require_known(name: &str) -> Result<(), PersistenceError> {
    let is_setting = name.starts_with("options[") && name.ends_with(']');
    if is_setting || KNOWN.contains(&name) {
        return Ok(());
    }
    Err(unavailable(format!("the parameter {name} of the database's URL is not supported; remove it")))
}

/// The names of the parameters, as they are written.
fn names(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split('=').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn parameters_that_the_driver_understands_are_read() {
        let url = "postgres://lab:secret@db.example:5433/books?sslmode=require&options[work_mem]=8MB&application_name=x";
        let options = read(url).unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("db.example", 5433));
        assert_eq!(options.get_application_name(), Some("x"));
    }

    #[test]
    fn a_parameter_that_would_be_ignored_is_refused_without_its_value() {
        for query in [
            "sslpassword=hunter2",
            "a=hunter2&sslmode=require",
            "%73slpassword=hunter2",
            "channel_binding=hunter2",
        ] {
            let error = read(&format!("postgres://lab@db.example/books?{query}")).unwrap_err();
            let said = in_full(&error);
            assert!(said.contains("is not supported"), "{said}");
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
