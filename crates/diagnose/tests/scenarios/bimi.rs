//! BIMI: the certificate of a mark as an audit sees it.

use crate::support::{Outcome, audit_for, domains, engine, paused};
use ptrust_checks::{Check, Judge, Posture};
use ptrust_diagnose::Options;
use ptrust_facts::{Document, DomainFacts, DomainTarget, Need};
use ptrust_mail::bimi::mark;
use ptrust_names::{Hex, Observed};
use ptrust_world::World;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// A domain with a logo and a record that names evidence.
const BASE: &str = r#"!audit example.com
zone example.com ns1.example.net ns2.example.net
@ A 203.0.113.80
@ MX 10 mail.example.com.
mail A 203.0.113.25
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
default._bimi TXT "v=BIMI1; l=https://example.com/logo.svg; a=https://example.com/vmc.pem"
https https://example.com/logo.svg type=image/svg+xml body="\060svg version=\0341.2\034 baseProfile=\034tiny-ps\034 xmlns=\034http://www.w3.org/2000/svg\034 viewBox=\0340 0 64 64\034\062\060title\062Example\060/title\062\060/svg\062"
"#;

/// The checks of the evidence.
const ALL: [&str; 5] = [
    "bimi-certificate",
    "bimi-certificate-chain",
    "bimi-certificate-logotype",
    "bimi-certificate-name",
    "bimi-certificate-validity",
];

fn needs() -> BTreeSet<Need> {
    Need::closure([Need::Bimi])
}

/// The domain with more lines, looked at for BIMI.
fn audit(lines: &str, adjust: impl Fn(DomainTarget) -> DomainTarget) -> (DomainFacts, Outcome) {
    let text = format!("{BASE}{lines}\n");
    let world = World::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    audit_for(&text, adjust(domains(&world).remove(0)), &needs())
}

#[test]
fn the_report_shows_the_evidence() {
    let (_, sound) =
        audit("mark https://example.com/vmc.pem names=example.com logo=https://example.com/logo.svg", |t| t);
    let evidence = &sound.json["mail"]["bimi"]["evidence"];
    assert_eq!(evidence["type"], "VMC");
    assert_eq!(evidence["issuer"], "CN=World Mark CA");
    assert_eq!(evidence["logotype_matches"], true);
    assert_eq!((&evidence["chain"], &evidence["root"]), (&"followed".into(), &"not-judged".into()));
    assert_eq!(evidence["not_after"], "2027-11-23T00:00:00Z");
    assert!(evidence["subject"].as_str().is_some_and(|subject| subject.contains("Example BV")));
    assert!(ALL.iter().all(|id| sound.says(id) == "pass"));

    let other = "https https://example.com/old.svg body=\"\\060svg/\\062\"\n\
                 mark https://example.com/vmc.pem names=example.com logo=https://example.com/old.svg \"type=Prior Use Mark\"";
    let (_, changed) = audit(other, |t| t);
    let evidence = &changed.json["mail"]["bimi"]["evidence"];
    assert_eq!((&evidence["type"], &evidence["logotype_matches"]), (&"CMC".into(), &false.into()));
    let failed: Vec<&str> = ALL.into_iter().filter(|id| changed.says(id) == "fail").collect();
    assert_eq!(failed, ["bimi-certificate-logotype"]);
    let seen = changed.json["findings"].to_string();
    assert!(seen.contains("root: not judged"), "{seen}");
}

#[test]
fn what_cannot_be_fetched_is_neither_sound_nor_faulty() {
    for how in [
        "timeout",
        "drip",
        "refused",
        "tls-failed",
        "status=404",
        "status=403",
        "size=262145",
        "redirect=https://example.org/ status=301",
    ] {
        let (_, outcome) = audit(&format!("https https://example.com/vmc.pem {how}"), |t| t);
        for id in ALL {
            assert_eq!(outcome.says(id), "inconclusive", "{id} with {how}");
        }
        let evidence = &outcome.json["mail"]["bimi"]["evidence"];
        assert_eq!((&evidence["state"], &evidence["logotype_matches"]), (&"unknown".into(), &serde_json::Value::Null));
    }
    let (_, none) = audit("", |t| DomainTarget { bimi_selector: Some("other".into()), ..t });
    assert!(ALL.iter().all(|id| none.says(id) == "not-applicable"));
}

#[test]
fn an_endless_document_ends_within_its_budget() {
    let text = format!("{BASE}https https://example.com/vmc.pem drip\n");
    let world = World::parse(&text).expect("a world");
    let took = paused(async {
        let begun = Instant::now();
        let engine = engine(&world, Options::default()).with_needs(needs());
        engine.domain_facts(domains(&world).remove(0)).await;
        begun.elapsed()
    });
    // One fetch has one timeout, beside the walk to the names.
    assert!(took <= world.settings().timeout + Duration::from_secs(2), "{took:?}");
}

#[test]
fn configured_roots_are_judged() {
    let lines = "mark https://example.com/vmc.pem names=example.com logo=https://example.com/logo.svg";
    let text = format!("{BASE}{lines}\n");
    let world = World::parse(&text).expect("a world");
    let mut facts = paused(async {
        engine(&world, Options::default()).with_needs(needs()).domain_facts(domains(&world).remove(0)).await
    });
    let Observed::Present(Document::Response { body, .. }) = facts.document("https://example.com/vmc.pem") else {
        panic!("a document");
    };
    // The last certificate of the file, taken as the root: the facts are judged again with it, and with another.
    let issuer = mark::certificates(&body.0).expect("PEM").pop().expect("an issuer");
    let other = world_issuer();
    let check: &Check = ptrust_checks::by_id("bimi-certificate-chain").expect("a check");
    let Judge::Domain(judge) = check.judge else { panic!("a check of domains") };
    for (roots, word) in [(vec![], "pass"), (vec![issuer], "pass"), (vec![other], "fail")] {
        facts.target.bimi_roots = roots.into_iter().map(Hex).collect();
        assert_eq!(judge(&Posture::settled(&facts)).as_str(), word);
    }
}

/// The issuer of another world, whose key is another.
fn world_issuer() -> Vec<u8> {
    let lines = "mark https://example.com/vmc.pem names=example.com";
    let (facts, _) = audit(lines, |t| t);
    let Observed::Present(Document::Response { body, .. }) = facts.document("https://example.com/vmc.pem") else {
        panic!("a document");
    };
    mark::certificates(&body.0).expect("PEM").pop().expect("an issuer")
}

#[test]
fn texts_of_a_certificate_stay_texts() {
    let lines = "mark https://example.com/vmc.pem names=<b>.example.org logo=https://example.com/logo.svg \"type=<script>\u{1b}[2J\"";
    let (_, outcome) = audit(lines, |t| t);
    assert_eq!(outcome.says("bimi-certificate-name"), "fail");
    let findings = outcome.json["findings"].to_string();
    assert!(findings.contains("\\\\060script\\\\062"), "{findings}");
    assert!(!findings.contains("<script>") && !findings.contains("<b>") && !findings.contains('\u{1b}'), "{findings}");
}
