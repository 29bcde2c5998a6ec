//! One HTTP request on a connection of its own.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

use super::fault::Fault;
use super::{Ending, Shared};

/// The longest head that is read.
const LONGEST_HEAD: usize = 256 * 1024;

pub(super) async fn serve(shared: &Shared, client: &mut TcpStream) -> io::Result<Ending> {
    let (mut client_reads, mut client_writes) = client.split();
    let Some((head, begun)) = read_head(&mut client_reads).await? else { return Ok(Ending::Closed) };
    let head = String::from_utf8_lossy(&head).into_owned();
    let fault = shared.decide(head.lines().next().unwrap_or_default());
    match &fault {
        Some(Fault::Reset) => return Ok(Ending::Reset),
        Some(Fault::BlackHole) => {
            copy(&mut client_reads, &mut sink()).await?;
            return Ok(Ending::Closed);
        }
        Some(Fault::Status(status)) => {
            answer(&mut client_reads, &mut client_writes, *status).await?;
            return Ok(Ending::Closed);
        }
        Some(Fault::Latency(time)) => tokio::time::sleep(*time).await,
        None
        | Some(Fault::CutRequest(_) | Fault::CutResponse(_) | Fault::LoseResponse | Fault::DropHeader(_)) => {
        }
    }
    let head = match fault {
        Some(Fault::DropHeader(name)) => without(&head, name),
        _ => head,
    };

    let mut server = TcpStream::connect(shared.upstream).await?;
    let (mut server_reads, mut server_writes) = server.split();
    server_writes.write_all(closing(&head).as_bytes()).await?;
    let mut request = Upload { begun, rest: client_reads, server: server_writes };
    let response = async {
        match fault {
            Some(Fault::LoseResponse) => {
                copy(&mut server_reads, &mut sink()).await?;
                Ok(Ending::Reset)
            }
            Some(Fault::CutResponse(bytes)) => {
                if let Some((head, begun)) = read_head(&mut server_reads).await? {
                    client_writes.write_all(&head).await?;
                    let mut body = (&begun[..]).chain(server_reads).take(bytes);
                    copy(&mut body, &mut client_writes).await?;
                    client_writes.flush().await?;
                }
                Ok(Ending::Reset)
            }
            None
            | Some(
                Fault::Latency(_)
                | Fault::CutRequest(_)
                | Fault::Reset
                | Fault::BlackHole
                | Fault::Status(_)
                | Fault::DropHeader(_),
            ) => {
                copy(&mut server_reads, &mut client_writes).await?;
                client_writes.shutdown().await?;
                Ok(Ending::Closed)
            }
        }
    };
    if let Some(Fault::CutRequest(bytes)) = fault {
        request.pass(bytes).await?;
        return Ok(Ending::Reset);
    }
    // The server may answer before the body is all sent, so both directions go on at once.
    let body = async {
        match request.pass(u64::MAX).await {
            // The client has gone: while it waits for an answer it keeps its side open.
            Ok(()) => Ending::Closed,
            // The server has heard enough; its answer says why.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        ending = response => ending,
        ending = body => Ok(ending),
    }
}

/// The body on its way from the client to the server.
struct Upload<'client, 'server> {
    begun: Bytes,
    rest: ReadHalf<'client>,
    server: WriteHalf<'server>,
}

impl Upload<'_, '_> {
    /// Sends at most `limit` bytes.
    async fn pass(&mut self, limit: u64) -> io::Result<()> {
        let mut body = (&self.begun[..]).chain(&mut self.rest).take(limit);
        copy(&mut body, &mut self.server).await?;
        self.server.flush().await
    }
}

/// Reads up to the empty line; returns the head with it, and what was read beyond. `None` if nothing came.
async fn read_head(from: &mut ReadHalf<'_>) -> io::Result<Option<(Bytes, Bytes)>> {
    let mut read = BytesMut::new();
    loop {
        if let Some(position) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = read.split_to(position + 4).freeze();
            return Ok(Some((head, read.freeze())));
        }
        if read.len() > LONGEST_HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the head of the message is too long"));
        }
        if from.read_buf(&mut read).await? == 0 {
            return if read.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    }
}

/// The head with the wish that the connection ends after the answer.
fn closing(head: &str) -> String {
    let mut closing = without(head, "connection").trim_end().to_owned();
    closing.push_str("\r\n");
    closing.push_str("Connection: close\r\n\r\n");
    closing
}

/// The head without the header of this name.
fn without(head: &str, dropped: &str) -> String {
    let lines = head.trim_end().lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !name.eq_ignore_ascii_case(dropped)
    });
    let kept: String = lines.flat_map(|line| [line, "\r\n"]).collect();
    kept + "\r\n"
}

/// Answers with `status` at once and hears the client out, so that it reads the answer whatever it is still sending.
async fn answer(from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>, status: u16) -> io::Result<()> {
    const BODY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    let head = format!(
        "HTTP/1.1 {status} Slow Down\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        BODY.len()
    );
    to.write_all(head.as_bytes()).await?;
    to.write_all(BODY.as_bytes()).await?;
    to.shutdown().await?;
    copy(from, &mut sink()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_dropped_whatever_the_case_of_its_name() {
        let head = without("PUT /a HTTP/1.1\r\nHost: a\r\nif-none-match: *\r\n\r\n", "If-None-Match");
        assert_eq!(head, "PUT /a HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    #[test]
    fn the_server_is_told_to_close_whatever_the_client_wished() {
        let head = closing("GET / HTTP/1.1\r\nHost: a\r\nconnection: keep-alive\r\n\r\n");
        assert_eq!(head, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
}
