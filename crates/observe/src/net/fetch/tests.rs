//! Fetches from a server on loopback, under a root of the tests (`root.pem`, which signed `server.pem` for
//! `fetch.test`; the keys protect nothing).

use super::*;
use crate::fake::{record, reply, settings};
use ptrust_names::Data;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio_rustls::TlsAcceptor;

const WAIT: Duration = Duration::from_secs(5);

/// A TLS server that answers every connection's first request with these octets; its port.
async fn server(response: &'static [u8]) -> u16 {
    let chain = CertificateDer::pem_slice_iter(include_bytes!("server.pem")).collect::<Result<_, _>>().expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("server-key.pem")).expect("PEM");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a key that fits");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.expect("a request"));
            }
            stream.write_all(response).await.expect("written");
            let _ = stream.shutdown().await;
        }
    });
    port
}

/// A resolver on loopback that knows every name at this address.
async fn resolver(address: [u8; 4]) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let server = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut query = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut query).await {
            let query = &query[..length];
            let v4 = query.windows(4).any(|bytes| bytes == [0, 1, 0, 1]);
            let set = v4.then(|| record("fetch.test", Data::A(address.into())));
            socket.send_to(&reply(query, 0, false, set.as_slice(), &[]), client).await.expect("sent");
        }
    });
    server
}

/// Fetches that trust the tests' root.
fn fetch(scope: Scope, resolvers: Vec<SocketAddr>, trusting: bool) -> SystemFetch {
    let mut roots = RootCertStore::empty();
    if trusting {
        roots.add(CertificateDer::from_pem_slice(include_bytes!("root.pem")).expect("PEM")).expect("a root");
    }
    let fetch = SystemFetch::new(&Settings { scope, ..settings(resolvers) });
    let made =
        builder(roots, fetch.names.clone()).and_then(|builder| builder.no_proxy().build().ok()).expect("a client");
    fetch.client.set(Some(made)).expect("the first");
    fetch
}

async fn get(fetch: &SystemFetch, url: &str, limit: usize) -> Result<Response, FetchError> {
    fetch.get(url, "application/rdap+json", limit, WAIT).await
}

#[tokio::test]
async fn bodies_and_headers_come_bounded() {
    let port = server(b"HTTP/1.1 429 x\r\nContent-Type: text/plain\r\nRetry-After: 7\r\nLocation: /y\r\nContent-Length: 5\r\n\r\nhello").await;
    let fetch = fetch(Scope::All, vec![resolver([127, 0, 0, 1]).await], true);
    let url = format!("https://fetch.test:{port}/x");
    let response = Response {
        status: 429,
        content_type: Some("text/plain".into()),
        location: Some("/y".into()),
        retry_after: Some(7),
        body: b"hello".to_vec(),
    };
    assert_eq!(get(&fetch, &url, 5).await, Ok(response));
    assert_eq!(get(&fetch, &url, 4).await, Err(FetchError::TooLarge));
    let port = server(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n").await;
    let url = format!("https://fetch.test:{port}/x");
    assert_eq!(get(&fetch, &url, 5).await, Err(FetchError::TooLarge));
    assert_eq!(get(&fetch, &url, 6).await.map(|response| response.body), Ok(b"abcdef".to_vec()));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let port = server(b"HTTP/1.1 302 x\r\nLocation: https://fetch.test/z\r\nContent-Length: 0\r\n\r\n").await;
    let fetch = fetch(Scope::All, vec![resolver([127, 0, 0, 1]).await], true);
    let response = get(&fetch, &format!("https://fetch.test:{port}/x"), 10).await.expect("a response");
    assert_eq!((response.status, response.location.as_deref()), (302, Some("https://fetch.test/z")));
}

#[tokio::test]
async fn other_addresses_are_not_dialed() {
    let port = server(b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n").await;
    let fetch = fetch(Scope::Public, vec![resolver([127, 0, 0, 1]).await], true);
    for url in [
        format!("https://fetch.test:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://0x7f.1:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("http://fetch.test:{port}/"),
        "file:///etc/passwd".into(),
        "nonsense".into(),
    ] {
        assert_eq!(get(&fetch, &url, 10).await, Err(FetchError::Url), "{url}");
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let port = server(b"HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n").await;
    let dns = resolver([127, 0, 0, 1]).await;
    let url = format!("https://fetch.test:{port}/");
    let untrusting = fetch(Scope::All, vec![dns], false);
    assert_eq!(get(&untrusting, &url, 10).await, Err(FetchError::Tls));
    let fetch = fetch(Scope::All, vec![dns], true);
    let other = format!("https://other.test:{port}/");
    assert!(matches!(get(&fetch, &other, 10).await, Err(FetchError::Path(PathError::Local))), "no such name");
    let free = TcpListener::bind("127.0.0.1:0").await.expect("loopback").local_addr().expect("an address");
    let refused = get(&fetch, &format!("https://fetch.test:{}/", free.port()), 10).await;
    assert_eq!(refused, Err(FetchError::Path(PathError::Refused)));
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("https://fetch.test:{}/", silent.local_addr().expect("an address").port());
    let timeout = fetch.get(&url, "*/*", 10, Duration::from_millis(200)).await;
    assert_eq!(timeout, Err(FetchError::Path(PathError::Timeout)));
    let short = server(b"HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nabc").await;
    let closed = get(&fetch, &format!("https://fetch.test:{short}/"), 10).await;
    assert_eq!(closed, Err(FetchError::Path(PathError::Closed)));
}

#[test]
fn proxies_are_urls_or_hosts() {
    assert_eq!(proxy_host("http://user:x@proxy.example:3128/").as_deref(), Some("proxy.example"));
    assert_eq!(proxy_host("proxy.example:3128").as_deref(), Some("proxy.example"));
    assert_eq!(proxy_host(""), None);
}

#[test]
fn own_resolvers_are_used_only_where_they_are_not_the_systems() {
    let system = SystemFetch::new(&settings(super::super::system_resolvers()));
    assert_eq!(system.names.resolvers, None);
    let own = SystemFetch::new(&settings(vec![([192, 0, 2, 53], 53).into()]));
    assert!(own.names.resolvers.is_some());
}
