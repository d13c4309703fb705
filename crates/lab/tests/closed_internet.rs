//! The closed internet: that the world is as told, and that the release binary reads it right.
//!
//! Tests share one lab, which they leave running: `cargo xtask lab down` ends it. They skip, aloud, without root.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

#[path = "closed_internet/servers.rs"]
mod servers;
mod support;

use ptrust_lab::{ANY, Case, Root, cases};
use serde_json::Value;
use support::{assert_none, complaints, lab, ptrust, with_signed_root};

/// A case as complaints name it.
fn name(case: &Case) -> String {
    format!("{} ({}, {:?})", case.address, case.what, case.root)
}

/// Runs `dig` in the lab and returns what it printed.
fn dig(arguments: &[&str]) -> String {
    let mut command = ptrust_lab::inside("dig").expect("the lab is up");
    let output = command.args(arguments).stdin(Stdio::null()).output().expect("dig runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The header status and the answer lines of a `dig` run.
fn status_and_answers(text: &str) -> (String, Vec<String>) {
    let status = text.split("status: ").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or("NONE");
    let answers = text.lines().skip_while(|line| !line.contains("ANSWER SECTION")).skip(1);
    (status.into(), answers.take_while(|line| !line.is_empty()).map(String::from).collect())
}

/// What a resolver must say about a case's PTR: its status, and whether there is a PTR; `None` where it may say anything.
fn resolver_view(case: &Case) -> Option<(&'static [&'static str], bool)> {
    let absent: &[&str] = &["NXDOMAIN", "NOERROR"];
    match case.errors.first().copied().unwrap_or_default() {
        // With a silent server in the list a cold Unbound may need half a minute; the walk must not wait for it.
        "" if case.others.contains(&"delegation-partly-lame") => Some((&["NOERROR", "NONE"], true)),
        "" if case.state == "delegated" => Some((&["NOERROR"], true)),
        "delegation-missing" | "ptr-missing" => Some((absent, false)),
        "delegation-lame"
        | "delegation-unreachable"
        | "delegation-nameserver-unresolvable"
        | "delegation-dnssec-bogus" => {
            // A resolver may believe an empty answer, or still be trying.
            Some((&["SERVFAIL", "NOERROR", "NONE"], false))
        }
        id if id.starts_with("fcrdns-") => Some((&["NOERROR"], true)),
        // An escaped or empty name is still a PTR.
        "ptr-illegal-hostname" | "ptr-address-as-name" | "ptr-unqualified-name" => Some((&["NOERROR"], true)),
        _ => None,
    }
}

#[test]
fn world_answers() {
    if !lab() {
        return;
    }
    assert_none(&complaints(&cases(), name, |case| {
        let Some((statuses, present)) = resolver_view(case) else {
            return Vec::new();
        };
        let server = match case.root {
            Root::Plain => format!("@{}", ptrust_lab::RESOLVER),
            Root::Signed => format!("@{}", ptrust_lab::VALIDATOR),
        };
        let text = dig(&[&server, "+tries=1", "+time=25", "-x", &case.address]);
        let (status, answers) = status_and_answers(&text);
        let mut complaints = Vec::new();
        if !statuses.contains(&status.as_str()) {
            complaints.push(format!("the resolver says {status}, not {statuses:?}"));
        }
        let seen = answers.iter().any(|line| line.split_whitespace().nth(3) == Some("PTR"));
        if seen != present && status != "NONE" {
            complaints.push(format!("the resolver's answers are {answers:?}"));
        }
        complaints
    }));
}

/// Wants a referral for each zone, and a PTR, in a traced lookup of an address.
fn trace_shows(address: &str, zones: &[&str], name: &str) {
    let text = dig(&["+trace", "+nodnssec", "-x", address]);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    for zone in zones {
        let referred = rows.iter().any(|row| matches!(row[..], [owner, _, _, "NS", _] if owner == *zone));
        assert!(referred, "no referral to {zone} in:\n{text}");
    }
    let answered = rows.iter().any(|row| matches!(row[..], [_, _, _, "PTR", target] if target == name));
    assert!(answered, "no {name} in:\n{text}");
}

#[test]
fn every_cut_is_a_real_one() {
    if !lab() {
        return;
    }
    trace_shows(
        "193.200.1.10",
        &[".", "in-addr.arpa.", "193.in-addr.arpa.", "1.200.193.in-addr.arpa."],
        "mx.good.example.com.",
    );
    trace_shows(
        "2a0e:b118::10",
        &["ip6.arpa.", "0.a.2.ip6.arpa.", "8.1.1.b.e.0.a.2.ip6.arpa.", "0.0.0.0.8.1.1.b.e.0.a.2.ip6.arpa."],
        "mx.customer.example.com.",
    );
}

#[test]
fn chain_of_trust_holds_and_breaks() {
    if !lab() {
        return;
    }
    let validator = format!("@{}", ptrust_lab::VALIDATOR);
    let ask =
        |address: &str, option: &str| dig(&[&validator, "+dnssec", "+time=20", "+tries=1", option, "-x", address]);
    for address in ["193.200.41.10", "2a0e:b141::10"] {
        let text = ask(address, "+recurse");
        assert!(text.contains("flags: qr rd ra ad;") && text.contains("RRSIG"), "{address} is not secure:\n{text}");
    }
    for address in ["193.200.42.10", "2a0e:b142::10", "193.200.43.10", "2a0e:b143::10"] {
        let text = ask(address, "+recurse");
        assert!(text.contains("SERVFAIL"), "{address} is not bogus:\n{text}");
        let text = ask(address, "+cdflag");
        assert!(text.contains("NOERROR"), "{address} has no answer at all:\n{text}");
    }
    let text = ask("193.200.44.10", "+recurse");
    assert!(text.contains("NOERROR") && !text.contains(" ad;"), "not insecure:\n{text}");
}

#[test]
fn mail_servers_greet() {
    if !lab() {
        return;
    }
    for (address, name) in [
        ("193.200.1.10", "mx.good.example.com"),
        ("2a0e:b101::10", "mx.good.example.com"),
        ("193.200.1.11", "other.names-example.org"),
        ("193.200.1.12", "mailserver"),
    ] {
        // Bash's own sockets: no client program needs to be installed for this.
        let script = format!(
            "exec 3<>/dev/tcp/{address}/25; read -r greeting <&3; printf 'EHLO probe.example.com\\r\\nQUIT\\r\\n' >&3; \
             echo \"$greeting\"; cat <&3"
        );
        let output =
            ptrust_lab::inside("bash").expect("the lab is up").args(["-c", &script]).output().expect("bash runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.starts_with(&format!("220 {name} ESMTP")), "{address}: {text}");
        assert!(text.contains(&format!("250-{name}")), "{address}: {text}");
    }
    let refused =
        ptrust_lab::inside("bash").expect("the lab is up").args(["-c", "exec 3<>/dev/tcp/193.200.1.14/25"]).output();
    assert!(String::from_utf8_lossy(&refused.expect("bash runs").stderr).contains("refused"));
}

#[test]
fn commands_run_inside() {
    if !lab() {
        return;
    }
    let script = "grep -q 'nameserver 127.0.0.1' /etc/resolv.conf && test \"$(ip -o link | wc -l)\" = 1 && test -z \"$(ip route)\"";
    let status = ptrust_lab::run(&["sh", "-c", script].map(OsString::from)).expect("sh runs");
    assert!(status.success(), "the namespace has another resolver, a second link or a route");
    let status = ptrust_lab::run(&["sh", "-c", "exit 3"].map(OsString::from)).expect("sh runs");
    assert_eq!(status.code(), Some(3));
}

/// Whether a JSON value is among the allowed words.
fn is_among(value: &Value, allowed: &str) -> bool {
    let word = value.as_str().unwrap_or(if value.is_null() { "null" } else { "?" });
    allowed == ANY || allowed.split('|').any(|one| one == word)
}

/// The ids of a report's findings, and whether each is an error.
fn findings(report: &Value) -> Vec<(String, bool)> {
    let findings = report["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let row = |finding: &Value| (finding["id"].as_str().unwrap_or_default().to_owned(), finding["severity"] == "error");
    findings.iter().map(row).collect()
}

/// Everything in which a report differs from what a case demands.
fn differences(case: &Case, report: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    let found = findings(report);
    let mut errors: BTreeSet<&str> = found.iter().filter(|(_, error)| *error).map(|(id, _)| id.as_str()).collect();
    for expected in &case.errors {
        let hit = expected.split('|').any(|id| id.is_empty() || errors.contains(id));
        if !hit {
            differences.push(format!("no error {expected}"));
        }
        errors.retain(|id| !expected.split('|').any(|allowed| allowed == *id));
    }
    if !errors.is_empty() {
        differences.push(format!("unexpected errors {errors:?}"));
    }
    for expected in &case.others {
        if !found.iter().any(|(id, _)| id == expected) {
            differences.push(format!("no finding {expected}"));
        }
    }
    for (what, pointer, allowed) in [
        ("verdict", "/verdict", case.verdict),
        ("administrative.state", "/identity/administrative/state", case.state),
        ("technical.iprev", "/identity/technical/iprev", case.iprev),
    ] {
        let value = report.pointer(pointer).unwrap_or(&Value::Null);
        if !is_among(value, allowed) {
            differences.push(format!("{what} is {value}, not {allowed}"));
        }
    }
    if !differences.is_empty() {
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        let inconclusive = report.pointer("/coverage/inconclusive").unwrap_or(&Value::Null);
        differences.push(format!("findings {ids:?}, inconclusive {inconclusive}"));
    }
    differences
}

/// Checks one case with the program.
fn judge(ptrust: &Path, case: &Case) -> Vec<String> {
    let mut command = ptrust_lab::inside(ptrust).expect("the lab is up");
    command.args(["check", &case.address, "--format", "json"]);
    if case.root == Root::Signed {
        with_signed_root(&mut command);
    }
    let output = command.stdin(Stdio::null()).output().expect("ptrust runs");
    match serde_json::from_slice(&output.stdout) {
        Ok(report) => differences(case, &report),
        Err(error) => {
            let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            vec![format!("no report ({error}), {}: {complaint}", output.status)]
        }
    }
}

/// Checks the cases that a filter picks.
fn check(pick: impl Fn(&Case) -> bool) {
    let Some(ptrust) = ptrust().filter(|_| lab()) else {
        return;
    };
    let picked: Vec<Case> = cases().into_iter().filter(|case| pick(case)).collect();
    assert!(!picked.is_empty(), "no case picked");
    assert_none(&complaints(&picked, name, |case| judge(&ptrust, case)));
}

#[test]
fn ptrust_reads_ipv4() {
    check(|case| case.root == Root::Plain && !case.address.contains(':'));
}

#[test]
fn ptrust_reads_ipv6() {
    check(|case| case.root == Root::Plain && case.address.contains(':'));
}

#[test]
fn ptrust_reads_signed_branches() {
    check(|case| case.root == Root::Signed);
}
