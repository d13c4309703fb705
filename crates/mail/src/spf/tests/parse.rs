//! Records: what is one, what it says and where it is wrong.

use crate::spf::{
    CheckHost, Letter, MacroString, Record, Span, SpfErrorKind, TermKind, exercise, is_spf, read, resembles_spf,
};
use proptest::prelude::*;

/// The place and the kind of the first fault.
fn fault(text: &str) -> Option<(usize, SpfErrorKind)> {
    Record::parse(text.as_bytes()).err().map(|error| (error.at, error.kind))
}

/// What a record prints as.
fn printed(text: &str) -> String {
    Record::parse(text.as_bytes()).expect("a record").to_string()
}

#[test]
fn a_record_starts_with_its_version() {
    assert!(is_spf(b"v=spf1") && is_spf(b"V=SpF1 -all") && is_spf(b"v=spf1 "));
    for text in [&b" v=spf1 -all"[..], b"v=spf10", b"v=spf1\t-all", b"v=spf2.0/pra", b"\"v=spf1 -all\"", b"", b"v=spf"]
    {
        assert!(!is_spf(text));
        assert_eq!(read(text).expect_err("no record").kind, SpfErrorKind::NotSpf);
    }
    assert!(resembles_spf(b" v=spf1 -all") && resembles_spf(b"\"v=spf1 -all\"") && resembles_spf(b"v = spf1 -all"));
    assert!(resembles_spf(b"v=spf1\t-all"));
    assert!(!resembles_spf(b"v=spf1 -all") && !resembles_spf(b"v=DMARC1; p=none") && !resembles_spf(b""));
}

#[test]
fn records_print_in_normal_form() {
    let same = [
        "v=spf1",
        "v=spf1 -all",
        "v=spf1 a mx ptr ?all",
        "v=spf1 a:example.com/24//64 mx//48 -a/8 ~all",
        "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 include:_spf.example.com -all",
        "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{D2} redirect=%{d}",
        "v=spf1 a:%%%_%-.example.com exp=x.example.com other=%{t}",
        "v=spf1 ip4:192.0.2.1/24",
    ];
    for text in same {
        assert_eq!(printed(text), text);
    }
    assert_eq!(printed("V=SPF1  +A  IP4:192.0.2.1/32 -ALL "), "v=spf1 a ip4:192.0.2.1 -all");
    assert_eq!(printed("v=spf1 a:foo:bar/baz.example.com/24 Foo=x"), "v=spf1 a:foo:bar/baz.example.com/24 foo=x");
}

#[test]
fn faults_have_a_place_and_a_kind() {
    use SpfErrorKind as Kind;
    let cases = [
        ("v=spf1 a:192.0.2.1 -all", 9, Kind::AddressAsDomain),
        ("v=spf1 a:192.0.2.1/24 -all", 9, Kind::AddressAsDomain),
        ("v=spf1 ip4:192.0.2.256", 11, Kind::BadIp4),
        ("v=spf1 ip4:192.0.02.1", 11, Kind::BadIp4),
        ("v=spf1 ip4:2001:db8::1", 11, Kind::BadIp4),
        ("v=spf1 ip6:2001:db8", 11, Kind::BadIp6),
        ("v=spf1 ip4:192.0.2.0/33", 21, Kind::BadPrefix),
        ("v=spf1 ip4:192.0.2.0/024", 21, Kind::BadPrefix),
        ("v=spf1 ip4:192.0.2.0/", 21, Kind::BadPrefix),
        ("v=spf1 a/33", 9, Kind::BadPrefix),
        ("v=spf1 mx//129", 11, Kind::BadPrefix),
        ("v=spf1 a/", 8, Kind::BadPrefix),
        ("v=spf1 a\tmx", 8, Kind::ControlCharacter),
        ("v=spf1 redirect=a.example redirect=b.example", 26, Kind::DuplicateModifier),
        ("v=spf1 exp=a.example exp=b.example", 21, Kind::DuplicateModifier),
        ("v=spf1 include: -all", 15, Kind::EmptyDomain),
        ("v=spf1 a: -all", 9, Kind::EmptyDomain),
        ("v=spf1 exists:%{t}.example", 16, Kind::ExplanationMacro),
        ("v=spf1 exists:%{x}.example", 16, Kind::MacroLetter),
        ("v=spf1 exists:%{}.example", 16, Kind::MacroLetter),
        ("v=spf1 exists:a%.example", 15, Kind::MacroSyntax),
        ("v=spf1 exists:a.example%", 23, Kind::MacroSyntax),
        ("v=spf1 exists:%{d", 14, Kind::MacroSyntax),
        ("v=spf1 exists:%{d!}.example", 17, Kind::MacroSyntax),
        ("v=spf1 exists:%{d0}.example", 17, Kind::MacroZero),
        ("v=spf1 include -all", 14, Kind::MissingValue),
        ("v=spf1 ip4 -all", 10, Kind::MissingValue),
        ("v=spf1 1up=foo", 7, Kind::ModifierName),
        ("v=spf1 =all", 7, Kind::ModifierName),
        ("v=spf1 \u{2013}all", 7, Kind::NonAscii),
        ("v=spf1 include:localhost", 15, Kind::TopLabel),
        ("v=spf1 include:a.b_c", 17, Kind::TopLabel),
        ("v=spf1 include:a.-b.", 17, Kind::TopLabel),
        ("v=spf1 include:a.example/24", 24, Kind::UnexpectedPrefix),
        ("v=spf1 all/8", 10, Kind::UnexpectedPrefix),
        ("v=spf1 -redirect=a.example", 7, Kind::UnexpectedQualifier),
        ("v=spf1 all:x", 10, Kind::UnexpectedValue),
        ("v=spf1 -al", 8, Kind::UnknownMechanism),
        ("v=spf1 redirect:a.example", 7, Kind::UnknownMechanism),
        ("v=spf1 192.0.2.1", 7, Kind::UnknownMechanism),
        ("v=spf1 mx;", 7, Kind::UnknownMechanism),
    ];
    for (text, at, kind) in cases {
        assert_eq!(fault(text), Some((at, kind)), "{text}");
    }
    // A trailing dot is fine.
    assert_eq!(fault("v=spf1 include:a.example."), None);
}

#[test]
fn reading_goes_on_after_a_fault() {
    let text = b"v=spf1 ip4:1.2.3 include:_spf.example.com -al ~all";
    let reading = read(text).expect("a record");
    assert_eq!(reading.errors().map(|error| error.at).collect::<Vec<_>>(), [11, 43]);
    assert_eq!(reading.terms.iter().filter(|(_, term)| term.is_ok()).count(), 2);
    let (span, term) = &reading.terms[1];
    assert_eq!(span.of(text), b"include:_spf.example.com");
    assert_eq!(term.as_ref().expect("read").value.expect("a value").of(text), b"_spf.example.com");
    assert_eq!(reading.record().expect_err("faults").at, 11);
}

#[test]
fn carets_follow_what_is_shown() {
    assert_eq!(Span::new(7, 11).columns(b"v=spf1 -all"), (7, 4));
    assert_eq!(Span::new(8, 10).columns(b"v=spf1 \xffab"), (11, 2));
    assert_eq!(Span::new(7, 8).columns(b"v=spf1 \xffab"), (7, 4));
    assert_eq!(Span::new(90, 95).columns(b"v=spf1"), (6, 1));
}

#[test]
fn long_records_end() {
    let long = [b"v=spf1 ".as_slice(), &b"a".repeat(70_000)].concat();
    assert_eq!(read(&long).expect_err("too long").kind, SpfErrorKind::TooLong);
    let many = [b"v=spf1 ".as_slice(), &b"a ".repeat(30_000)].concat();
    assert_eq!(read(&many).expect_err("too many").kind, SpfErrorKind::TooLong);
    let full = format!("v=spf1 {}-all", "ip4:1.2.3.4 ".repeat(5_400));
    assert_eq!(Record::parse(full.as_bytes()).expect("fits").terms.len(), 5_401);
}

/// The examples of RFC 7208 section 7.4.
#[test]
fn macros_expand_as_in_the_rfc() {
    let cases = [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{c} %{h} %{r} %{t} %{p}", "192.0.2.3 mx.example.org unknown 7 unknown"),
        ("%{S}%%%_%-", "strong-bad%40email.example.com% %20"),
    ];
    let mut check = CheckHost::mail_from(
        "192.0.2.3".parse().expect("an address"),
        "strong-bad@email.example.com",
        "mx.example.org",
    );
    check.time = 7;
    let value = |letter| {
        Some(
            match letter {
                Letter::Address | Letter::Ip => "192.0.2.3",
                Letter::Domain | Letter::SenderDomain => "email.example.com",
                Letter::Helo => "mx.example.org",
                Letter::LocalPart => "strong-bad",
                Letter::Ptr | Letter::Receiver => "unknown",
                Letter::Sender => "strong-bad@email.example.com",
                Letter::Time => "7",
                Letter::Version => "in-addr",
            }
            .as_bytes()
            .to_vec(),
        )
    };
    let world = super::World::new();
    for (text, expected) in cases {
        let parsed = MacroString::parse_explanation(text.as_bytes()).expect("a macro string");
        assert_eq!(parsed.to_string(), text);
        assert_eq!(parsed.expand(&value).as_deref(), Some(expected.as_bytes()), "{text}");
        if !parsed.uses(Letter::Ptr) {
            let mut engine = crate::spf::engine::Engine::new(&check, &world);
            let Ok(expanded) = engine.expand(&parsed, &super::name("email.example.com")) else {
                panic!("nothing to ask")
            };
            assert_eq!(expanded.as_deref(), Some(expected.as_bytes()), "{text}");
        }
    }
}

#[test]
fn expansions_end() {
    let text = format!("v=spf1 exists:{}.example", "%{s}".repeat(10_000));
    let record = Record::parse(text.as_bytes()).expect("a record");
    let TermKind::Directive(directive) = &record.terms[0].kind else { panic!("a directive") };
    let crate::spf::Mechanism::Exists(spec) = &directive.mechanism else { panic!("exists") };
    assert_eq!(spec.expand(&|_| Some(vec![b'x'; 300])), None);
}

/// Records and near records.
fn term() -> impl Strategy<Value = String> {
    let values = "(:|=|/|//)?(%\\{[slodipvhcrtSX]?[0-9]{0,3}r?[-.+,/_=]{0,2}\\}|%[%_-]|[a-z0-9._:-]|\\.example){0,6}(/[0-9]{1,3})?";
    let names = "(a|mx|ptr|all|include|exists|ip4|ip6|redirect|exp|x)";
    ("[-+?~]?", names, values).prop_map(|(qualifier, name, value)| format!("{qualifier}{name}{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        exercise(&bytes);
        exercise(&[b"v=spf1 ", bytes.as_slice()].concat());
    }

    #[test]
    fn near_records_are_survived(terms in prop::collection::vec(term(), 0..12)) {
        exercise(format!("v=spf1 {}", terms.join(" ")).as_bytes());
    }

    #[test]
    fn good_terms_are_survived(terms in prop::collection::vec(prop::sample::select(&[
        "a", "mx", "ptr", "a:b.example/24", "mx:%{d}//64", "include:%{l}.b.example", "include:b.example", "ip4:10.0.0.0/8",
        "ip4:192.0.2.1", "ip6:::/0", "-all", "redirect=%{d2r}.c.example", "exp=e.example", "exists:%{i}.x.example", "-ip4:10.1.0.0/16",
        "?include:c.example", "x=%{s}", "exists:x.example", "ip6:2001:db8::1",
    ][..]), 0..14)) {
        exercise(format!("v=spf1 {}", terms.join(" ")).as_bytes());
    }
}
