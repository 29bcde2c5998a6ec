//! A time in which the server cannot be reached.

use tokio::sync::watch;

/// While this value lives, every connection through its proxy is reset.
#[derive(Debug)]
#[must_use = "the outage ends when this value is dropped"]
pub struct Outage {
    out: watch::Sender<bool>,
}

impl Outage {
    pub(super) fn begin(out: watch::Sender<bool>) -> Self {
        out.send_replace(true);
        Self { out }
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        self.out.send_replace(false);
    }
}
