//! A domain that publishes what an input holds, before every check.

use crate::invariant::{check_json, check_text};
use jiff::Timestamp;
use ptrust_checks::{Posture, Settings, judge_domain};
use ptrust_facts::{AnyFact, Document, DomainFacts, DomainTarget, Fact, Key, Run, Source, Transport, WalkState};
use ptrust_names::{CharString, Data, Hex, Name, Observed, Question, Record, RecordType, Records};

/// Octets of one character string at most (RFC 1035 3.3).
const MAX_STRING: usize = 255;
/// Characters of a finding's text at most, beside those of the input that it quotes.
const MAX_TEXT: usize = 16 * 1024;
/// Characters that escaping makes of one octet.
const ESCAPED: usize = 4;
/// Times that one finding may quote the input: as the answer, and the part that is wrong.
const QUOTED: usize = 3;

/// What a domain publishes.
pub(crate) struct Published {
    facts: DomainFacts,
    /// Octets of it.
    size: usize,
}

impl Published {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let target = DomainTarget {
            selectors: vec!["sel".into()],
            probe: false,
            ..DomainTarget::new("example.com".parse().expect("a name"))
        };
        let run = Run { walk: WalkState::Off, ..Run::default() };
        Self { facts: DomainFacts::new(target, Timestamp::UNIX_EPOCH, run), size: 0 }
    }

    /// A TXT record below the domain, cut into strings.
    pub(crate) fn text(self, below: &str, text: &[u8]) -> Self {
        let strings = text.chunks(MAX_STRING).map(|string| CharString(string.to_vec())).collect();
        self.data(&format!("{below}.example.com"), Data::Txt(strings), text.len())
    }

    /// A record.
    pub(crate) fn data(mut self, owner: &str, data: Data, size: usize) -> Self {
        let owner: Name = owner.parse().expect("a name");
        let question = Question::new(owner.clone(), data.rtype());
        let record = Record { owner, ttl: 300, data };
        let records = Records { aliases: Vec::new(), set: vec![record] };
        let fact = Fact::of(vec![source(Transport::Udp, records)]);
        self.facts.insert(Key::Resolver(question), AnyFact::Records(fact));
        self.size += size;
        self
    }

    /// A mail exchanger, which policies must cover.
    pub(crate) fn exchanger(self) -> Self {
        let data = Data::Mx(10, "mail.example.com".parse().expect("a name"));
        assert_eq!(data.rtype(), RecordType::MX);
        self.data("example.com", data, 0)
    }

    /// A file that a web server serves.
    pub(crate) fn document(self, url: &str, content_type: &str, body: &[u8]) -> Self {
        let document = Document::Response {
            status: 200,
            content_type: Some(content_type.to_owned()),
            location: None,
            body: Hex(body.to_vec()),
        };
        self.fetched(url, Fact::of(vec![source(Transport::Https, document)]), body.len())
    }

    /// What came of fetching a file.
    pub(crate) fn fetched(mut self, url: &str, fact: Fact<Document>, size: usize) -> Self {
        self.facts.insert(Key::Document(url.to_owned()), AnyFact::Document(fact));
        self.size += size;
        self
    }

    /// Every check looks at it; what they say is bounded and safe to print.
    pub(crate) fn judge(&self) {
        let longest = MAX_TEXT + QUOTED * ESCAPED * self.size;
        let check = |id: &str, text: &str| {
            assert!(text.len() <= longest, "{id}: {} octets of text", text.len());
            // Some texts have a line break of our own, in front of what is to be copied.
            text.split('\n').for_each(check_text);
        };
        for judged in judge_domain(&Posture::settled(&self.facts), &Settings::default()) {
            let Some(finding) = judged.finding() else { continue };
            let texts = [&finding.subject, &finding.explanation].into_iter();
            let steps = finding.remedy.steps.iter().chain(&finding.remedy.records);
            texts.chain(steps).for_each(|text| check(finding.id, text));
            for evidence in &finding.evidence {
                let json = serde_json::to_value(evidence).expect("evidence is JSON");
                check_json(&json);
            }
        }
    }
}

/// A source of an answer.
fn source<T>(transport: Transport, value: T) -> Source<T> {
    Source {
        address: None,
        server: Some("ns.example.com".into()),
        transport,
        sent_at: Timestamp::UNIX_EPOCH,
        rtt_us: None,
        outcome: Observed::Present(value),
    }
}
