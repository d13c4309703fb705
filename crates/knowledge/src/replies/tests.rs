//! Tests of the reply table

use regex::RegexBuilder;

use super::*;

#[test]
fn every_regex_compiles_and_ids_are_unique() {
    let mut ids: Vec<&str> = rules().iter().map(|r| r.id.as_str()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for r in rules() {
        let regex = RegexBuilder::new(&r.regex).case_insensitive(true).dot_matches_new_line(true).build();
        assert!(regex.is_ok(), "{}", r.id);
        assert!(!regex.is_ok_and(|re| re.is_match("")), "{} matches everything", r.id);
        assert!(cause(&r.cause).is_some(), "{}: no cause {}", r.id, r.cause);
    }
}

#[test]
fn every_sample_hits_its_own_rule_first() {
    for r in rules() {
        assert_eq!(explain(&r.sample).map(|hit| hit.id.as_str()), Some(r.id.as_str()));
    }
}

#[test]
fn continuation_lines_are_joined() {
    let lines = "550-5.7.25 [203.0.113.5] The IP address sending this\r\n550-5.7.25 message does not have a PTR record\r\n\
                 550 5.7.25 setup";
    assert_eq!(
        join(lines),
        "550-5.7.25 [203.0.113.5] The IP address sending this message does not have a PTR record setup"
    );
    assert_eq!(explain(lines).map(|r| r.id.as_str()), Some("gmail-ptr-block"));
    let quoted = "> 450 4.7.1 Client host rejected: cannot find\n> your reverse\n> hostname, [203.0.113.5]";
    assert_eq!(explain(quoted).map(|r| r.id.as_str()), Some("postfix-reverse-missing"));
    let cut =
        "554-web.de Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR\n554-resource record.";
    assert_eq!(explain(cut).map(|r| r.id.as_str()), Some("ui-rdns"));
    let dsn = "host mx.example [192.0.2.1] said: 550-5.7.25 [203.0.113.5] The IP address sending this message does not \
               have a PTR 550-5.7.25 record setup, or 550 5.7.25 more (in reply to end of DATA command)";
    assert_eq!(explain(dsn).map(|r| r.id.as_str()), Some("gmail-ptr-block"));
}

#[test]
fn other_text_explains_nothing() {
    for text in ["", "\n", "250 OK", "hello", "550", "550-", "550-5.7.", "\u{e9}\u{e9}", "55\u{e9}"] {
        assert_eq!(explain(text), None, "{text:?}");
    }
    let long = "\u{20ac}".repeat(1_000_000);
    assert_eq!(explain(&long), None);
    assert_eq!(explain(&"550-".repeat(100_000)), None);
}
