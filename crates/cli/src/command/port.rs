//! `ptrust port`: whether TCP ports can be reached from here, at each address of each host.

use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::{UNDETERMINED, Usage};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use ptrust_diagnose::Engine;
use ptrust_facts::session::{CertificateTrust, Depth, Protocol, Service, StartTls, Tls};
use ptrust_knowledge::special_use::special_use;
use ptrust_names::{Cause, Name, escape};
use ptrust_observe::reach::{CONNECT_WAIT, PortState, Reach, reach};
use ptrust_observe::session;
use serde::Serialize;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};

/// Ports of one run at most; more are for a scan.
const MAX_PORTS: usize = 256;
/// Addresses of one host that are tried at most.
const MAX_ADDRESSES: usize = 16;
/// Connections at a time: polite to one host, quick for many.
const AT_ONCE: usize = 32;
/// Exit code when some port is not open.
const NOT_OPEN: u8 = 1;

/// Options of `port`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 all open (with --tls: and all with TLS), 1 some not, 3 some not known.")]
pub(crate) struct Args {
    /// Hosts or addresses with their ports, such as mail.example.com:25 or [2001:db8::25]:465
    #[arg(value_name = "HOST:PORT", required = true)]
    ports: Vec<String>,
    /// Try TLS too: by STARTTLS at the ports 25, 587 and 143, at once elsewhere
    #[arg(long)]
    tls: bool,
}

/// A host and a port, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    /// The host.
    host: Item,
    /// The port.
    port: u16,
}

/// A port at one address, and what came of it.
#[derive(Debug, Serialize)]
struct Tried {
    /// The host or address as given.
    host: String,
    /// The port.
    port: u16,
    /// The address; none when the host has none, or it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    /// `open`, `refused`, `timeout` or `no-route`; `no-address`, `not-public` or `unknown` when nothing was tried.
    state: &'static str,
    /// Microseconds to the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    rtt_us: Option<u64>,
    /// Why nothing was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What was agreed on in TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls>,
    /// Why there is no TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_fault: Option<String>,
}

/// Everything that was tried, as JSON.
#[derive(Debug, Serialize)]
struct Ports {
    /// In the order of the arguments.
    ports: Vec<Tried>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    if args.ports.len() > MAX_PORTS {
        return Err(Usage(format!("port: more than {MAX_PORTS} ports; name fewer at once")).into());
    }
    let targets = args.ports.iter().map(|word| target(setup, word)).collect::<Result<Vec<_>, _>>()?;
    let ports = setup.block_on(async {
        let engine = setup.engine()?;
        let engine = &engine;
        let found = stream::iter(targets).map(|target| places(engine, target)).buffered(AT_ONCE);
        let places: Vec<Place> = found.map(stream::iter).flatten().collect().await;
        let tried = stream::iter(places).map(|place| attempt(engine, place, args.tls)).buffered(AT_ONCE);
        anyhow::Ok(Ports { ports: tried.collect().await })
    })??;
    setup.show("port", &ports, |out, _| text(&ports.ports, out))?;
    Ok(code(&ports.ports))
}

/// Reads one target. Addresses that are not public are refused here, those of hosts when they are known.
fn target(setup: &Setup, word: &str) -> Result<Target, Usage> {
    let wrong = |why: &str| Usage(format!("port {}: {why}", escape(word)));
    let (host, port) = word.rsplit_once(':').ok_or_else(|| wrong("write a port too, such as mail.example.com:25"))?;
    if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return Err(wrong("write an IPv6 address in brackets, such as [2001:db8::25]:25"));
    }
    let number = port.bytes().all(|octet| octet.is_ascii_digit());
    let port = port.parse().ok().filter(|port| *port > 0 && number);
    let port: u16 = port.ok_or_else(|| wrong("a port is a number from 1 to 65535"))?;
    match targets::parse(host) {
        Ok(Item::Address(address)) if !setup.target(address, None).scope.holds(address) => {
            let name = special_use(address).map_or("special use", |block| block.name.as_str());
            Err(wrong(&format!("not a public address ({name}); --allow-special-use tries it all the same")))
        }
        Ok(Item::Block(_)) => Err(wrong("a block; name single addresses")),
        Ok(host) => Ok(Target { host, port }),
        Err(error) => Err(Usage(format!("port {error}"))),
    }
}

/// A port to try, or what was found instead.
enum Place {
    /// The name that the certificate should show, as given, and where.
    At(String, SocketAddr),
    /// Nothing is tried.
    Nowhere(Box<Tried>),
}

/// The addresses of a target.
async fn places(engine: &Engine, target: Target) -> Vec<Place> {
    let port = target.port;
    let name = match target.host {
        Item::Address(address) => return vec![Place::At(address.to_string(), SocketAddr::new(address, port))],
        Item::Block(_) => return Vec::new(),
        Item::Host(name) => name,
    };
    let nowhere = |address, state, cause: Option<String>| {
        let (host, rtt_us) = (name.to_string(), None);
        Place::Nowhere(Box::new(Tried { host, port, address, state, rtt_us, cause, tls: None, tls_fault: None }))
    };
    match engine.addresses(&name).await {
        Ok(addresses) => {
            let scope = engine.settings().scope;
            let place = |address: IpAddr| {
                if scope.holds(address.to_canonical()) {
                    Place::At(name.to_string(), SocketAddr::new(address, port))
                } else {
                    nowhere(Some(address), "not-public", Some("not a public address".into()))
                }
            };
            addresses.into_iter().take(MAX_ADDRESSES).map(place).collect()
        }
        Err(Cause::Unresolvable) => vec![nowhere(None, "no-address", None)],
        Err(cause) => vec![nowhere(None, "unknown", Some(format!("its addresses are not known: {cause}")))],
    }
}

/// Tries one port.
async fn attempt(engine: &Engine, place: Place, tls: bool) -> Tried {
    let (host, address) = match place {
        Place::At(host, address) => (host, address),
        Place::Nowhere(tried) => return *tried,
    };
    let Reach { state, rtt_us } = reach(&*engine.ports().dial, address, CONNECT_WAIT).await;
    let (mut agreed, mut fault) = (None, None);
    if tls && state == PortState::Open {
        match secure(engine, &host, address).await {
            Ok(tls) => agreed = Some(tls),
            Err(why) => fault = Some(why),
        }
    }
    Tried {
        host,
        port: address.port(),
        address: Some(address.ip()),
        state: state.as_str(),
        rtt_us,
        cause: None,
        tls: agreed,
        tls_fault: fault,
    }
}

/// What is agreed on in TLS; else why there is none.
async fn secure(engine: &Engine, host: &str, at: SocketAddr) -> Result<Tls, String> {
    // The text of an address is a name too, and certificates may show it.
    let name: Name = host.parse().map_err(|_| "the host is no TLS server name".to_owned())?;
    let (ports, settings) = (engine.ports(), engine.settings());
    let plain = Protocol::ALL.into_iter().find(|protocol| protocol.port() == at.port() && !protocol.is_implicit());
    let Some(protocol) = plain else {
        return session::greet_tls(ports, settings, &name, at).await.map_err(|cause| cause.to_string())?;
    };
    let service = Service { protocol, name, address: at.ip(), port: at.port(), depth: Depth::One };
    let fact = session::probe(ports, settings, &service).await;
    if let Some(cause) = fact.observed.cause() {
        return Err(cause.to_string());
    }
    let session = fact.observed.present().ok_or_else(|| "no session".to_owned())?;
    session.tls.clone().ok_or_else(|| match &session.starttls {
        StartTls::Failed(why) => why.clone(),
        StartTls::Refused(said) => format!("STARTTLS is refused: {said}"),
        StartTls::Implicit | StartTls::Done | StartTls::NotOffered => "no STARTTLS".to_owned(),
    })
}

/// The exit code.
fn code(tried: &[Tried]) -> u8 {
    let is = |states: &[&str]| tried.iter().any(|one| states.contains(&one.state));
    if is(&["refused", "timeout", "no-address"]) || tried.iter().any(|one| one.tls_fault.is_some()) {
        NOT_OPEN
    } else if is(&["no-route", "not-public", "unknown"]) {
        UNDETERMINED
    } else {
        0
    }
}

/// Writes a line per port, and one below it for TLS.
fn text(tried: &[Tried], out: &mut dyn Write) -> io::Result<()> {
    let place = |one: &Tried| {
        if one.host.contains(':') {
            format!("[{}]:{}", one.host, one.port)
        } else {
            format!("{}:{}", one.host, one.port)
        }
    };
    // An address that was given needs no repetition.
    let address = |one: &Tried| one.address.map(|address| address.to_string()).filter(|text| *text != one.host);
    let first = tried.iter().map(|one| place(one).len()).max().unwrap_or(0);
    let second = tried.iter().filter_map(address).map(|text| text.len() + 3).max().unwrap_or(0);
    let third = tried.iter().map(|one| one.state.len()).max().unwrap_or(0);
    for one in tried {
        let at = address(one).unwrap_or_default();
        write!(out, "{:first$}   {at:second$}", place(one))?;
        let state = one.state.replace('-', " ");
        // No spaces at the end of a line.
        let last = one.rtt_us.is_none() && one.cause.is_none();
        write!(out, "{state:0$}", if last { 0 } else { third })?;
        if let Some(rtt_us) = one.rtt_us {
            write!(out, "   {} ms", rtt_us.div_ceil(1_000))?;
        }
        if let Some(cause) = &one.cause {
            write!(out, "   {cause}")?;
        }
        writeln!(out)?;
        if let Some(tls) = &one.tls {
            writeln!(out, "  {}, {}", tls.version, tls.cipher)?;
            writeln!(out, "  {}", certificate(tls))?;
        }
        if let Some(fault) = &one.tls_fault {
            writeln!(out, "  no TLS: {fault}")?;
        }
    }
    Ok(())
}

/// The server's certificate in a line.
fn certificate(tls: &Tls) -> String {
    let Some(own) = tls.chain.first() else {
        return "no certificate".to_owned();
    };
    let names = if own.names.is_empty() { own.subject.clone() } else { own.names.join(", ") };
    let trust = match &tls.trust {
        CertificateTrust::Trusted => "trusted".to_owned(),
        CertificateTrust::Expired => "expired".to_owned(),
        CertificateTrust::NotYetValid => "not valid yet".to_owned(),
        CertificateTrust::SelfSigned => "self-signed".to_owned(),
        CertificateTrust::UnknownIssuer => "of an unknown issuer".to_owned(),
        CertificateTrust::Other(why) => format!("not trusted: {why}"),
    };
    let name = if tls.name_matches { "" } else { ", not for this host" };
    format!("certificate for {names}, until {}, {trust}{name}", day(own.not_after))
}

/// The day of a time, in UTC.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take_while(|character| *character != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(state: &'static str) -> Tried {
        let (host, address) = ("mail.example.com".to_owned(), Some(IpAddr::from([192, 0, 2, 1])));
        Tried { host, port: 25, address, state, rtt_us: Some(1_500), cause: None, tls: None, tls_fault: None }
    }

    #[test]
    fn the_exit_code_says_whether_all_are_open() {
        let of = |states: &[&'static str]| code(&states.iter().map(|state| tried(state)).collect::<Vec<_>>());
        assert_eq!(of(&["open", "open"]), 0);
        assert_eq!(of(&["open", "refused"]), NOT_OPEN);
        assert_eq!(of(&["no-route", "timeout"]), NOT_OPEN);
        assert_eq!(of(&["open", "unknown"]), UNDETERMINED);
        assert_eq!(code(&[Tried { tls_fault: Some("no STARTTLS".into()), ..tried("open") }]), NOT_OPEN);
    }

    #[test]
    fn lines_are_aligned() {
        let v6 = Tried { host: "2001:db8::1".into(), address: "2001:db8::1".parse().ok(), ..tried("timeout") };
        let mut out = Vec::new();
        text(&[tried("open"), Tried { rtt_us: None, ..v6 }], &mut out).expect("memory");
        let shown = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            shown,
            "mail.example.com:25   192.0.2.1   open      2 ms\n[2001:db8::1]:25                  timeout\n"
        );
    }
}
