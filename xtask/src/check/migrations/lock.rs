//! The lock file of the migrations: a name, a state and a hash on each line.

use std::fmt;

const HEADER: &str = "\
# The BLAKE3 hash of every migration, written by `cargo xtask generate`. A released migration never changes: add
# another one. At a release, `unreleased` becomes `released` here.
";

/// Every migration that the lock knows, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    entries: Vec<Entry>,
}

/// One migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The file name below the folder of the migrations.
    pub(crate) name: String,
    /// Lower-case hexadecimal BLAKE3.
    pub(crate) hash: String,
    /// Whether databases of others may have it.
    pub(crate) state: State,
    /// Where the lock says so, counted from one.
    pub(crate) line: usize,
}

/// Whether databases of others may have a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// They may: it is fixed for ever.
    Released,
    /// They cannot: it may still change.
    Unreleased,
}

impl Lock {
    /// Reads the text of a lock file; an error is a line and what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let malformed = || (line_number, format!("`{line}` is not `NAME released|unreleased HASH`"));
            let mut words = line.split_whitespace();
            let (Some(name), Some(state), Some(hash), None) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(malformed());
            };
            let state = match state {
                "released" => State::Released,
                "unreleased" => State::Unreleased,
                _ => return Err(malformed()),
            };
            if entries.iter().any(|known| known.name == name) {
                return Err((line_number, format!("{name} is locked twice")));
            }
            entries.push(Entry { name: name.to_owned(), hash: hash.to_owned(), state, line: line_number });
        }
        Ok(Self { entries })
    }

    /// What the lock says of a migration.
    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Every entry.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The lock after new migrations were added to it, and unreleased ones taken anew if that is asked for.
    pub(crate) fn updated(&self, present: Vec<Entry>, rewrite_unreleased: bool) -> Self {
        let keeps = |entry: &&Entry| entry.state == State::Released || !rewrite_unreleased;
        let mut entries: Vec<_> = self.entries.iter().filter(keeps).cloned().collect();
        for migration in present {
            if !entries.iter().any(|known| known.name == migration.name) {
                entries.push(migration);
            }
        }
        entries.sort_by(|left, right| left.name.cmp(&right.name));
        Self { entries }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HEADER)?;
        for Entry { name, hash, state, line: _ } in &self.entries {
            let state = match state {
                State::Released => "released",
                State::Unreleased => "unreleased",
            };
            writeln!(formatter, "{name} {state} {hash}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn entry(name: &str, state: State, hash: &str) -> Entry {
        Entry { name: name.to_owned(), hash: hash.to_owned(), state, line: 0 }
    }

    fn lines(lock: &Lock) -> Vec<String> {
        lock.to_string().lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let lock = Lock::default().updated(vec![entry("m1.rs", State::Unreleased, "aa")], false);
        let read = Lock::parse(&lock.to_string()).unwrap();
        assert_eq!(lines(&read), ["m1.rs unreleased aa"]);
    }

    #[test]
    fn a_known_entry_stays_and_a_new_one_is_added() {
        let lock = Lock::parse("m2.rs unreleased bb\n").unwrap();
        let present = vec![entry("m1.rs", State::Unreleased, "aa"), entry("m2.rs", State::Unreleased, "cc")];
        assert_eq!(lines(&lock.updated(present, false)), ["m1.rs unreleased aa", "m2.rs unreleased bb"]);
    }

    #[test]
    fn a_rewrite_touches_the_unreleased_only() {
        let lock = Lock::parse("m1.rs released aa\nm2.rs unreleased bb\nm3.rs unreleased cc\n").unwrap();
        let present = vec![entry("m1.rs", State::Unreleased, "xx"), entry("m2.rs", State::Unreleased, "yy")];
        assert_eq!(lines(&lock.updated(present, true)), ["m1.rs released aa", "m2.rs unreleased yy"]);
    }

    #[test]
    fn malformed_and_doubled_lines_are_errors() {
        assert_eq!(Lock::parse("# a\nm1.rs maybe aa\n").unwrap_err().0, 2);
        assert_eq!(Lock::parse("m1.rs released aa\nm1.rs released aa\n").unwrap_err().0, 2);
    }
}
