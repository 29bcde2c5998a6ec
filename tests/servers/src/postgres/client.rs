//! As much of Postgres' protocol as it takes to give a server orders: simple queries, without or with a plain password.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::PostgresError;
use super::address::Address;

/// How long the server may stay silent before the order counts as failed.
const SILENCE: Duration = Duration::from_mins(1);

/// Version 3.0 of the protocol.
const PROTOCOL: i32 = 3 << 16;

/// A connection to one database.
#[derive(Debug)]
pub(super) struct Client {
    stream: TcpStream,
}

impl Client {
    /// Connects to `database` as the address says. It fails while the server cannot yet take connections.
    pub(super) fn connect(address: &Address, database: &str) -> Result<Self, PostgresError> {
        let stream = TcpStream::connect((address.host.as_str(), address.port))?;
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_write_timeout(Some(SILENCE))?;
        stream.set_nodelay(true)?;
        let mut client = Self { stream };
        let mut startup = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", &address.user, "database", database, "application_name", "freehold tests"] {
            startup.extend_from_slice(text.as_bytes());
            startup.push(0);
        }
        startup.push(0);
        client.send(None, &startup)?;
        client.authenticate(address.password.as_deref())?;
        client.wait_until_ready()?;
        Ok(client)
    }

    /// Runs statements, several if they are separated by semicolons, and gives the first column of every row, `None` for null.
    pub(super) fn run(&mut self, statements: &str) -> Result<Vec<Option<String>>, PostgresError> {
        let mut text = statements.as_bytes().to_vec();
        text.push(0);
        self.send(Some(b'Q'), &text)?;
        self.wait_until_ready()
    }

    fn authenticate(&mut self, password: Option<&str>) -> Result<(), PostgresError> {
        loop {
            let (kind, body) = self.receive()?;
            match (kind, number(&body)) {
                (b'R', Some(0)) => return Ok(()),
                (b'R', Some(3)) => {
                    let mut answer = password.unwrap_or_default().as_bytes().to_vec();
                    answer.push(0);
                    self.send(Some(b'p'), &answer)?;
                }
                (b'R', _) => {
                    return Err(PostgresError::Refused {
                        reason: "the server asks for a password that is not sent as it is; let the tests in by trust"
                            .to_owned(),
                    });
                }
                (b'E', _) => return Err(refusal(&body)),
                _ => {}
            }
        }
    }

    /// Reads answers until the server is ready again, and gives the first column of the rows among them.
    fn wait_until_ready(&mut self) -> Result<Vec<Option<String>>, PostgresError> {
        let mut rows = Vec::new();
        let mut failure = None;
        loop {
            match self.receive()? {
                (b'Z', _) => return failure.map_or(Ok(rows), Err),
                (b'E', body) => failure = Some(refusal(&body)),
                (b'D', body) => rows.push(first_column(&body)),
                _ => {}
            }
        }
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) -> Result<(), PostgresError> {
        let length = i32::try_from(body.len() + 4).map_err(|_| PostgresError::Refused {
            reason: "the statement is longer than the protocol allows".to_owned(),
        })?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        Ok(self.stream.write_all(&message)?)
    }

    fn receive(&mut self) -> Result<(u8, Vec<u8>), PostgresError> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]).saturating_sub(4);
        let mut body = Vec::new();
        Read::by_ref(&mut self.stream).take(length.into()).read_to_end(&mut body)?;
        Ok((head[0], body))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // The server ends the session by itself when nobody says goodbye.
        drop(self.send(Some(b'X'), &[]));
    }
}

fn number(body: &[u8]) -> Option<i32> {
    body.first_chunk().map(|bytes| i32::from_be_bytes(*bytes))
}

fn first_column(row: &[u8]) -> Option<String> {
    let (_, columns) = row.split_first_chunk::<2>()?;
    let (length, value) = columns.split_first_chunk::<4>()?;
    let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
    Some(String::from_utf8_lossy(value.get(..length)?).into_owned())
}

/// What an error message of the server says: its fields `C` (the state) and `M` (the text).
fn refusal(body: &[u8]) -> PostgresError {
    let field = |kind: u8| {
        let field = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&kind))?;
        Some(String::from_utf8_lossy(&field[1..]).into_owned())
    };
    let state = field(b'C').unwrap_or_default();
    PostgresError::Refused { reason: format!("{} ({state})", field(b'M').unwrap_or_default()) }
}
