//! What a client of any protocol sees through the fault proxy.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use freehold_test_servers::fault_proxy::{Fault, FaultProxy, Rule};

/// A server that sends back whatever it gets.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || io::copy(&mut &connection, &mut &connection));
        }
    });
    address
}

async fn proxy() -> FaultProxy {
    FaultProxy::start_raw(echo().to_string()).await
}

fn exchange(connection: &mut TcpStream, bytes: &[u8]) -> io::Result<Vec<u8>> {
    connection.write_all(bytes)?;
    let mut answer = vec![0; bytes.len()];
    connection.read_exact(&mut answer)?;
    Ok(answer)
}

#[tokio::test]
async fn without_a_rule_both_directions_pass() {
    let proxy = proxy().await;
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(exchange(&mut connection, b"one").unwrap(), b"one");
    assert_eq!(exchange(&mut connection, b"two").unwrap(), b"two");
}

#[tokio::test]
async fn an_outage_ends_connections_that_are_open() {
    let proxy = proxy().await;
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    exchange(&mut connection, b"one").unwrap();
    let _outage = proxy.outage();
    assert!(exchange(&mut connection, b"two").is_err());
}

#[tokio::test]
async fn an_answer_is_cut_where_the_rule_says() {
    let proxy = proxy().await;
    proxy.arm(Rule::new(Fault::CutResponse(2)));
    let mut connection = TcpStream::connect(proxy.address()).unwrap();
    connection.write_all(b"three").unwrap();
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    assert!(b"th".starts_with(&answer), "{answer:?}");
}
