//! The JSON: its keys, its schema, its size, and the way back.

use crate::situations as s;
use crate::{judged, rendered};
use ptrust_checks::Settings;
use ptrust_facts::{AnyFact, Fact, Key, Line, Party, Smtp};
use ptrust_names::{Data, Observed};
use ptrust_report::{Format, MAX_REPORT, Options, Report, StoredError, facts_from_json, schema};
use serde_json::{Value, json};

/// A report as JSON.
fn value(report: &Report) -> Value {
    serde_json::to_value(report).expect("reports are JSON")
}

/// The keys of an object, in order of the alphabet.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn keys_are_those_of_the_design() {
    let report = value(&judged::mismatch());
    let mut top = vec![
        "schema",
        "subject",
        "observed_at",
        "verdict",
        "identity",
        "findings",
        "coverage",
        "receivers",
        "target",
        "run",
        "facts",
    ];
    top.sort_unstable();
    let mut found = keys(&report);
    found.sort_unstable();
    assert_eq!(found, top);
    assert_eq!(report["schema"], "ptrust.report/1");
    assert_eq!(report["subject"], json!({"kind": "address", "value": "203.0.113.25"}));
    assert_eq!(report["observed_at"], "2026-11-23T10:00:00Z");
    assert_eq!(report["verdict"], "fail");
    assert_eq!(
        report["identity"],
        json!({
            "administrative": {
                "state": "delegated", "zone": "113.0.203.in-addr.arpa",
                "servers": ["ns1.example.net", "ns2.example.net"],
                "holder": {"name": "Example Hosting BV", "source": "rdap", "provider": null, "use": "shared"},
            },
            "technical": {
                "ptr": ["mail.example.com"], "confirmed": [], "iprev": "fail", "helo": null, "banner": null,
                "aligned": null,
            },
        })
    );
    assert_eq!(
        report["findings"][0],
        json!({
            "id": "fcrdns-mismatch", "severity": "error", "confidence": "proven", "subject": "mail.example.com",
            "title": "The PTR name leads to another address",
            "explanation":
                "The PTR of 203.0.113.25 is mail.example.com, and that name has the address 203.0.113.99 only.",
            "evidence": [
                {"asked": "mail.example.com A", "server": "ns1.example.com (192.0.2.9)", "answer": "A 203.0.113.99",
                 "at": "2026-11-23T10:00:00Z"},
                {"asked": "mail.example.com A", "server": "ns2.example.com (192.0.2.10)", "answer": "A 203.0.113.99",
                 "at": "2026-11-23T10:00:00Z"},
            ],
            "remedy": {
                "who": "name-owner", "steps": ["Add the address of the sending host to the name."],
                "records": ["mail.example.com. 3600 IN A 203.0.113.25"],
            },
            "authority": {"kind": "standard", "ref": "RFC 8601 3"},
        })
    );
    assert_eq!(
        report["coverage"],
        json!({
            "judged": 3, "not_applicable": 1, "skipped": 0,
            "inconclusive": [{
                "id": "delegation-partly-lame", "missing": "the addresses of ns3.example.net", "cause": "timeout",
            }],
        })
    );
    let gmail = report["receivers"].as_array().and_then(|all| all.iter().find(|one| one["id"] == "gmail"));
    assert_eq!(gmail.map(|gmail| &gmail["outcome"]), Some(&json!("reject")));
    assert_eq!(gmail.map(|gmail| &gmail["because"]), Some(&json!(["fcrdns-mismatch"])));
    assert_eq!(keys(&report["facts"][0]), ["kind", "observed", "sources", "subject"]);
}

#[test]
fn special_use_has_no_state() {
    let report = value(&judged::special_use());
    assert_eq!(
        report["identity"]["administrative"],
        json!({"state": null, "zone": null, "servers": [], "holder": null})
    );
    assert_eq!(report["identity"]["technical"]["iprev"], Value::Null);
}

#[test]
fn a_host_is_named_when_it_was_asked() {
    let mut facts = s::good();
    facts.target.host = Some(s::name("mail.example.com"));
    let report = Report::build(&facts, &Settings::default());
    assert_eq!(value(&report)["host"], "mail.example.com");
    let text = rendered(Format::Text, &[report], &Options::default());
    assert!(text.starts_with("mail.example.com (203.0.113.25)   "), "{text}");
}

#[test]
fn one_target_is_an_object_and_several_are_an_array() {
    let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let options = Options::default();
    let two = [judged::good(), judged::mismatch()];
    assert!(read(&rendered(Format::Json, &two[..1], &options)).is_object());
    assert_eq!(read(&rendered(Format::Json, &two, &options)).as_array().map(Vec::len), Some(2));
    let array = Options { array: true, ..options };
    assert!(read(&rendered(Format::Json, &two[..1], &array)).is_array());
    let lines = rendered(Format::Ndjson, &two, &options);
    let verdicts: Vec<_> = lines.lines().map(|line| read(line)["verdict"].clone()).collect();
    assert_eq!(verdicts, ["pass", "fail"]);
}

#[test]
fn stored_reports_judge_to_the_same_report() {
    let settings = Settings::default();
    for (situation, facts) in s::all() {
        let report = value(&Report::build(&facts, &settings));
        let back = facts_from_json(&report).expect(situation);
        assert_eq!(value(&Report::build(&back, &settings)), report, "{situation}");
    }
}

#[test]
fn what_is_no_report_is_refused() {
    let error = |value: Value| facts_from_json(&value).expect_err("no report");
    assert!(matches!(error(json!({})), StoredError::Schema { .. }));
    assert!(matches!(error(json!({"schema": "ptrust.report/1"})), StoredError::Fields(_)));
    let mut report = value(&judged::mismatch());
    report["facts"][0]["observed"] = json!({"present": 7});
    assert!(matches!(error(report.clone()), StoredError::Fact { .. }));
    report["facts"][0]["subject"] = json!("a b c");
    assert!(matches!(error(report), StoredError::Subject { .. }));
}

#[test]
fn the_schema_names_every_key() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "ptrust report");
    let report = value(&judged::mismatch());
    for key in keys(&report) {
        assert!(named(&schema, key), "{key}");
    }
    assert!(!named(&schema, "judged"));
}

/// Whether a report's schema has the key: for all reports, or for those of one kind.
fn named(schema: &Value, key: &str) -> bool {
    let reference = |kind: &Value| kind["$ref"].as_str().and_then(|path| schema.pointer(path.trim_start_matches('#')));
    let kinds = schema["anyOf"].as_array().into_iter().flatten();
    let mut kinds = kinds.map(|kind| reference(kind).unwrap_or(kind));
    schema["properties"].get(key).is_some() || kinds.any(|kind| kind["properties"].get(key).is_some())
}

/// Facts of hostile size: thousands of names at every server, and a server that talks for an hour.
fn huge() -> ptrust_facts::Facts {
    let mut facts = s::mismatch();
    let question = facts.ptr_question();
    let owner = question.name.to_string();
    let names = (0..3000).map(|i| {
        let label = format!("host-{i}-{}", "x".repeat(40));
        s::record(&owner, 60, Data::Ptr(s::name(&format!("{label}.{label}.example.com"))))
    });
    let answer = s::set(names.collect());
    let mut walk = facts.walk(&question).present().copied().expect("a walk").clone();
    walk.answer = answer.clone();
    for server in walk.cuts.iter_mut().flat_map(|cut| &mut cut.servers) {
        server.answer = Some(answer.clone());
    }
    s::add_walk(&mut facts, walk);
    s::add_resolver(&mut facts, question, answer);
    let line = Line { at_ms: 1, party: Party::Server, text: "220-".repeat(300) };
    let smtp = Smtp { code: 220, greeting: Some("mail.example.com".into()), ehlo: None, transcript: vec![line; 2000] };
    let key = Key::Smtp(facts.target.address, 25);
    let observed = Observed::Present(smtp);
    facts.insert(key, AnyFact::Smtp(Fact { observed, sources: Vec::new() }));
    facts
}

#[test]
fn reports_of_hostile_size_are_cut_and_say_so() {
    let facts = huge();
    let mut failure = judged::mismatch_failure();
    failure.evidence = vec![judged::evidence(&"a".repeat(9000), "server", &"b".repeat(90_000)); 16];
    failure.remedy.steps = vec!["c".repeat(90_000); 9];
    let by_hand = Report::from_judged(&facts, vec![judged::failed(&judged::MISMATCH, failure)]);
    for report in [by_hand, Report::build(&facts, &Settings::default())] {
        let size = serde_json::to_vec_pretty(&report).expect("JSON").len();
        assert!(size <= MAX_REPORT, "{size} bytes");
        assert!(size > 4096, "not everything is gone: {size} bytes");
        assert!(!report.truncated.is_empty());
        assert!(!report.findings.is_empty());
        let stored = value(&report);
        assert!(stored["truncated"].is_array());
        facts_from_json(&stored).expect("a cut report reads back");
    }
}

#[test]
fn many_and_long_facts_fit_too() {
    let mut facts = s::good();
    facts.target.ptr_limit = 5000;
    facts.target.helo = Some("h".repeat(300_000));
    let question = facts.ptr_question();
    let owner = question.name.to_string();
    let names: Vec<_> = (0..2000).map(|i| format!("host-{i}-{}.example.com", "y".repeat(40))).collect();
    let set = names.iter().map(|name| s::record(&owner, 60, Data::Ptr(s::name(name)))).collect();
    s::add_resolver(&mut facts, question.clone(), s::set(set));
    facts.observations_mut().run.walk = ptrust_facts::WalkState::Off;
    for name in names.iter().take(400) {
        s::add_forward(&mut facts, name, &["192.0.2.1"]);
    }
    let report = Report::build(&facts, &Settings::default());
    assert!(serde_json::to_vec_pretty(&report).expect("JSON").len() <= MAX_REPORT);
    assert!(!report.truncated.is_empty());
}
