//! A server that answers everything with one refusal, for what a real one cannot be brought to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A server that answers every request with the same status and body. It ends with the process.
#[derive(Debug)]
pub struct Refusing {
    address: SocketAddr,
}

impl Refusing {
    /// Starts a server that answers with `status`, such as `403 Forbidden`, and an XML body.
    pub fn with(status: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("an address");
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nConnection: close\r\n");
        let body = body.to_owned();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A client that goes away early misses its refusal.
                drop(refuse(client, &head, &body));
            }
        });
        Self { address }
    }

    /// The base URL of the server.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn refuse(mut client: TcpStream, head: &str, body: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut length, mut is_head, mut line) = (0, false, String::new());
    while reader.read_line(&mut line)? > 2 {
        is_head |= line.starts_with("HEAD ");
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
        line.clear();
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let sent = if is_head { "" } else { body };
    write!(client, "{head}Content-Length: {}\r\n\r\n{sent}", body.len())
}
