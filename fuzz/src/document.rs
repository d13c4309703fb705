//! Documents over HTTPS, as a domain's policy, logo and certificate.

use crate::invariant::check_json;
use crate::published::Published;
use crate::world::paused;
use ptrust_facts::Document;
use ptrust_names::{Cause, Observed};
use ptrust_observe::document::fetch;
use ptrust_observe::ports::{BoxFuture, Fetch, FetchError, PathError, Ports, Response};
use std::sync::Arc;
use std::time::Duration;

/// Where the document is, in each of the three roles.
const URLS: [&str; 3] = [
    "https://mta-sts.example.com/.well-known/mta-sts.txt",
    "https://example.com/logo.svg",
    "https://example.com/mark.pem",
];

/// The input is a response: a line with the status, or why there is none; lines with fields; an empty line; the body.
pub fn document(bytes: &[u8]) {
    let answer = Arc::new(Answer::new(bytes));
    let mut published = Published::new()
        .exchanger()
        .text("_mta-sts", b"v=STSv1; id=1")
        .text("default._bimi", format!("v=BIMI1; l={}; a={}", URLS[1], URLS[2]).as_bytes());
    for url in URLS {
        let world = crate::world::small();
        let ports = Ports { fetch: answer.clone(), ..world.ports() };
        let fact = paused(async move { fetch(&ports, &world.settings(), url).await });
        check_json(&fact);
        match (&answer.0, &fact.observed) {
            (Ok(response), Observed::Present(Document::Response { status, body, .. })) => {
                assert_eq!((*status, &body.0), (response.status, &response.body));
            }
            (Err(FetchError::Tls), found) => assert_eq!(*found, Observed::Present(Document::TlsFailed)),
            (Err(FetchError::TooLarge), found) => assert_eq!(*found, Observed::Present(Document::TooLarge)),
            (Err(FetchError::Url), found) => assert_eq!(*found, Observed::Present(Document::NotAllowed)),
            (Err(FetchError::Path(_)), found) => assert_eq!(found.cause(), Some(Cause::Timeout)),
            (Ok(_), found) => panic!("a response is told as {found:?}"),
        }
        published = published.fetched(url, fact, bytes.len());
    }
    published.judge();
}

/// A web server that says the same to everybody.
struct Answer(Result<Response, FetchError>);

impl Answer {
    /// Reads an input.
    fn new(bytes: &[u8]) -> Self {
        let mut response =
            Response { status: 200, content_type: None, location: None, retry_after: None, body: Vec::new() };
        let mut rest = bytes;
        for number in 0.. {
            let end = rest.iter().position(|octet| *octet == b'\n').unwrap_or(rest.len());
            let (line, tail) = rest.split_at(end);
            rest = tail.get(1..).unwrap_or_default();
            // Fields arrive as text without line ends, and with anything else.
            let line = String::from_utf8_lossy(line).into_owned();
            match (number, line.as_str()) {
                (0, "timeout") => return Self(Err(FetchError::Path(PathError::Timeout))),
                (0, "tls") => return Self(Err(FetchError::Tls)),
                (0, "large") => return Self(Err(FetchError::TooLarge)),
                (0, "url") => return Self(Err(FetchError::Url)),
                (0, line) => response.status = line.parse().unwrap_or(200),
                (_, "") => break,
                (_, line) => match line.split_once(": ") {
                    Some(("content-type", value)) => response.content_type = Some(value.to_owned()),
                    Some(("location", value)) => response.location = Some(value.to_owned()),
                    _ => {}
                },
            }
        }
        response.body = rest.to_vec();
        Self(Ok(response))
    }
}

impl Fetch for Answer {
    fn get<'a>(
        &'a self,
        url: &'a str,
        _: &'a str,
        limit: usize,
        _: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>> {
        assert!(url.starts_with("https://") && limit > 0, "{url}");
        Box::pin(async move { self.0.clone() })
    }
}
