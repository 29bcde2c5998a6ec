//! A server that answers as a test says, and remembers what it was asked: the part of a metadata or token server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The method and the path with its query, such as `GET /token`.
    pub(crate) line: String,
    /// The headers as they came, names in lower case.
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Asked {
    /// The value of a field of a form.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.body
            .split('&')
            .find_map(|pair| pair.split_once('=').filter(|(field, _)| *field == name))
            .map(|(_, value)| value)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// More headers, each ended by a line break.
    pub(crate) headers: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self { status: 200, headers: "", body: body.into() }
    }

    pub(crate) fn refused(status: u16, body: impl Into<String>) -> Self {
        Self { status, headers: "", body: body.into() }
    }
}

/// A server on loopback. Its threads end with the process.
#[derive(Debug, Clone)]
pub(crate) struct Neighbour {
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Neighbour {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that went away has no use for an answer.
                serve(connection, &heard, &answer).ok();
            }
        });
        Self { host, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut connection: TcpStream,
    heard: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked) -> Answer,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
        headers.extend([&name.to_lowercase(), ":", value]);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let line = line.rsplit_once(' ').map_or("", |(line, _)| line).to_owned();
    let asked = Asked { line, headers, body: String::from_utf8_lossy(&body).into_owned() };
    let Answer { status, headers, body } = answer(&asked);
    heard.lock().unwrap().push(asked);
    write!(
        connection,
        "HTTP/1.1 {status} Answered\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
