//! Exchanges with servers on loopback.

use super::*;
use crate::fake::{name, record, reply};
use crate::wire::{self, Flags};
use ptrust_names::{Data, Question, RecordType};
use tokio::net::TcpListener;

const WAIT: Duration = Duration::from_millis(500);

fn query(id: u16) -> Vec<u8> {
    wire::query(&Question::new(name("host.example"), RecordType::A), id, Flags::default())
}

fn answer(query: &[u8]) -> Vec<u8> {
    reply(query, 0, false, &[record("host.example", Data::A([192, 0, 2, 1].into()))], &[])
}

async fn exchange(server: SocketAddr, channel: Channel, query: &[u8]) -> Result<Vec<u8>, PathError> {
    SystemExchange.exchange(server, channel, query, WAIT).await
}

#[tokio::test]
async fn datagrams_that_do_not_fit_are_ignored() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let server = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        let (length, client) = socket.recv_from(&mut buffer).await.expect("a query");
        let asked = &buffer[..length];
        let mut forged = answer(asked);
        forged[1] ^= 1;
        let other = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
        other.send_to(&answer(asked), client).await.expect("sent");
        for datagram in [&[] as &[u8], asked, &forged, &answer(asked)] {
            socket.send_to(datagram, client).await.expect("sent");
        }
    });
    let query = query(7);
    assert_eq!(exchange(server, Channel::Udp, &query).await, Ok(answer(&query)));
}

#[tokio::test]
async fn each_query_leaves_from_a_port_of_its_own() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let server = socket.local_addr().expect("an address");
    let ports = tokio::spawn(async move {
        let mut ports = std::collections::BTreeSet::new();
        let mut buffer = [0; 512];
        for _ in 0..8 {
            let (length, client) = socket.recv_from(&mut buffer).await.expect("a query");
            ports.insert(client.port());
            socket.send_to(&answer(&buffer[..length]), client).await.expect("sent");
        }
        ports.len()
    });
    for id in 0..8 {
        exchange(server, Channel::Udp, &query(id)).await.expect("an answer");
    }
    // Chance may give the same port twice.
    assert!(ports.await.expect("a count") > 4);
}

#[tokio::test]
async fn silence_and_refusal_are_told_apart() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let server = socket.local_addr().expect("an address");
    assert_eq!(exchange(server, Channel::Udp, &query(1)).await, Err(PathError::Timeout));
    drop(socket);
    assert_eq!(exchange(server, Channel::Udp, &query(1)).await, Err(PathError::Refused));
    assert_eq!(exchange(server, Channel::Tcp, &query(1)).await, Err(PathError::Refused));
}

/// A TCP server that reads one query and writes these octets.
async fn tcp_server(octets: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let server = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let length = stream.read_u16().await.expect("a length");
        let mut query = vec![0; usize::from(length)];
        stream.read_exact(&mut query).await.expect("a query");
        stream.write_all(&octets(&query)).await.expect("written");
    });
    server
}

/// A message behind its length.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("a short message");
    [&length.to_be_bytes(), message].concat()
}

#[tokio::test]
async fn tcp_reads_the_whole_message() {
    let server = tcp_server(|query| framed(&answer(query))).await;
    let query = query(3);
    assert_eq!(exchange(server, Channel::Tcp, &query).await, Ok(answer(&query)));
    let server = tcp_server(|query| [framed(&[]), framed(query), framed(&answer(query))].concat()).await;
    assert_eq!(exchange(server, Channel::Tcp, &query).await, Ok(answer(&query)));
}

#[tokio::test]
async fn tcp_closed_early_is_no_answer() {
    for octets in [vec![], vec![0], vec![0, 40, 1, 2]] {
        let server = tcp_server(move |_| octets).await;
        assert_eq!(exchange(server, Channel::Tcp, &query(3)).await, Err(PathError::Closed));
    }
    let strays = tcp_server(|query| framed(query).repeat(MAX_STRAYS + 1)).await;
    let ended = exchange(strays, Channel::Tcp, &query(3)).await;
    assert_eq!(ended, Err(PathError::Closed));
}
