//! Checks and judgements by hand, so that these tests do not change with the catalogue.

use crate::situations::{self as s, at};
use ptrust_checks::{Authority, Check, Confidence, Evidence, Failure, Judged, Judgement, Remedy, Severity, Who};
use ptrust_facts::{Facts, Need};
use ptrust_names::Cause;
use ptrust_report::Report;

/// A judge that is never asked: judgements are given by the test.
fn unasked(_: &Facts) -> Judgement {
    Judgement::NotApplicable
}

/// A check of the tests' own.
const fn check(id: &'static str, title: &'static str, severity: Severity, who: Who) -> Check {
    Check {
        id,
        title,
        severity,
        confidence: Confidence::Proven,
        authority: Authority::Standard("RFC 8601 3"),
        who,
        since: "0.1.0",
        needs: &[Need::Ptr],
        page: "# Title\n\n## What it checks\n\nThe first\nparagraph.\n\n## Why it matters\n\nText.\n",
        judge: ptrust_checks::Judge::Address(unasked),
    }
}

pub(crate) static MISMATCH: Check =
    check("fcrdns-mismatch", "The PTR name leads to another address", Severity::Error, Who::NameOwner);
static DELEGATION: Check =
    check("delegation-missing", "No reverse zone is delegated to the holder", Severity::Error, Who::AddressHolder);
static LAME: Check = check(
    "delegation-lame",
    "The name servers of the reverse zone do not serve it",
    Severity::Error,
    Who::AddressHolder,
);
static PTR: Check = check("ptr-missing", "The address has no PTR record", Severity::Error, Who::ZoneOperator);
static SPECIAL: Check =
    check("address-special-use", "The address is not reachable from the internet", Severity::Error, Who::MailOperator);
static PARTLY: Check = check(
    "delegation-partly-lame",
    "Some name servers of the reverse zone do not serve it",
    Severity::Warning,
    Who::ZoneOperator,
);
pub(crate) static SINGLE: Check = check(
    "delegation-single-nameserver",
    "The reverse zone depends on one name server or one network",
    Severity::Notice,
    Who::ZoneOperator,
);

/// One piece of evidence.
pub(crate) fn evidence(asked: &str, server: &str, answer: &str) -> Evidence {
    Evidence { asked: asked.into(), server: server.into(), answer: answer.into(), at: at() }
}

/// A check that failed.
pub(crate) fn failed(check: &'static Check, failure: Failure) -> Judged {
    Judged { check, severity: check.severity, judgement: Judgement::fail(failure) }
}

/// A check with any other judgement.
pub(crate) fn other(check: &'static Check, judgement: Judgement) -> Judged {
    Judged { check, severity: check.severity, judgement }
}

/// A failure.
fn failure(subject: &str, explanation: &str, evidence: Vec<Evidence>, steps: &[&str], records: &[&str]) -> Failure {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Failure {
        subject: subject.into(),
        explanation: explanation.into(),
        evidence,
        remedy: Remedy { steps: lines(steps), records: lines(records) },
    }
}

/// The notice that most situations also have.
fn single() -> Judged {
    failed(
        &SINGLE,
        failure(
            "113.0.203.in-addr.arpa",
            "All name servers of 113.0.203.in-addr.arpa are in 192.0.2.0/24.",
            vec![evidence("113.0.203.in-addr.arpa SOA", "ns1.example.net (192.0.2.1)", "NOERROR AA")],
            &["Set up a second name server in another network."],
            &[],
        ),
    )
}

/// Everything is right.
pub(crate) fn good() -> Report {
    let judged = vec![other(&MISMATCH, Judgement::Pass), other(&PTR, Judgement::Pass), single()];
    Report::from_judged(&s::good(), judged)
}

/// The failure of the mismatch.
pub(crate) fn mismatch_failure() -> Failure {
    failure(
        "mail.example.com",
        "The PTR of 203.0.113.25 is mail.example.com, and that name has the address 203.0.113.99 only.",
        vec![
            evidence("mail.example.com A", "ns1.example.com (192.0.2.9)", "A 203.0.113.99"),
            evidence("mail.example.com A", "ns2.example.com (192.0.2.10)", "A 203.0.113.99"),
        ],
        &["Add the address of the sending host to the name."],
        &["mail.example.com. 3600 IN A 203.0.113.25"],
    )
}

/// The name leads to another address.
pub(crate) fn mismatch() -> Report {
    let judged = vec![
        other(&DELEGATION, Judgement::Pass),
        other(&SPECIAL, Judgement::NotApplicable),
        single(),
        other(&PARTLY, Judgement::inconclusive("the addresses of ns3.example.net", Cause::Timeout)),
        failed(&MISMATCH, mismatch_failure()),
    ];
    Report::from_judged(&s::mismatch(), judged)
}

/// APNIC's zone denies the name.
pub(crate) fn missing_delegation() -> Report {
    let failure = failure(
        "203.in-addr.arpa",
        "The servers of 203.in-addr.arpa deny the name and refer to nobody.",
        vec![evidence(
            "25.113.0.203.in-addr.arpa PTR",
            "ns1.apnic.net (203.119.86.101)",
            "NXDOMAIN, SOA of 203.in-addr.arpa",
        )],
        &["Set up the zone on two name servers.", "Then register them at APNIC."],
        &[],
    );
    Report::from_judged(&s::missing_delegation(), vec![failed(&DELEGATION, failure)])
}

/// The holder's servers do not serve the zone.
pub(crate) fn lame() -> Report {
    let seen = vec![
        evidence("113.0.203.in-addr.arpa SOA", "ns1.example.net (192.0.2.1)", "REFUSED"),
        evidence("113.0.203.in-addr.arpa SOA", "ns2.example.net (192.0.2.2)", "no answer in 3 tries, TCP 1"),
    ];
    let failure = failure(
        "113.0.203.in-addr.arpa",
        "None of the servers listed for the zone answers for it.",
        seen,
        &["Load the zone on the servers, or register others."],
        &[],
    );
    Report::from_judged(&s::lame(), vec![failed(&LAME, failure)])
}

/// The address has no PTR; for the IPv6 one the record needs two lines.
pub(crate) fn ptr_missing(facts: &Facts) -> Report {
    let owner = facts.ptr_question().name;
    let failure = failure(
        &owner.to_string(),
        &format!("{} has no PTR record.", facts.target.address),
        vec![evidence(&format!("{owner} PTR"), "ns1.example.net (192.0.2.1)", "NXDOMAIN")],
        &["Publish the record below."],
        &[&format!("{owner}. 3600 IN PTR mail.example.com.")],
    );
    Report::from_judged(facts, vec![failed(&PTR, failure)])
}

/// An address of a private network.
pub(crate) fn special_use() -> Report {
    let failure = failure(
        "10.1.2.3",
        "10.1.2.3 lies in 10.0.0.0/8, which no receiver can reach.",
        vec![evidence("10.1.2.3", "given", "10.0.0.0/8 Private-Use (RFC 1918)")],
        &["Check the public address that the mail leaves from."],
        &[],
    );
    Report::from_judged(&s::special_use(), vec![failed(&SPECIAL, failure)])
}

/// Silence everywhere below the registry.
pub(crate) fn silence() -> Report {
    let open = |check| other(check, Judgement::inconclusive("the PTR of 203.0.113.25", Cause::Timeout));
    Report::from_judged(&s::silence(), vec![open(&PARTLY), open(&PTR), open(&MISMATCH), open(&LAME)])
}

/// An alias into the customer's own zone, one of whose servers is lame.
pub(crate) fn classless() -> Report {
    let failure = failure(
        "0-127.113.0.203.in-addr.arpa",
        "One of two servers of the zone does not serve it.",
        vec![evidence("0-127.113.0.203.in-addr.arpa SOA", "ns.elsewhere.example (198.51.100.7)", "NOERROR without AA")],
        &["Load the zone on that server too."],
        &[],
    );
    Report::from_judged(&s::classless(), vec![failed(&PARTLY, failure)])
}

/// All of them.
pub(crate) fn all() -> Vec<Report> {
    vec![
        good(),
        mismatch(),
        missing_delegation(),
        lame(),
        ptr_missing(&s::ptr_missing()),
        special_use(),
        silence(),
        classless(),
        ptr_missing(&s::ptr_missing_v6()),
    ]
}
