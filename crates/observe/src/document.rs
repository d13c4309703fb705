//! Documents over HTTPS: MTA-STS policies, BIMI logos and certificates.
//!
//! Redirects are told and not followed: RFC 8461 3.3 forbids that for policies, and what a logo's redirect leads to is
//! not what its domain published.

use crate::ask::cause_of_path;
use crate::ports::{FetchError, Ports};
use crate::settings::Settings;
use ptrust_facts::{Document, Fact, Source, Transport};
use ptrust_names::{Hex, Observed, escape};
use tokio::time::Instant;

/// Octets of a document at most. Policies have 64 KiB (RFC 8461 3.2), logos should have 32 KiB, and certificates of marks
/// carry the logo once more.
const MAX_DOCUMENT: usize = 256 * 1024;

/// The value of a header field, safe to show. A tab is the blank that it stands for (RFC 9110 5.6.3).
fn shown(value: &str) -> String {
    escape(&value.replace('\t', " "))
}

/// Fetches a document. Failures are values.
pub async fn fetch(ports: &Ports, settings: &Settings, url: &str) -> Fact<Document> {
    let sent_at = ports.clock.now();
    let begun = Instant::now();
    let got = ports.fetch.get(url, "*/*", MAX_DOCUMENT, settings.timeout).await;
    let outcome = match got {
        Ok(response) => Observed::Present(Document::Response {
            status: response.status,
            content_type: response.content_type.as_deref().map(shown),
            location: response.location.as_deref().map(shown),
            body: Hex(response.body),
        }),
        Err(FetchError::Tls) => Observed::Present(Document::TlsFailed),
        Err(FetchError::TooLarge) => Observed::Present(Document::TooLarge),
        Err(FetchError::Url) => Observed::Present(Document::NotAllowed),
        Err(FetchError::Path(error)) => Observed::Unknown(cause_of_path(error)),
    };
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    Fact::of(vec![Source {
        address: None,
        server: host.map(str::to_owned),
        transport: Transport::Https,
        sent_at,
        rtt_us: outcome.cause().is_none().then(|| u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)),
        outcome,
    }])
}
