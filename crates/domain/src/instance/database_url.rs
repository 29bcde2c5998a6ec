//! Where an instance's metadata database is.

use std::{fmt, path::Path, str::FromStr};

use url::Url;

/// Why a text is not the URL of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// The text is not a URL, or of another kind of database.
    #[error("unsupported database URL; use sqlite:///absolute/path or postgres://user@host/database")]
    Unsupported,
    /// The path of the SQLite file is not absolute.
    #[error("the path of an SQLite database must be absolute: sqlite:///absolute/path")]
    RelativePath,
    /// The URL names no database.
    #[error("the database URL names no database: postgres://user@host/database")]
    NoDatabase,
}

/// Which kind of database holds the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// One SQLite file.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

/// The URL of a metadata database: `sqlite:///absolute/path` or `postgres://...`.
///
/// It may hold a password, so `Display` and `Debug` leave that out; [`reveal`](Self::reveal) does not.
///
/// ```
/// use freehold_domain::DatabaseUrl;
///
/// let url: DatabaseUrl = "postgres://lab:secret@db.example/books".parse()?;
/// assert_eq!(url.to_string(), "postgres://lab:***@db.example/books");
/// # Ok::<(), freehold_domain::DatabaseUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DatabaseUrl(Inner);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Inner {
    Sqlite(String),
    Postgres(Url),
}

impl DatabaseUrl {
    /// The URL of the SQLite file at `path`, which must be absolute and UTF-8.
    ///
    /// # Errors
    /// [`DatabaseUrlError::RelativePath`] if it is not.
    pub fn sqlite(path: &Path) -> Result<Self, DatabaseUrlError> {
        match path.to_str() {
            Some(text) if path.is_absolute() => Ok(Self(Inner::Sqlite(text.to_owned()))),
            _ => Err(DatabaseUrlError::RelativePath),
        }
    }

    /// Which kind of database it is.
    #[must_use]
    pub fn kind(&self) -> DatabaseKind {
        match self.0 {
            Inner::Sqlite(_) => DatabaseKind::Sqlite,
            Inner::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// The file of an SQLite database.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Inner::Sqlite(path) => Some(Path::new(path)),
            Inner::Postgres(_) => None,
        }
    }

    /// The database's name: the file's name without extension, or the last component of the URL's path.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Inner::Sqlite(path) => Path::new(path).file_stem()?.to_str(),
            Inner::Postgres(url) => url.path_segments()?.next_back().filter(|name| !name.is_empty()),
        }
    }

    /// The URL without any password: what people can type, with the password in the environment.
    #[must_use]
    pub fn without_password(&self) -> Self {
        let Inner::Postgres(url) = &self.0 else { return self.clone() };
        let mut shown = url.clone();
        // A URL that has no host has no password either, and that is the only one that refuses.
        let _ = shown.set_password(None);
        let hides_in_query = |name: &str| name.contains("password");
        if url.query_pairs().any(|(name, _)| hides_in_query(&name)) {
            let kept: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(name, _)| !hides_in_query(name))
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            shown.set_query(None);
            if !kept.is_empty() {
                shown.query_pairs_mut().extend_pairs(kept);
            }
        }
        Self(Inner::Postgres(shown))
    }

    /// The whole URL, with its password if it has one. Never print or log it.
    #[must_use]
    pub fn reveal(&self) -> String {
        match &self.0 {
            Inner::Sqlite(path) => format!("sqlite://{path}"),
            Inner::Postgres(url) => url.to_string(),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return Self::sqlite(Path::new(path));
        }
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))
            .ok_or(DatabaseUrlError::Unsupported)?;
        let url = Url::parse(&format!("postgres://{rest}")).map_err(|_| DatabaseUrlError::Unsupported)?;
        let database = Self(Inner::Postgres(url));
        if database.name().is_none() {
            return Err(DatabaseUrlError::NoDatabase);
        }
        Ok(database)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Sqlite(path) => write!(formatter, "sqlite://{path}"),
            Inner::Postgres(url) => {
                let mut shown = url.clone();
                if shown.password().is_some() && shown.set_password(Some("***")).is_err() {
                    return formatter.write_str("postgres://***");
                }
                let hides_in_query = shown.query_pairs().any(|(name, _)| name.contains("password"));
                if hides_in_query {
                    shown.set_query(Some("***"));
                }
                write!(formatter, "{shown}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for text in ["postgres://u:hunter2@h/d", "postgresql://h/d?user=u&password=hunter2"] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
            assert!(url.reveal().contains("hunter2"));
        }
    }

    #[test]
    fn a_url_without_its_password_names_the_same_database() {
        let cases = [
            ("postgres://u:hunter2@h/d", "postgres://u@h/d"),
            ("postgres://u@h:5433/d?sslmode=require", "postgres://u@h:5433/d?sslmode=require"),
            ("postgresql://h/d?user=u&password=hunter2", "postgres://h/d?user=u"),
            ("postgres:///d?host=/run/postgresql&password=hunter2", "postgres:///d?host=%2Frun%2Fpostgresql"),
            ("postgres://h/d?password=hunter2", "postgres://h/d"),
            ("sqlite:///data/books.db", "sqlite:///data/books.db"),
        ];
        for (text, expected) in cases {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(url.without_password().reveal(), expected);
            assert_eq!(url.without_password().to_string(), expected, "nothing is left to hide");
        }
    }

    #[test]
    fn an_sqlite_url_prints_as_it_was_read() {
        let url: DatabaseUrl = "sqlite:///data/a b/books.db".parse().unwrap();
        assert_eq!(url.to_string(), "sqlite:///data/a b/books.db");
        assert_eq!(url.sqlite_path(), Some(Path::new("/data/a b/books.db")));
        assert_eq!(url.name(), Some("books"));
    }

    #[test]
    fn other_databases_and_relative_paths_are_refused() {
        assert_eq!("mysql://h/d".parse::<DatabaseUrl>(), Err(DatabaseUrlError::Unsupported));
        assert_eq!("sqlite://books.db".parse::<DatabaseUrl>(), Err(DatabaseUrlError::RelativePath));
        assert_eq!("postgres://host".parse::<DatabaseUrl>(), Err(DatabaseUrlError::NoDatabase));
    }
}
