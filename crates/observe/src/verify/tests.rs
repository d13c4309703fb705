use super::*;
use ptrust_names::{Absence, AbsenceKind, Cause, CharString, Data, Name, Observed, Record, RecordType, Records};
use std::collections::BTreeMap;

/// The message of RFC 8463 A.3, signed twice.
const RFC8463: &str = include_str!("samples/rfc8463.eml");
/// The message of RFC 6376 A.2.
const RFC6376: &str = include_str!("samples/rfc6376.eml");

/// A message that a list sealed, made with dkimpy.
const ARC: &str = include_str!("samples/arc.eml");

/// The keys of both standards, and that of the list.
const KEYS: [(&str, &str); 4] = [
    ("brisbane._domainkey.football.example.com", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
    (
        "test._domainkey.football.example.com",
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ),
    (
        "brisbane._domainkey.example.com",
        "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB",
    ),
    (
        "arc._domainkey.example.org",
        "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA/xVr2uwk7Vya6v+srG4mqD5xBeiUhkxwPqUvGawhptGDRF0wzpiWmuwt2FuUBycnEgnxDLbudNKFPMaU0DW7ee85v5RJkkIrvzxS1esNM6SsYoVWa22eWc6KOBVy7ZCYUpAMuTmZ4R8+M7rapuVFAXt4a6/837GWl3SE/8VOAdKLHR5CC8IdVbL7DBe/b5h2JbRvFE09j0MytliB2/cLtGWxZE0llfNTWBoGTX4O2rfhKgFro4m4ukWR9wHIt6Q6Q282XWEWidhdpYQbFvtytKHBo63db2+ETPyovfcdMm/pYXZDGj4gTDWXyu5Fxa2sN2Axa5r+UdK5HZSntr6yowIDAQAB",
    ),
];

/// Answers to the questions for keys.
type Keys = BTreeMap<Question, Observed<Records>>;

/// A name's question.
fn txt(name: &str) -> Question {
    Question::new(name.parse().expect("a name"), RecordType::TXT)
}

/// An answer of one text.
fn text(name: &str, text: &str) -> Observed<Records> {
    let owner: Name = name.parse().expect("a name");
    let strings = text.as_bytes().chunks(255).map(|part| CharString(part.to_vec())).collect();
    Observed::Present(Records { aliases: Vec::new(), set: vec![Record { owner, ttl: 300, data: Data::Txt(strings) }] })
}

/// The keys of both standards.
fn keys() -> Keys {
    KEYS.iter().map(|(name, key)| (txt(name), text(name, key))).collect()
}

/// The time of the examples.
fn then() -> Timestamp {
    "2018-06-11T00:00:00Z".parse().expect("a time")
}

/// What comes of the signatures of a message.
fn outcomes(message: &str, keys: &Keys) -> Vec<SignatureOutcome> {
    let verified = verify(message.as_bytes(), keys, then(), then());
    verified.signatures.into_iter().map(|one| one.outcome).collect()
}

#[test]
fn the_examples_of_the_standards_verify() {
    assert_eq!(outcomes(RFC8463, &keys()), [SignatureOutcome::Pass, SignatureOutcome::Pass]);
    assert_eq!(outcomes(RFC6376, &keys()), [SignatureOutcome::Pass]);
    // As a file of a mailbox has it, and as SMTP carries it.
    let mailbox = format!("\n\nFrom joe@football.example.com Fri Jul 11 21:00:37 2003\n{RFC8463}");
    assert_eq!(outcomes(&mailbox, &keys()), [SignatureOutcome::Pass, SignatureOutcome::Pass]);
    assert_eq!(outcomes(&RFC6376.replace('\n', "\r\n"), &keys()), [SignatureOutcome::Pass]);
}

#[test]
fn keys_are_asked_for_once() {
    let asked: Vec<_> = key_questions(RFC8463.as_bytes()).into_iter().collect();
    assert_eq!(asked, [txt(KEYS[0].0), txt(KEYS[1].0)]);
    assert!(key_questions(b"no message").is_empty());
}

#[test]
fn changes_are_told_apart() {
    use SignatureFailure::{BodyHash, Header};
    let fail = |failure: SignatureFailure| vec![SignatureOutcome::Fail(failure)];
    assert_eq!(outcomes(&RFC6376.replace("game.", "match."), &keys()), fail(BodyHash));
    assert_eq!(outcomes(&RFC6376.replace("dinner", "supper"), &keys()), fail(Header));
    // Relaxed forms forgive white space, simple ones nothing.
    let spaced = |message: &str| message.replace("Subject: Is", "Subject:   Is");
    assert_eq!(outcomes(&spaced(RFC6376), &keys()), fail(Header));
    assert!(outcomes(&spaced(RFC8463), &keys()).iter().all(SignatureOutcome::is_pass));
    let (head, _) = RFC6376.split_once("\n\n").expect("a body");
    assert_eq!(outcomes(head, &keys()), [SignatureOutcome::Unknown(SignatureGap::NoBody)]);
}

#[test]
fn keys_decide() {
    let name = KEYS[2].0;
    let with = |answer: Observed<Records>| {
        let mut keys = keys();
        keys.insert(txt(name), answer);
        outcomes(RFC6376, &keys).remove(0)
    };
    let fail = SignatureOutcome::Fail;
    let absent = Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa: None });
    assert_eq!(with(absent), fail(SignatureFailure::KeyMissing));
    assert_eq!(with(Observed::Unknown(Cause::Timeout)), SignatureOutcome::Unknown(SignatureGap::Key(Cause::Timeout)));
    assert_eq!(with(text(name, "v=DKIM1; p=")), fail(SignatureFailure::KeyRevoked));
    assert_eq!(with(text(name, "v=spf1 -all")), fail(SignatureFailure::KeyMissing));
    assert_eq!(with(text(name, KEYS[0].1)), fail(SignatureFailure::KeyType));
    assert_eq!(with(text(name, KEYS[1].1)), fail(SignatureFailure::Header));
    assert!(matches!(with(text(name, "v=DKIM1; p=AAAA")), SignatureOutcome::Fail(SignatureFailure::Key(_))));
    // i= is below the domain, which t=s does not allow.
    assert_eq!(with(text(name, &KEYS[2].1.replace("v=DKIM1;", "v=DKIM1; t=s;"))), fail(SignatureFailure::Identity));
}

#[test]
fn expiry_is_judged_by_when_the_message_came() {
    let message = RFC6376.replace("q=dns/txt;", "q=dns/txt; x=1000000000;");
    let at = |time: &str| time.parse::<Timestamp>().expect("a time");
    let early = verify(message.as_bytes(), &keys(), at("2001-09-08T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    // The tag is signed, so the header no longer fits; but not for being late.
    assert_eq!(early.signatures[0].outcome, SignatureOutcome::Fail(SignatureFailure::Header));
    assert!(early.signatures[0].expired_since);
    let late = verify(message.as_bytes(), &keys(), at("2001-09-10T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    assert_eq!(late.signatures[0].outcome, SignatureOutcome::Fail(SignatureFailure::Expired));
}

#[test]
fn hostile_messages_end_quickly() {
    let many = "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=a; h=from; l=7; bh=AAAA; b=AAAA\n".repeat(5_000);
    let message = format!("{many}From: a@example.com\n\n{}", "x".repeat(1 << 20));
    let verified = verify(message.as_bytes(), &keys(), then(), then());
    assert_eq!((verified.signatures.len(), verified.not_looked_at > 0), (MAX_VERIFIED, true));
    let names = format!(":{}", (0..20_000).map(|number| format!("x{number}")).collect::<Vec<_>>().join(":"));
    let wide =
        format!("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=a; h=from{names}; bh=AAAA; b=AAAA\nFrom: a\n\n");
    assert!(matches!(outcomes(&wide, &keys())[..], [SignatureOutcome::Fail(SignatureFailure::Field(_))]));
}

#[test]
fn chains_are_verified_or_told() {
    let arc = |text: &str| verify(text.as_bytes(), &keys(), then(), then()).arc;
    assert_eq!(arc(ARC), Some(ArcOutcome::Pass));
    let fail = |words: &str| Some(ArcOutcome::Fail(words.into()));
    assert_eq!(arc(&ARC.replace("Hello, list", "Hello")), fail("the body was changed after the last set was added"));
    assert_eq!(arc(&ARC.replace("Subject: Hello", "Subject: Hi")), fail("a seal or signature does not verify"));
    let unknown =
        verify(ARC.as_bytes(), &Keys::from([(txt(KEYS[3].0), Observed::Unknown(Cause::Timeout))]), then(), then());
    assert_eq!(unknown.arc, Some(ArcOutcome::Unknown("a key is not known: no answer".into())));
    assert_eq!(unknown.signatures, []);
    assert_eq!(arc(RFC6376), None);
    let seal = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.com; s=brisbane; b=AAAA\n";
    assert!(matches!(arc(&format!("{seal}{RFC6376}")), Some(ArcOutcome::Fail(_))));
}
