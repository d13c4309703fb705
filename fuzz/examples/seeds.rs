//! Writes the seeds that are not text: DNS messages, and names in wire form. `cargo run -p ptrust-fuzz --example seeds`.

use ptrust_fuzz::corpus_folder;
use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::wire::{self, Flags};

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

fn main() -> std::io::Result<()> {
    for (target, seeds) in [("message", messages()), ("names", names()), ("walk", walks())] {
        let folder = corpus_folder(target);
        std::fs::create_dir_all(&folder)?;
        for (name, octets) in seeds {
            std::fs::write(folder.join(name), octets)?;
        }
    }
    Ok(())
}
