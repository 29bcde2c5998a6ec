//! How a server is reached.

use super::PostgresError;

/// Host, port and administrator of a server.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, user, password: _ } = self;
        write!(formatter, "{user}@{host}:{port}")
    }
}

impl Address {
    /// Reads `postgres://user[:password]@host[:port][/database]`, without percent-encoded characters.
    pub(super) fn parse(url: &str) -> Result<Self, PostgresError> {
        let unreadable = || PostgresError::Url { form: "postgres://user[:password]@host[:port][/database]" };
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        let rest = rest.ok_or_else(unreadable)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let (account, place) = authority.rsplit_once('@').ok_or_else(unreadable)?;
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(password.to_owned())),
            None => (account, None),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| unreadable())?),
            None => (place, 5432),
        };
        if user.is_empty() || host.is_empty() || authority.contains('%') {
            return Err(unreadable());
        }
        Ok(Self { host: host.to_owned(), port, user: user.to_owned(), password })
    }

    /// The URL of a database, by the administrator.
    pub(super) fn url(&self, database: &str) -> String {
        let Self { host, port, user, password } = self;
        let password = password.as_ref().map(|password| format!(":{password}")).unwrap_or_default();
        format!("postgres://{user}{password}@{host}:{port}/{database}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for url in ["postgres://postgres@127.0.0.1:5433/postgres", "postgres://a:b@localhost:1/postgres"] {
            assert_eq!(Address::parse(url).unwrap().url("postgres"), url);
        }
        assert_eq!(
            Address::parse("postgresql://a@h/d?sslmode=disable").unwrap().url("d"),
            "postgres://a@h:5432/d"
        );
    }

    #[test]
    fn what_does_not_say_who_and_where_is_refused() {
        for url in ["sqlite:///x", "postgres://h/d", "postgres://a@/d", "postgres://a@h:x/d"] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
