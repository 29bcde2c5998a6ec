//! A proxy that lets nothing through and remembers who asked: proof that no request of a test leaves this machine.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The longest request line that is read.
const LONGEST_LINE: u64 = 64 * 1024;

/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

const REFUSAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// An HTTP proxy on loopback that answers 403 to everything; it ends when this value is dropped.
///
/// Threads do its work: it needs no asynchronous runtime.
#[derive(Debug)]
pub struct Tripwire {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    heard: Mutex<Vec<String>>,
    stopping: AtomicBool,
}

impl Tripwire {
    /// Starts the proxy on a free port.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("tripwire".to_owned()).spawn(move || accepting.accept(&listener))?;
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// The URL of the proxy.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment in which HTTP clients send everything but requests to loopback to this proxy.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map(|name| (name, self.endpoint()));
        let exceptions = [("NO_PROXY", "127.0.0.1,localhost,::1".to_owned())];
        proxies
            .into_iter()
            .chain(exceptions)
            .flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.to_lowercase(), value)])
            .collect()
    }

    /// What was asked for, such as `CONNECT example.org:443` or `GET http://169.254.169.254/latest`.
    ///
    /// A request is here before its client gets the answer.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.shared.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tripwire {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, which then sees that it is to stop.
        let woken = TcpStream::connect(self.address).is_ok();
        if let (true, Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for connection in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let Ok(connection) = connection else { continue };
            let shared = Arc::clone(self);
            let spawned = thread::Builder::new().name("tripwire-client".to_owned()).spawn(move || {
                // A client that is gone needs no answer.
                let _ = shared.refuse(&connection);
            });
            if spawned.is_err() {
                self.note("a connection that could not be served".to_owned());
            }
        }
    }

    fn refuse(&self, connection: &TcpStream) -> io::Result<()> {
        connection.set_read_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(connection.take(LONGEST_LINE));
        let mut line = Vec::new();
        let outcome = reader.read_until(b'\n', &mut line);
        let text = String::from_utf8_lossy(&line);
        let mut words = text.split_ascii_whitespace();
        let request = match (words.next(), words.next()) {
            (Some(method), Some(target)) => format!("{method} {target}"),
            _ => format!("a connection that is not HTTP: {text:?}"),
        };
        self.note(request);
        outcome?;
        let mut connection = connection;
        connection.write_all(REFUSAL)
    }

    fn note(&self, request: String) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(tripwire: &Tripwire, request: &str) -> String {
        let mut connection = TcpStream::connect(tripwire.address).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = connection.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn a_request_for_the_outside_is_refused() {
        let tripwire = Tripwire::start().unwrap();
        let answer = ask(&tripwire, "CONNECT example.org:443 HTTP/1.1\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }

    #[test]
    fn a_request_for_the_outside_is_remembered() {
        let tripwire = Tripwire::start().unwrap();
        ask(&tripwire, "GET http://169.254.169.254/latest HTTP/1.1\r\n\r\n");
        assert_eq!(tripwire.heard(), ["GET http://169.254.169.254/latest"]);
    }

    #[test]
    fn it_hears_nothing_if_nobody_asks() {
        assert!(Tripwire::start().unwrap().heard().is_empty());
    }
}
