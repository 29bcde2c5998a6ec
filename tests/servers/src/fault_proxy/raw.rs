//! One connection of a protocol that the proxy does not know.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional, sink};
use tokio::net::TcpStream;

use super::fault::Fault;
use super::{Ending, Shared};

pub(super) async fn serve(shared: &Shared, client: &mut TcpStream) -> io::Result<Ending> {
    let fault = shared.decide("");
    match fault {
        Some(Fault::Reset | Fault::Status(_)) => return Ok(Ending::Reset),
        Some(Fault::BlackHole) => {
            copy(client, &mut sink()).await?;
            return Ok(Ending::Closed);
        }
        Some(Fault::Latency(time)) => tokio::time::sleep(time).await,
        None
        | Some(Fault::CutRequest(_) | Fault::CutResponse(_) | Fault::LoseResponse | Fault::DropHeader(_)) => {
        }
    }
    let mut server = TcpStream::connect(shared.upstream).await?;
    match fault {
        Some(Fault::CutRequest(bytes)) => relay(client, &mut server, bytes, u64::MAX).await,
        Some(Fault::CutResponse(bytes)) => relay(client, &mut server, u64::MAX, bytes).await,
        Some(Fault::LoseResponse) => relay(client, &mut server, u64::MAX, 0).await,
        None
        | Some(
            Fault::Latency(_) | Fault::Reset | Fault::BlackHole | Fault::Status(_) | Fault::DropHeader(_),
        ) => {
            copy_bidirectional(client, &mut server).await?;
            Ok(Ending::Closed)
        }
    }
}

/// Lets so many bytes through in each direction, then cuts.
///
/// Nothing of an answer that is lost whole is passed on, but the server may say it to its end.
async fn relay(
    client: &mut TcpStream,
    server: &mut TcpStream,
    to_server: u64,
    to_client: u64,
) -> io::Result<Ending> {
    let (client_reads, mut client_writes) = client.split();
    let (server_reads, mut server_writes) = server.split();
    let forth = async {
        copy(&mut client_reads.take(to_server), &mut server_writes).await?;
        server_writes.flush().await
    };
    let back = async {
        let mut answer = server_reads;
        copy(&mut (&mut answer).take(to_client), &mut client_writes).await?;
        if to_client == 0 {
            copy(&mut answer, &mut sink()).await?;
        }
        io::Result::Ok(())
    };
    tokio::select! {
        forth = forth => forth?,
        back = back => back?,
    }
    Ok(Ending::Reset)
}
