//! Writes the seeds that are not text: DNS messages, names in wire form, answers to hellos, sessions behind the octets
//! that say how they go, packed logos, certificates. `cargo run -p ptrust-fuzz --example seeds`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ptrust_fuzz::corpus_folder;
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::wire::{self, Flags};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use std::io::Write;

/// A pointer to the question's name.
const AT_QUESTION: &[u8] = &[0xc0, 12];
/// Header flags of an authoritative reply.
const AA: u16 = 0x8400;
/// OPT.
const OPT: u16 = 41;

/// A message under construction.
struct Message {
    octets: Vec<u8>,
}

impl Message {
    /// A reply to a question, with these counts of records.
    fn reply(name: &str, rtype: RecordType, flags: u16, counts: [u16; 3]) -> Self {
        let name = name.parse().expect("a name");
        let query = wire::query(&Question::new(name, rtype), 0x1234, Flags { plain: true, ..Flags::default() });
        let mut octets = query;
        let [answer, authority, additional] = counts.map(u16::to_be_bytes);
        octets.splice(2..4, flags.to_be_bytes());
        octets.splice(6..12, [answer, authority, additional].concat());
        Self { octets }
    }

    /// Adds a record.
    fn record(mut self, owner: &[u8], rtype: u16, rdata: &[u8]) -> Self {
        self.octets.extend(owner);
        self.octets.extend(rtype.to_be_bytes());
        self.octets.extend([0, 1, 0, 0, 14, 16]);
        self.octets.extend(u16::try_from(rdata.len()).unwrap_or(0).to_be_bytes());
        self.octets.extend(rdata);
        self
    }

    /// Adds an OPT record with options.
    fn opt(mut self, high_rcode: u8, version: u8, options: &[u8]) -> Self {
        self.octets.extend([0, 0, 41, 4, 208, high_rcode, version, 0x80, 0]);
        self.octets.extend(u16::try_from(options.len()).unwrap_or(0).to_be_bytes());
        self.octets.extend(options);
        self
    }
}

/// A name in wire form.
fn wire_of(name: &str) -> Vec<u8> {
    name.parse::<Name>().expect("a name").wire().to_vec()
}

/// An extended DNS error.
fn ede(code: u16, text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len() + 2).unwrap_or(0);
    [&15u16.to_be_bytes(), &length.to_be_bytes(), &code.to_be_bytes(), text].concat()
}

/// SOA data.
fn soa() -> Vec<u8> {
    let mut rdata = wire_of("ns1.example.net");
    rdata.extend(wire_of("hostmaster.example.net"));
    for number in [2_026_100_101u32, 7200, 3600, 1_209_600, 300] {
        rdata.extend(number.to_be_bytes());
    }
    rdata
}

/// The DNS messages.
fn messages() -> Vec<(&'static str, Vec<u8>)> {
    const PTR: &str = "25.113.0.203.in-addr.arpa";
    let ptr = |flags, counts| Message::reply(PTR, RecordType::PTR, flags, counts);
    let host = wire_of("mail.example.com");
    let number = |rtype: RecordType| rtype.0;
    let mut seeds = vec![
        ("ptr", ptr(AA, [1, 0, 1]).record(AT_QUESTION, 12, &host).opt(0, 0, &[])),
        (
            "ptr-many",
            (0..30).fold(ptr(AA, [30, 0, 0]), |message, index| {
                message.record(AT_QUESTION, 12, &wire_of(&format!("host{index}.example.com")))
            }),
        ),
        ("query", ptr(0x0100, [0, 0, 1]).opt(0, 0, &[])),
        (
            "referral",
            Message::reply(PTR, RecordType::PTR, 0x8000, [0, 2, 3])
                // 113.0.203.in-addr.arpa, by a pointer into the question.
                .record(&[0xc0, 15], 2, &wire_of("ns1.example.net"))
                .record(&[0xc0, 15], 2, &wire_of("ns2.example.net"))
                .record(&wire_of("ns1.example.net"), 1, &[203, 0, 113, 2])
                .record(&wire_of("ns1.example.net"), 28, &[0x20; 16])
                .opt(0, 0, &[]),
        ),
        ("referral-up", ptr(0x8000, [0, 1, 0]).record(&[0], 2, &wire_of("a.root-servers.net"))),
        ("nxdomain", ptr(AA | 3, [0, 1, 0]).record(&[0xc0, 15], 6, &soa())),
        ("nodata", ptr(AA, [0, 1, 0]).record(&[0xc0, 15], 6, &soa())),
        ("nodata-foreign-soa", ptr(AA, [0, 1, 0]).record(&wire_of("example.org"), 6, &soa())),
        (
            "classless",
            ptr(AA, [2, 0, 0]).record(AT_QUESTION, 5, &wire_of("25.0/25.113.0.203.in-addr.arpa")).record(
                &wire_of("25.0/25.113.0.203.in-addr.arpa"),
                12,
                &host,
            ),
        ),
        ("cname-only", ptr(AA, [1, 0, 0]).record(AT_QUESTION, 5, &wire_of("25.rev.example.com"))),
        (
            "cname-and-ptr",
            ptr(AA, [2, 0, 0]).record(AT_QUESTION, 5, &wire_of("25.rev.example.com")).record(AT_QUESTION, 12, &host),
        ),
        ("cname-self", ptr(AA, [1, 0, 0]).record(AT_QUESTION, 5, AT_QUESTION)),
        (
            "cname-loop",
            ptr(AA, [2, 0, 0]).record(AT_QUESTION, 5, &wire_of("a.example")).record(
                &wire_of("a.example"),
                5,
                AT_QUESTION,
            ),
        ),
        (
            "cname-chain",
            (0..12).fold(ptr(AA, [13, 0, 0]).record(AT_QUESTION, 5, &wire_of("a0.example")), |message, index| {
                let (from, to) = (format!("a{index}.example"), format!("a{}.example", index + 1));
                message.record(&wire_of(&from), 5, &wire_of(&to))
            }),
        ),
        (
            "dname",
            ptr(AA, [3, 0, 0])
                .record(&[0xc0, 15], 39, &wire_of("rev.example.com"))
                .record(AT_QUESTION, 5, &wire_of("25.rev.example.com"))
                .record(&wire_of("25.rev.example.com"), 12, &host),
        ),
        ("dname-grows", ptr(AA, [1, 0, 0]).record(&[0xc0, 15], 39, &wire_of("25.a.113.0.203.in-addr.arpa"))),
        ("dname-overlong", ptr(AA, [1, 0, 0]).record(&[0xc0, 15], 39, &wire_of(&["abcdefghi"; 25].join(".")))),
        ("pointer-self", ptr(AA, [1, 0, 0]).record(&[0xc0, 43], 12, &[0xc0, 43])),
        ("pointer-loop", ptr(AA, [1, 0, 0]).record(AT_QUESTION, 12, &[0xc0, 57, 0xc0, 55])),
        ("pointer-forward", ptr(AA, [1, 0, 0]).record(&[0xc0, 200], 12, &host)),
        ("pointer-in-header", ptr(AA, [1, 0, 0]).record(&[0xc0, 2], 12, &[0xc0, 0])),
        ("counts-huge", ptr(AA, [0xffff, 0xffff, 0xffff]).record(AT_QUESTION, 12, &host)),
        ("counts-none", ptr(AA, [0, 0, 0]).record(AT_QUESTION, 12, &host)),
        ("truncated", ptr(AA | 0x0200, [2, 0, 0]).record(AT_QUESTION, 12, &host)),
        ("long-rdata", ptr(AA, [1, 0, 0]).record(AT_QUESTION, 12, &[host.as_slice(), &[0; 9]].concat())),
        ("short-a", Message::reply("a.example", RecordType::A, AA, [1, 0, 0]).record(AT_QUESTION, 1, &[192, 0, 2])),
        (
            "aaaa",
            Message::reply("mail.example.com", RecordType::AAAA, AA, [1, 0, 0]).record(
                AT_QUESTION,
                28,
                &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25],
            ),
        ),
        (
            "mx-txt",
            Message::reply("example.com", RecordType::TXT, AA, [2, 1, 0])
                .record(AT_QUESTION, 16, b"\x0bv=spf1 -all\x06\x1b[31m\xff")
                .record(AT_QUESTION, 16, b"\x00")
                .record(AT_QUESTION, 15, &[&[0, 10], host.as_slice()].concat()),
        ),
        (
            "hostile-names",
            ptr(AA, [3, 0, 0])
                .record(AT_QUESTION, 12, &wire_of("\\027[31mred.example"))
                .record(AT_QUESTION, 12, &wire_of("<script>alert\\(1\\)</script>.example"))
                .record(AT_QUESTION, 12, &wire_of("a\\.b\\000\\255.example")),
        ),
        (
            "signed",
            ptr(AA, [2, 1, 0])
                .record(AT_QUESTION, 12, &host)
                .record(
                    AT_QUESTION,
                    46,
                    &[[0, 12, 13, 5].as_slice(), &[0; 14], &wire_of("203.in-addr.arpa"), &[7; 64]].concat(),
                )
                .record(AT_QUESTION, 43, &[0, 1, 13, 2, 9, 9]),
        ),
        ("opt-badvers", ptr(0x8000, [0, 0, 1]).opt(1, 1, &[])),
        ("opt-twice", ptr(0x8000, [0, 0, 2]).opt(1, 0, &[]).opt(0xff, 0, &[])),
        ("opt-broken", ptr(0x8002, [0, 0, 1]).opt(0, 0, &[0, 15, 0, 40, 0])),
        ("ede", ptr(0x8002, [0, 0, 1]).opt(0, 0, &ede(22, b"at delegation example.net."))),
        (
            "ede-hostile",
            ptr(0x8002, [0, 0, 1]).opt(
                0,
                0,
                &[ede(9, b"\x1b]0;x\x07\xe2\x80\xae\xff"), ede(0xffff, b""), ede(6, &[b'x'; 300])].concat(),
            ),
        ),
        ("ttl-top-bit", {
            let mut message = ptr(AA, [1, 0, 0]).record(AT_QUESTION, 12, &host);
            // TTL behind question, owner, type and class.
            let at = message.octets.len() - host.len() - 6;
            message.octets.splice(at..at + 4, [0x80, 0, 0, 1]);
            message
        }),
        ("class-chaos", {
            let mut message = ptr(AA, [1, 0, 0]).record(AT_QUESTION, 12, &host);
            let at = message.octets.len() - host.len() - 7;
            message.octets.splice(at..=at, [3]);
            message
        }),
        ("opt-in-answer", ptr(AA, [1, 0, 0]).record(&[0], OPT, &[])),
        ("unknown-type", ptr(AA, [1, 0, 0]).record(AT_QUESTION, 65_280, b"\x00\xffdata")),
        (
            "huge-set",
            (0..1_100u16).fold(Message::reply("a.example", RecordType::A, AA, [1_100, 0, 0]), |message, index| {
                let [high, low] = index.to_be_bytes();
                message.record(AT_QUESTION, number(RecordType::A), &[10, 0, high, low])
            }),
        ),
    ];
    let mut empty = ptr(0x8005, [0, 0, 0]);
    empty.octets.splice(4..6, [0, 0]);
    empty.octets.truncate(12);
    seeds.push(("refused-without-question", empty));
    seeds.into_iter().map(|(name, message)| (name, message.octets)).collect()
}

/// Scripts of the walk: plan, pace, then what the servers say (`src/walk/internet.rs`).
fn walks() -> Vec<(&'static str, Vec<u8>)> {
    // Time, kind, then what the kind reads: depth and count of a referral; each name with its kind, and glue.
    let down = |depth: u8| vec![1, 1, depth, 0, 2, 5, 3, 1, 9, 0];
    let answer = vec![1, 5, 0, 6, 0, 0, 60];
    let path = [down(0), down(1), down(2), down(3), answer.clone()].concat();
    let seed = |plan: u8, pace: u8, script: &[u8]| [&[plan, pace], script].concat();
    vec![
        ("path", seed(0, 1, &path)),
        ("path-answer", seed(1, 1, &path)),
        ("path-v6-forward", seed(2 | 8, 1, &path)),
        ("path-chain", seed(2 | 4, 1, &path)),
        ("one-label-at-a-time", seed(0, 5, &[down(0), down(1), down(2), down(3), down(4), down(5)].concat())),
        ("nibble-by-nibble", seed(8, 0, &(0..34).flat_map(down).collect::<Vec<_>>())),
        ("glueless-thousand", seed(0, 0, &[1, 4, 3, 9])),
        ("glueless-in-glueless", seed(0, 0, &[1, 1, 2, 3, 4, 5, 0, 4, 6, 0, 4, 7, 0, 4, 8, 0])),
        ("own-child-glueless", seed(0, 0, &[1, 1, 3, 2, 4, 1, 2, 0, 4, 2, 3, 0, 4, 3, 5, 0])),
        ("upward", seed(0, 1, &[&down(0), &[1, 14, 0, 0, 0, 4, 1, 0][..]].concat())),
        ("self-referral", seed(0, 1, &[&down(2), &[1, 1, 2, 0, 2, 5, 3, 1, 9, 0][..]].concat())),
        ("nxdomain", seed(0, 1, &[&down(0), &down(2), &[1, 6, 3, 0, 4, 0, 0, 4, 1][..]].concat())),
        ("nodata", seed(0, 1, &[&down(0), &[1, 7, 3, 0, 4, 0, 0, 4, 1][..]].concat())),
        ("cname-each-time", seed(3, 0, &[1, 8, 0, 4, 2, 3, 1])),
        ("cname-chain", seed(0, 0, &[&down(1), &[1, 8, 11, 6, 2, 3, 1, 6, 2, 3, 2, 6, 2, 3, 3][..]].concat())),
        ("dname-grows", seed(0, 0, &[1, 9, 3, 6, 5, 4, 20, b'a', b'b', b'c'])),
        ("huge-sets", seed(0, 0, &[&down(0), &[1, 15, 19, 6, 0, 0, 60][..]].concat())),
        ("silence", seed(0, 1, &[1, 12, 7])),
        ("refused", seed(0, 1, &[&down(0), &[1, 11, 5, 1, 12, 1, 1, 12, 0][..]].concat())),
        ("truncated", seed(0, 20, &[1, 13])),
        ("formerr", seed(0, 1, &[1, 11, 1, 1, 11, 4])),
        (
            "raw",
            seed(
                0,
                1,
                &[&down(0), &[1, 0, 0x84, 0, 1, 1, 1, 40, 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12][..]]
                    .concat(),
            ),
        ),
        ("slow", seed(2, 255, &path)),
        ("roots-made-up", seed(16, 1, &path)),
        ("chain-of-anything", seed(4 | 2, 0, &[1, 10, 4, 1, 8, 0, 10, 10, 0, 0, 1, 12, 1, 13, 6, 0])),
        ("signed", seed(32 | 4 | 2, 0, &[0])),
        ("signed-v6-denied", seed(32 | 4 | 8, 0, &[1, 2])),
        ("signed-damaged", seed(32 | 4, 0, &[0, 0, 0, 5, 0, 90, 7, 3, 0, 0, 0, 0, 5, 0, 40, 255, 1, 0, 0])),
        ("signed-cut", seed(32 | 4 | 2, 0, &[0, 0, 0, 0, 0, 0, 0, 5, 1, 3, 0, 0, 0, 0, 6, 0, 99, 9, 2, 1, 1, 1, 1])),
        ("everything", seed(2 | 4, 3, &(0..=255).collect::<Vec<u8>>())),
    ]
}

/// Names in wire form, and what comes near.
fn names() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("wire", wire_of("mail.example.com")),
        ("wire-upper", b"\x04MAIL\x07EXAMPLE\x03COM\x00".to_vec()),
        ("wire-root", vec![0]),
        ("wire-long-label", [&[64], [b'a'; 64].as_slice(), &[0]].concat()),
        ("wire-longest", wire_of(&["a"; 127].join("."))),
        ("wire-pointer", b"\x04mail\xc0\x0c".to_vec()),
        ("wire-early-end", b"\x04mai".to_vec()),
        ("wire-dots-and-nul", b"\x05a.b\\c\x03\x00\xff\x1b\x00".to_vec()),
        ("wire-suffix-in-label", b"\x04x.co\x02uk\x00".to_vec()),
        ("wire-psl-in-label", b"\x0bexample.com\x03net\x00".to_vec()),
    ]
}

/// Answers to a ClientHello.
fn hellos() -> Vec<(&'static str, Vec<u8>)> {
    let record = |kind: u8, body: &[u8]| [&[kind, 3, 1], &prefix(body)[..], body].concat();
    let server = |version: u8, session: &[u8], suite: u16| {
        let session = [&[u8::try_from(session.len()).unwrap_or(0)], session].concat();
        let body = [&[3, version], &[7; 32][..], &session, &suite.to_be_bytes(), &[0]].concat();
        record(22, &[&[2, 0], &prefix(&body)[..], &body].concat())
    };
    let warning = record(21, &[1, 112]);
    vec![
        ("agrees-1-0", server(1, &[], 0x002f)),
        ("agrees-1-1", server(2, &[9; 32], 0xc014)),
        ("agrees-weak", server(3, &[], 0x0005)),
        ("newer-version", server(3, &[], 0xc02f)),
        ("suite-not-offered", server(1, &[], 0x1301)),
        ("long-session-id", server(1, &[9; 255], 0x0035)),
        ("hello-ends-early", server(1, &[], 0x002f).into_iter().take(44).collect()),
        ("alert", record(21, &[2, 70])),
        ("alert-closes", record(21, &[1, 0])),
        ("alert-warns", [warning.clone(), server(1, &[], 0x002f)].concat()),
        ("alerts-forever", warning.repeat(400)),
        ("alert-empty", record(21, &[])),
        ("certificate-first", record(22, &[11, 0, 0, 0])),
        ("handshake-empty", record(22, &[])),
        ("in-pieces", [record(22, &[2, 0, 0, 38, 3, 1]), record(22, &[7; 36])].concat()),
        ("sslv2", vec![0x80, 0x03, 0, 0, 1]),
        ("plain", b"500 5.5.1 what\r\n".to_vec()),
        ("nothing", Vec::new()),
    ]
}

/// Octets' length in two octets.
fn prefix(octets: &[u8]) -> [u8; 2] {
    u16::try_from(octets.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// Sessions: protocol and depth, pace, then what the server says.
fn sessions() -> Vec<(&'static str, Vec<u8>)> {
    const SMTP: u8 = 0;
    const SUBMISSIONS: u8 = 2;
    const IMAP: u8 = 3;
    const IMAPS: u8 = 4;
    const FULL: u8 = 0x80;
    let session = |kind: u8, pace: u8, said: &[u8]| [&[kind], &[pace], said].concat();
    let imap: &[u8] = b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] Dovecot ready.\r\n\
        * CAPABILITY IMAP4rev1 IDLE STARTTLS LOGINDISABLED\r\na1 OK done\r\na2 OK Begin TLS negotiation now.\r\n";
    let smtp: &[u8] = b"220 mail.example.com ESMTP\r\n250-mail.example.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n\
        220 ready\r\n";
    let many = |line: &[u8], times: usize| [b"* OK hello\r\n".as_slice(), &line.repeat(times)].concat();
    vec![
        ("imap", session(IMAP, 0, imap)),
        ("imap-full", session(IMAP | FULL, 1, imap)),
        ("imap-then-hello", session(IMAP, 2, &[imap, &hellos()[0].1].concat())),
        ("imap-no-starttls", session(IMAP, 1, b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK\r\n* BYE\r\na4 OK\r\n")),
        (
            "imap-refuses",
            session(IMAP, 4, &[b"* OK x\r\n* CAPABILITY starttls\r\na1 OK\r\na2 NO \x1b[31m\r\n".as_slice()].concat()),
        ),
        ("imap-lower-case", session(IMAP, 4, b"* ok [capability imap4rev1 starttls] x\r\na1 ok\r\na2 ok go\r\n")),
        ("imap-bad-command", session(IMAP, 0, b"* PREAUTH\r\na1 BAD unknown\r\na1\r\n")),
        ("imap-bye", session(IMAP | FULL, 3, b"* BYE too many connections\r\n")),
        ("imap-other", session(IMAP, 1, b"+OK POP3 ready\r\n")),
        ("imap-code-unclosed", session(IMAP, 1, b"* OK [CAPABILITY IMAP4rev1\r\na1 OK ] [CAPABILITY ]\n")),
        ("imap-long-line", session(IMAP, 1, &many(b"x", 9_000))),
        ("imap-many-lines", session(IMAP, 1, &many(b"* 1 EXISTS\r\n", 100))),
        ("imap-slowly", session(IMAP, 241, &many(b"* 1 EXISTS of something that takes its time to be said\r\n", 100))),
        ("imap-too-much", session(IMAP, 0, &many(&[b"y".repeat(1_000), b"\n".to_vec()].concat(), 16))),
        ("imap-controls", session(IMAP, 2, b"* OK \x00\x07\xe2\x80\xae\xff\r\r\n* CAPABILITY A\x1bB \xff\r\na1 OK\n")),
        ("imaps", session(IMAPS | FULL, 1, &hellos()[0].1)),
        ("submissions", session(SUBMISSIONS, 1, b"220 plain\r\n")),
        ("smtp", session(SMTP, 0, smtp)),
        ("smtp-full", session(SMTP | FULL, 1, smtp)),
        ("smtp-then-alert", session(SMTP, 2, &[smtp, &hellos()[7].1].concat())),
        ("smtp-refuses", session(SMTP, 1, b"220 a\r\n250-a\r\n250 StartTLS\r\n454 4.7.0 later\r\n221 bye\r\n")),
        ("smtp-busy", session(SMTP | FULL, 0, b"421 busy\r\n")),
        ("silence", session(IMAP | FULL, 1, b"")),
    ]
}

/// Octets as gzip.
fn packed(octets: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(octets).expect("memory");
    writer.finish().expect("memory")
}

/// Logos that are not text.
fn logos() -> Vec<(&'static str, Vec<u8>)> {
    let whole = packed(LOGO);
    vec![
        ("packed", whole.clone()),
        ("packed-twice", packed(&whole)),
        ("packed-members", [whole.clone(), packed(b"<!-- -->")].concat()),
        ("packed-cut", whole.get(..whole.len() / 2).unwrap_or_default().to_vec()),
        ("packed-large", packed(&[b' '; 300_000])),
    ]
}

/// A logo, as far as certificates care.
const LOGO: &[u8] =
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\">\
    <title>x</title></svg>";
/// Keys of the certificates: that of RFC 8410 10.3, and two made up. Signatures of Ed25519 are always the same.
const KEYS: [&str; 3] = [
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC",
    "MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
    "MC4CAQAwBQYDK2VwBCIEIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC",
];

/// One of the keys.
fn key(number: usize) -> KeyPair {
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", KEYS[number]);
    KeyPair::from_pem(&pem).expect("a key")
}

/// One DER element.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = prefix(&content);
    let head = if content.len() < 128 { vec![tag, length[1]] } else { vec![tag, 0x82, length[0], length[1]] };
    [head, content].concat()
}

/// A logotype extension with one image (RFC 9399 4.1); the digest is wrong.
fn logotype(media_type: &str, uri: &str) -> Vec<u8> {
    let algorithm = element(0x30, &[&element(0x06, &[&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]])]);
    let hashes = element(0x30, &[&element(0x30, &[&algorithm, &element(0x04, &[&[7; 32]])])]);
    let uris = element(0x30, &[&element(0x16, &[uri.as_bytes()])]);
    let details = element(0x30, &[&element(0x16, &[media_type.as_bytes()]), &hashes, &uris]);
    let images = element(0x30, &[&element(0x30, &[&details])]);
    element(0x30, &[&element(0xa2, &[&element(0xa0, &[&images])])])
}

/// Parameters of a certificate of the year that the target looks at.
fn parameters(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// The root of marks.
fn root() -> CertifiedIssuer<'static, KeyPair> {
    let mut root = parameters("Root", &[]);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(root, key(0)).expect("a root")
}

/// A mark certificate with this logotype, issued by the root.
fn mark(names: &[&str], logotype: Option<Vec<u8>>) -> Certificate {
    let mut params = parameters("Example", names);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 31])];
    let attribute = |last: u64| DnType::from_oid(&[1, 3, 6, 1, 4, 1, 53087, 1, last]);
    params.distinguished_name.push(attribute(13), "Registered Mark");
    params.distinguished_name.push(attribute(4), "TM\u{1b}[31m \u{202e}1");
    let extension = logotype.map(|der| CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 12], der));
    params.custom_extensions = extension.into_iter().collect();
    params.signed_by(&key(1), &root()).expect("a certificate")
}

/// Certificates, alone in DER and in PEM files.
fn marks() -> Vec<(&'static str, Vec<u8>)> {
    let uri = |data: &[u8]| format!("data:image/svg+xml;base64,{}", base64(data));
    let good = mark(&["example.com"], Some(logotype("image/svg+xml", &uri(LOGO))));
    let small = packed(LOGO);
    let gzip = mark(&["default._bimi.example.com"], Some(logotype("image/svg+xml+gzip", &uri(&small))));
    let der = |certificate: Certificate| certificate.der().to_vec();
    let own = parameters("self", &["*.example.com", "192.0.2.1"]).self_signed(&key(2)).expect("a certificate");
    let (root, file) = (root().pem(), good.pem());
    vec![
        ("chain", format!("{file}{root}").into_bytes()),
        ("root-first", format!("Subject: Root\n{root}\n{file}").into_bytes()),
        ("twice", file.repeat(2).into_bytes()),
        ("too-many", file.repeat(11).into_bytes()),
        ("unterminated", file.as_bytes().get(..file.len() / 2).unwrap_or_default().to_vec()),
        ("not-base64", file.replace('M', "*").into_bytes()),
        ("no-certificate", b"-----BEGIN PRIVATE KEY-----\n".to_vec()),
        ("crlf", file.replace('\n', "\r\n").into_bytes()),
        ("der", der(good)),
        ("der-packed", der(gzip)),
        ("der-root", root_der()),
        ("der-own", der(own)),
        ("der-no-logotype", der(mark(&["example.com"], None))),
        ("der-png", der(mark(&["example.com"], Some(logotype("image/png", "https://example.com/logo.png"))))),
        ("der-linked", der(mark(&["example.com"], Some(logotype("image/svg+xml", "https://example.com/logo.svg"))))),
        ("der-indirect", der(mark(&["example.com"], Some(element(0x30, &[&element(0xa2, &[&element(0xa1, &[])])]))))),
        ("der-empty-logotype", der(mark(&[], Some(element(0x30, &[]))))),
    ]
}

/// The root in DER.
fn root_der() -> Vec<u8> {
    root().der().to_vec()
}

/// Octets in base64.
fn base64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

fn main() -> std::io::Result<()> {
    let targets = [
        ("hello", hellos()),
        ("mark", marks()),
        ("message", messages()),
        ("names", names()),
        ("session", sessions()),
        ("svg", logos()),
        ("walk", walks()),
    ];
    for (target, seeds) in targets {
        let folder = corpus_folder(target);
        std::fs::create_dir_all(&folder)?;
        for (name, octets) in seeds {
            std::fs::write(folder.join(name), octets)?;
        }
    }
    Ok(())
}
