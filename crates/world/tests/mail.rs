//! Mail servers of a world, as the probes see them.

use ptrust_facts::session::{Accepted, CertificateTrust, Depth, Injection, Protocol, StartTls};
use ptrust_facts::{Document, Service, Session};
use ptrust_mail::bimi::mark::{self, Class, Expected, Links};
use ptrust_names::{Cause, Observed};
use ptrust_observe::{document, session};
use ptrust_world::{World, mark_file};
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::Instant;

/// The mail servers of these tests.
const WORLD: &str = r#"
zone example.com ns1.example.net
mail A 203.0.113.25
mta-sts A 203.0.113.80
smtp 203.0.113.25 220 mail.example.com ESMTP
tls 203.0.113.25 names=mail.example.com versions=1.0 weak injectable
imap 203.0.113.25 * OK ready
smtp 203.0.113.26 220 other.example.com ESMTP
tls 203.0.113.26 names=other.example.com issuer=foreign expires=-2d
smtp 203.0.113.27 220 plain.example.com
smtp 203.0.113.28 endless
smtp 203.0.113.29 220 self.example.com
tls 203.0.113.29 names=self.example.com issuer=self
smtp 203.0.113.30 220 broken.example.com
tls 203.0.113.30 fails
https https://mta-sts.example.com/.well-known/mta-sts.txt type=text/plain body="version: STSv1\nmode: enforce\n"
https https://mta-sts.example.com/drip drip
https https://mta-sts.example.com/tls tls-failed
!latency * 20ms
"#;

/// What a probe of one server sees.
async fn probe(protocol: Protocol, address: &str, name: &str, depth: Depth) -> Observed<Session> {
    let world = World::parse(WORLD).expect("a world");
    let address: IpAddr = address.parse().expect("an address");
    let name = name.parse().expect("a name");
    let service = Service { protocol, name, address, port: protocol.port(), depth };
    session::probe(&world.ports(), &world.settings(), &service).await.observed
}

/// The session of a probe that came through.
async fn session_of(protocol: Protocol, address: &str, name: &str, depth: Depth) -> Session {
    match probe(protocol, address, name, depth).await {
        Observed::Present(session) => session,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_shows_its_tls_and_what_it_still_accepts() {
    let session = session_of(Protocol::Smtp, "203.0.113.25", "mail.example.com", Depth::Full).await;
    assert_eq!(session.starttls, StartTls::Done);
    let tls = session.tls.expect("TLS");
    assert_eq!((&tls.trust, tls.name_matches), (&CertificateTrust::Trusted, true));
    assert_eq!(tls.chain.len(), 2);
    assert!(tls.chain[1].anchors, "the authority is an anchor of the leaf");
    let accepted: Vec<Accepted> = session.versions.iter().map(|offer| offer.accepted).collect();
    assert_eq!(accepted, [Accepted::Yes, Accepted::No]);
    assert_eq!(session.weak_cipher, Some(Accepted::Yes));
    assert_eq!(session.injection, Injection::Vulnerable);
    assert!(session.offers.contains(&"STARTTLS".to_owned()));
    assert!(!session.tls_offers.contains(&"STARTTLS".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn certificates_of_marks_are_made_at_start() {
    let world = |mark: &str| {
        let logo = r#"https https://example.com/l.svg body="\060svg/\062""#;
        World::parse(&format!(
            "zone example.com ns1.example.net\n@ A 203.0.113.80\n{logo}\nmark https://example.com/m.pem {mark}\n"
        ))
    };
    let made = world("names=example.com logo=https://example.com/l.svg \"type=Prior Use Mark\"").expect("a world");
    let fact = document::fetch(&made.ports(), &made.settings(), "https://example.com/m.pem").await;
    let Observed::Present(Document::Response { status: 200, body, .. }) = fact.observed else {
        panic!("{:?}", fact.observed);
    };
    let domain = "example.com".parse().expect("a name");
    let expected = Expected {
        domain: &domain,
        organizational: None,
        selector: "default",
        logo: Some(b"<svg/>"),
        at: "2026-11-23T12:00:00Z".parse().expect("a time"),
        roots: &[],
    };
    let mark = mark::examine(&body.0, &expected).expect("a mark");
    assert_eq!((mark.faults.as_slice(), &mark.links), ([].as_slice(), &Links::Followed));
    assert_eq!((mark.class, mark.chain_length), (Some(Class::Common), 2));
    for wrong in ["", "names=", "names=example.com logo=https://example.com/other.svg", "names=example.com chain=x"] {
        assert!(world(wrong).is_err(), "{wrong}");
    }
    let now = "2026-11-23T12:00:00Z".parse().expect("a time");
    let alone = mark_file("https://example.com/m.pem names=example.com chain=alone", Some(b"<svg/>"), now);
    assert_eq!(mark::examine(&alone.expect("a file"), &expected).map(|mark| mark.links), Ok(Links::Alone));
    assert!(mark_file("https://example.com/m.pem", None, now).is_err());
    assert!(World::parse(&"mark https://example.com/m.pem names=example.com\n".repeat(33)).is_err());
}

#[tokio::test(start_paused = true)]
async fn faults_of_certificates_are_told_apart() {
    let trust = async |address: &str, name: &str| {
        let session = session_of(Protocol::Smtp, address, name, Depth::Full).await;
        assert_eq!(session.weak_cipher, Some(Accepted::No));
        assert_eq!(session.injection, Injection::Clean);
        let tls = session.tls.expect("TLS");
        (tls.trust, tls.name_matches)
    };
    assert_eq!(trust("203.0.113.29", "self.example.com").await, (CertificateTrust::SelfSigned, true));
    assert_eq!(trust("203.0.113.29", "mail.example.com").await, (CertificateTrust::SelfSigned, false));
    let (foreign, _) = trust("203.0.113.26", "other.example.com").await;
    assert!(matches!(foreign, CertificateTrust::UnknownIssuer | CertificateTrust::Expired), "{foreign:?}");
}

#[tokio::test(start_paused = true)]
async fn imap_and_ports_with_tls_from_the_start() {
    let imap = session_of(Protocol::Imap, "203.0.113.25", "mail.example.com", Depth::One).await;
    assert_eq!(imap.starttls, StartTls::Done);
    assert!(imap.offers.contains(&"LOGINDISABLED".to_owned()));
    assert!(imap.tls_offers.contains(&"AUTH=PLAIN".to_owned()), "{imap:?}");
    for protocol in [Protocol::Imaps, Protocol::Submissions] {
        let session = session_of(protocol, "203.0.113.25", "mail.example.com", Depth::One).await;
        assert_eq!(session.starttls, StartTls::Implicit);
        assert!(session.tls.is_some());
        assert_eq!(session.tls_offers.is_empty(), protocol == Protocol::Submissions);
    }
}

#[tokio::test(start_paused = true)]
async fn servers_without_tls_and_worse_ones() {
    let plain = session_of(Protocol::Smtp, "203.0.113.27", "plain.example.com", Depth::Full).await;
    assert_eq!(plain.starttls, StartTls::NotOffered);
    assert!(plain.versions.is_empty() && plain.weak_cipher.is_none());
    let broken = session_of(Protocol::Smtp, "203.0.113.30", "broken.example.com", Depth::One).await;
    assert!(matches!(broken.starttls, StartTls::Failed(_)), "{broken:?}");
    let begun = Instant::now();
    let endless = probe(Protocol::Smtp, "203.0.113.28", "endless.example.com", Depth::Full).await;
    assert_eq!(endless, Observed::Unknown(Cause::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}", begun.elapsed());
    let nobody = probe(Protocol::Smtp, "203.0.113.99", "nobody.example.com", Depth::One).await;
    assert_eq!(nobody, Observed::Unknown(Cause::Refused));
}

#[tokio::test(start_paused = true)]
async fn each_turn_costs_a_round_trip() {
    let begun = Instant::now();
    session_of(Protocol::Smtp, "203.0.113.25", "mail.example.com", Depth::One).await;
    // Connection, greeting, EHLO, STARTTLS, handshake, EHLO, QUIT.
    assert_eq!(begun.elapsed().as_millis() / 20, 7, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn documents_come_or_not() {
    let world = World::parse(WORLD).expect("a world");
    let get = async |path: &str| {
        let url = format!("https://mta-sts.example.com/{path}");
        document::fetch(&world.ports(), &world.settings(), &url).await.observed
    };
    let policy = get(".well-known/mta-sts.txt").await;
    let Observed::Present(Document::Response { status: 200, content_type, body, .. }) = policy else {
        panic!("{policy:?}");
    };
    assert_eq!(content_type.as_deref(), Some("text/plain"));
    assert_eq!(body.0, b"version: STSv1\nmode: enforce\n");
    assert_eq!(get("drip").await, Observed::Unknown(Cause::Timeout));
    assert_eq!(get("tls").await, Observed::Present(Document::TlsFailed));
    assert_eq!(get("nothing").await, Observed::Unknown(Cause::Refused));
}
