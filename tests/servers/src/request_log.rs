//! What a server was asked, for tests that assert on it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;

/// One request that a server received, whatever it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The method, such as `PUT`.
    pub method: String,
    /// The path as it was sent, percent-encoded, beginning with a slash.
    pub path: String,
    /// The query as it was sent, without its question mark; empty if there was none.
    pub query: String,
    /// The headers in the order of arrival, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The status that was answered; `None` while the request is being served, and if the client went away.
    pub status: Option<u16>,
}

impl LoggedRequest {
    /// The first value of the header `name`, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether the request could change something: its method is neither `GET` nor `HEAD`.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

/// The requests of one server in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    requests: Mutex<Vec<LoggedRequest>>,
}

impl RequestLog {
    /// Notes a request and returns its place in the log.
    pub(crate) fn record(&self, request: &Parts) -> usize {
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let mut requests = self.lock();
        requests.push(LoggedRequest {
            method: request.method.to_string(),
            path: request.uri.path().to_owned(),
            query: request.uri.query().unwrap_or_default().to_owned(),
            headers,
            status: None,
        });
        requests.len() - 1
    }

    /// Notes what was answered to the request at `place`.
    pub(crate) fn answered(&self, place: usize, status: u16) {
        if let Some(request) = self.lock().get_mut(place) {
            request.status = Some(status);
        }
    }

    /// Everything that was asked so far.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
