//! The advisory locks of a registry. Each database has its own.

/// `Frhd` in ASCII, at the head of the keys, so that they meet nobody else's by chance.
const FREEHOLD: i64 = 0x4672_6864 << 32;

/// Held by a unit that writes, by whoever changes the schema, and by whoever destroys the registry, as long as its transaction
/// lasts.
pub(super) const WRITING: i64 = FREEHOLD | 1;

/// Held by every session that has the registry open, shared, and alone by whoever destroys it.
pub(super) const PRESENCE: i64 = FREEHOLD | 2;

/// Waits for the right to write, until the end of the transaction.
pub(super) fn begin_writing() -> String {
    format!("SELECT pg_advisory_xact_lock({WRITING})")
}

/// Waits until nobody else has the registry open, and keeps everybody out until the end of the transaction.
pub(super) fn exclude() -> String {
    format!("SELECT pg_advisory_xact_lock({PRESENCE})")
}

/// Says that this session has the registry open, until the session ends.
pub(super) fn be_present() -> String {
    format!("SELECT pg_advisory_lock_shared({PRESENCE})")
}

/// The key of the lock of a session's life, as SQL with the session's uid as its first parameter. The server computes it, so
/// that all who ask the same server agree.
pub(super) const SESSION: &str = "hashtextextended(('freehold session ' || $1) COLLATE \"C\", 0)";
