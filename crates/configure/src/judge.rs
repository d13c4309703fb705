//! Judging what is not published yet: our own checks over facts that hold nothing but it.
//!
//! Everything else is not known, and what is not known can fail no check. So whatever fails does so because of what is to
//! be published.

use jiff::Timestamp;
use ptrust_checks::{Posture, Settings, Severity, judge_domain};
use ptrust_facts::domain::Role;
use ptrust_facts::{AnyFact, Document, DomainFacts, DomainTarget, Fact, Key, Run, Source, Transport, WalkState};
use ptrust_names::{Hex, Name, Observed, Question, Record, Records};

/// What evidence names in place of a server.
const SERVER: &str = "the record as generated";

/// What is to be published, as facts.
pub struct Draft {
    facts: DomainFacts,
}

/// A check that fails for what is to be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{explanation} (ptrust explain {id})")]
pub struct Refusal {
    /// The check.
    pub id: &'static str,
    /// What it says.
    pub explanation: String,
}

/// What the checks say of a draft that none of them refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many checks looked at it.
    pub judged: usize,
    /// What is worth knowing all the same, as sentences.
    pub remarks: Vec<String>,
}

impl Draft {
    /// Nothing published yet. `at` is when it will be.
    pub fn new(domain: Name, at: Timestamp) -> Self {
        Self::of(DomainTarget::new(domain), at)
    }

    /// The same for a host and its servers.
    pub fn of_host(host: Name, at: Timestamp) -> Self {
        Self::of(DomainTarget { role: Role::Host, ..DomainTarget::new(host) }, at)
    }

    fn of(target: DomainTarget, at: Timestamp) -> Self {
        // No walk: what is not published has no authoritative server.
        let run = Run { walk: WalkState::Off, ..Run::default() };
        Self { facts: DomainFacts::new(DomainTarget { probe: false, ..target }, at, run) }
    }

    /// With a record, as the only one of its owner and type.
    #[must_use]
    pub fn record(self, record: &Record) -> Self {
        let question = Question::new(record.owner.clone(), record.data.rtype());
        self.records(question, Records { aliases: Vec::new(), set: vec![record.clone()] })
    }

    /// With the answer to a question.
    #[must_use]
    pub fn records(mut self, question: Question, records: Records) -> Self {
        let fact = Fact::of(vec![self.source(Transport::Udp, records)]);
        self.facts.insert(Key::Resolver(question), AnyFact::Records(fact));
        self
    }

    /// With a file that a web server serves.
    #[must_use]
    pub fn document(mut self, url: &str, content_type: &str, octets: &[u8]) -> Self {
        let document = Document::Response {
            status: 200,
            content_type: Some(content_type.to_owned()),
            location: None,
            body: Hex(octets.to_vec()),
        };
        let fact = Fact::of(vec![self.source(Transport::Https, document)]);
        self.facts.insert(Key::Document(url.to_owned()), AnyFact::Document(fact));
        self
    }

    /// With a DKIM selector in use.
    #[must_use]
    pub fn selector(mut self, selector: &str) -> Self {
        self.facts.target.selectors.push(selector.to_owned());
        self
    }

    /// With a BIMI selector in use.
    #[must_use]
    pub fn bimi_selector(mut self, selector: &str) -> Self {
        self.facts.target.bimi_selector = Some(selector.to_owned());
        self
    }

    /// A source of an answer.
    fn source<T>(&self, transport: Transport, value: T) -> Source<T> {
        Source {
            address: None,
            server: Some(SERVER.to_owned()),
            transport,
            sent_at: self.facts.observed_at,
            rtt_us: None,
            outcome: Observed::Present(value),
        }
    }

    /// Runs the checks of a family. The ids of what the user asked for in so many words, such as a policy of `none`, are
    /// in `wanted`: it is neither refused nor remarked.
    ///
    /// # Errors
    /// The gravest check of severity error or warning that fails.
    pub fn judge(&self, family: &str, wanted: &[&str]) -> Result<Verdict, Refusal> {
        let settings = Settings { select: vec![family.to_owned()], ..Settings::default() };
        let mut judged = judge_domain(&Posture::settled(&self.facts), &settings);
        judged.sort_by_key(|one| std::cmp::Reverse(one.severity));
        let mut verdict = Verdict::default();
        for one in &judged {
            let id = one.check.id;
            match one.finding().filter(|_| !wanted.contains(&id)) {
                Some(finding) if one.severity > Severity::Notice => {
                    return Err(Refusal { id, explanation: finding.explanation });
                }
                Some(finding) => verdict.remarks.push(format!("{} (ptrust explain {id})", finding.explanation)),
                None => {}
            }
            if !matches!(one.judgement, ptrust_checks::Judgement::Inconclusive(_)) {
                verdict.judged += 1;
            }
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ptrust_names::{CharString, Data};

    fn spf(text: &str) -> Result<Verdict, Refusal> {
        let domain: Name = "example.com".parse().expect("a name");
        let data = Data::Txt(vec![CharString::from(text)]);
        let record = Record { owner: domain.clone(), ttl: 3600, data };
        Draft::new(domain, Timestamp::UNIX_EPOCH).record(&record).judge("spf", &[])
    }

    #[test]
    fn what_is_wrong_is_refused_and_what_is_not_known_is_not() {
        let sound = spf("v=spf1 ip4:198.51.100.1 include:spf.example.org mx -all").expect("sound");
        assert_eq!(sound.remarks, [] as [&str; 0]);
        assert!(sound.judged > 3, "{sound:?}");
        assert_eq!(spf("v=spf1 +all").expect_err("everybody").id, "spf-pass-all");
        assert_eq!(spf("v=spf1 a:1.2.3.4 -all").expect_err("broken").id, "spf-syntax");
    }

    #[test]
    fn notices_are_told() {
        let said = spf("v=spf1 ip4:198.51.100.1").expect("sound").remarks;
        assert!(said.iter().any(|remark| remark.contains("spf-no-all")), "{said:?}");
    }
}
