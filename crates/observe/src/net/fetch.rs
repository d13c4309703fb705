//! HTTPS from this machine: reqwest over rustls with the *ring* provider and the system's trusted roots.
//!
//! Redirects are the caller's. Connections go only to public addresses: every address that a host name resolves to is
//! checked, and only checked addresses are handed on to be dialed. A proxy named by the environment (`HTTPS_PROXY`,
//! `ALL_PROXY`) is used; it then resolves names itself, and its own address is the user's choice.

use super::{SystemClock, SystemExchange, path_error};
use crate::ports::{BoxFuture, Fetch, FetchError, PathError, Response};
use crate::resolver;
use crate::settings::Settings;
use ptrust_facts::Scope;
use ptrust_names::{Cause, Name};
use reqwest::dns::{Addrs, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Url};
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Wait for the resolvers of `--resolver` when a URL's host is looked up; a fetch is never worth more.
const LOOKUP_WAIT: Duration = Duration::from_secs(4);
/// How this program names itself.
const USER_AGENT: &str = concat!("ptrust/", env!("CARGO_PKG_VERSION"));
/// Errors looked at behind an error, so that a cyclic chain ends.
const MAX_SOURCES: usize = 16;

/// Fetches by the system.
pub struct SystemFetch {
    names: Arc<Names>,
    /// Made on first use: reading the system's roots takes longer than most checks.
    client: OnceCell<Option<Client>>,
}

impl SystemFetch {
    /// Fetches under the settings. Host names are resolved by the settings' resolvers where those are not the
    /// system's own, else by the system.
    pub fn new(settings: &Settings) -> Self {
        let own = settings.resolvers != super::system_resolvers() && !settings.resolvers.is_empty();
        Self {
            names: Arc::new(Names {
                resolvers: own.then(|| settings.resolvers.clone()),
                scope: settings.scope,
                proxies: proxy_hosts(),
            }),
            client: OnceCell::new(),
        }
    }

    /// The client; `None` when none can be made.
    async fn client(&self) -> Option<&Client> {
        let make = || async {
            let roots = tokio::task::spawn_blocking(system_roots).await.ok()?;
            builder(roots, self.names.clone())?.build().ok()
        };
        self.client.get_or_init(make).await.as_ref()
    }

    /// One request, without its deadline.
    async fn fetch(&self, url: &str, accept: &str, limit: usize) -> Result<Response, FetchError> {
        let url = self.names.checked(url)?;
        let client = self.client().await.ok_or(FetchError::Tls)?;
        let mut response = client.get(url).header(ACCEPT, accept).send().await.map_err(|error| fetch_error(&error))?;
        let long = response.content_length().is_some_and(|length| length > limit as u64);
        if long {
            return Err(FetchError::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fetch_error(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let header = |name| text_header(response.headers(), name);
        Ok(Response {
            status: response.status().as_u16(),
            content_type: header(CONTENT_TYPE),
            location: header(LOCATION),
            retry_after: header(RETRY_AFTER).and_then(|seconds| seconds.parse().ok()),
            body,
        })
    }
}

impl Fetch for SystemFetch {
    fn get<'a>(
        &'a self,
        url: &'a str,
        accept: &'a str,
        limit: usize,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<Response, FetchError>> {
        Box::pin(async move {
            let fetched = tokio::time::timeout(timeout, self.fetch(url, accept, limit)).await;
            fetched.unwrap_or(Err(FetchError::Path(PathError::Timeout)))
        })
    }
}

/// A header's value, when it is text.
fn text_header(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(|text| text.trim().to_owned())
}

/// The system's trusted roots; `SSL_CERT_FILE` and `SSL_CERT_DIR` replace them. Roots that cannot be read are left
/// out: a certificate under them then fails, as it should.
pub(crate) fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// What a client with these roots is made of. The crypto provider is named, since more than one may be compiled in.
fn builder(roots: RootCertStore, names: Arc<Names>) -> Option<ClientBuilder> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = Client::builder()
        .tls_backend_preconfigured(config)
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(USER_AGENT)
        .dns_resolver(names);
    Some(builder)
}

/// Hosts of the proxies that the environment names. Their addresses are not checked.
fn proxy_hosts() -> Vec<String> {
    let variables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    variables.iter().filter_map(|variable| proxy_host(&std::env::var(variable).ok()?)).collect()
}

/// The host of a proxy given as a URL or as `HOST:PORT`.
fn proxy_host(text: &str) -> Option<String> {
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    url.ok()?.host_str().map(str::to_owned)
}

/// Resolves host names, and lets through only addresses that may be dialed.
#[derive(Clone)]
struct Names {
    /// Resolvers to ask; `None` for the system's way.
    resolvers: Option<Vec<SocketAddr>>,
    scope: Scope,
    /// Hosts of proxies, not checked.
    proxies: Vec<String>,
}

/// The host has only addresses that must not be dialed.
#[derive(Debug, thiserror::Error)]
#[error("not a public address")]
struct NotPublic;

/// The host has no address that anybody knows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unresolved(Cause);

impl Names {
    /// The URL, if it may be fetched: HTTPS, and an address in place of a name is public.
    fn checked(&self, url: &str) -> Result<Url, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let host = url.host_str().filter(|_| url.scheme() == "https").ok_or(FetchError::Url)?;
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) if !self.allows(address) => Err(FetchError::Url),
            _ => Ok(url),
        }
    }

    /// Whether the address may be dialed.
    fn allows(&self, address: IpAddr) -> bool {
        self.scope.holds(address.to_canonical())
    }

    /// The addresses of a host that may be dialed.
    async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, Box<dyn Error + Send + Sync>> {
        let proxy = self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(host));
        let known: Vec<IpAddr> = match &self.resolvers {
            Some(resolvers) if !proxy => {
                let host: Name = host.parse()?;
                resolver::lookup(&SystemExchange, &SystemClock, resolvers, &host, LOOKUP_WAIT)
                    .await
                    .map_err(Unresolved)?
            }
            _ => {
                let known = tokio::net::lookup_host((host, 0)).await;
                known.map_err(|_| Unresolved(Cause::Unresolvable))?.map(|address| address.ip()).collect()
            }
        };
        let allowed = known.into_iter().filter(|address| proxy || self.allows(*address));
        // Port zero stands for the URL's.
        let allowed: Vec<SocketAddr> = allowed.map(|address| SocketAddr::new(address, 0)).collect();
        if allowed.is_empty() { Err(NotPublic.into()) } else { Ok(allowed) }
    }
}

/// The resolver as reqwest wants it.
impl Resolve for Names {
    fn resolve(&self, name: reqwest::dns::Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let addresses = names.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// What a failed request means, from the first telling error behind it.
fn fetch_error(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return PathError::Timeout.into();
    }
    let mut at: Option<&(dyn Error + 'static)> = Some(error);
    for _ in 0..MAX_SOURCES {
        let Some(error) = at else { break };
        if let Some(told) = told_by(error) {
            return told;
        }
        at = match error.downcast_ref::<io::Error>() {
            // The source of such an error leaves out the error it holds.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    PathError::Closed.into()
}

/// What one error of the chain tells, if anything.
fn told_by(error: &(dyn Error + 'static)) -> Option<FetchError> {
    if error.is::<NotPublic>() {
        return Some(FetchError::Url);
    }
    if error.is::<rustls::Error>() {
        return Some(FetchError::Tls);
    }
    if let Some(Unresolved(cause)) = error.downcast_ref() {
        let path = if *cause == Cause::Timeout { PathError::Timeout } else { PathError::Local };
        return Some(path.into());
    }
    let io = error.downcast_ref::<io::Error>()?;
    io.get_ref().is_none().then(|| path_error(io).into())
}

#[cfg(test)]
mod tests;
