//! The MTA-STS record and policy of the domain (RFC 8461).

use super::Posture;
use ptrust_facts::Document;
use ptrust_mail::Step;
use ptrust_mail::mta_sts::{
    ParsedPolicy, ParsedSts, is_media_type, parse_policy, policy_host, record_at, record_question,
};
use ptrust_mail::tags::OneRecord;
use ptrust_names::{Cause, Name, Observed, Question, RecordType};

/// What stands at the policy's URL.
#[derive(Clone, Debug)]
pub enum StsPolicyState {
    /// There is no record, so no policy is looked for.
    NotSought,
    /// A policy.
    Fetched(Box<ParsedPolicy>, Vec<u8>),
    /// Senders cannot fetch one: why, as a sentence's end.
    Unavailable(String),
    /// Nobody could say.
    Unknown(Cause),
}

impl Posture<'_> {
    /// The question for the record.
    pub fn sts_question(&self) -> Option<Question> {
        record_question(self.domain()).ok()
    }

    /// The record, as far as it is known.
    pub fn sts_record(&self) -> Option<OneRecord<ParsedSts>> {
        record_at(&self.sts_question()?, &self.known).done()
    }

    /// What the record stands at.
    pub(super) fn sts_step(&self) -> Option<Step<OneRecord<ParsedSts>>> {
        Some(record_at(&self.sts_question()?, &self.view))
    }

    /// The questions for the addresses of the policy's host; none where no policy is looked for.
    pub fn sts_host_questions(&self) -> Vec<Question> {
        let host = self.sts_url().and_then(|_| policy_host(self.domain()).ok());
        let both = |host: Name| [RecordType::A, RecordType::AAAA].map(|rtype| Question::new(host.clone(), rtype));
        host.into_iter().flat_map(both).collect()
    }

    /// The URL of the policy (RFC 8461 3.2); none where there is not exactly one record, which leaves senders without a
    /// policy (RFC 8461 3.1).
    pub fn sts_url(&self) -> Option<String> {
        let present = matches!(self.sts_record(), Some(OneRecord::Present { .. }));
        let host = policy_host(self.domain()).ok().filter(|_| present)?;
        Some(format!("https://{host}/.well-known/mta-sts.txt"))
    }

    /// The policy.
    pub fn sts_policy(&self) -> StsPolicyState {
        let Some(url) = self.sts_url() else {
            return StsPolicyState::NotSought;
        };
        let unavailable = |why: String| StsPolicyState::Unavailable(why);
        match self.facts.document(&url) {
            Observed::Unknown(Cause::Refused) => unavailable("the connection is refused".into()),
            Observed::Unknown(cause) => StsPolicyState::Unknown(cause),
            Observed::Absent(_) => unavailable("there is none".into()),
            Observed::Present(Document::TlsFailed) => unavailable("the server's certificate does not hold".into()),
            Observed::Present(Document::TooLarge) => unavailable("it is longer than a policy may be".into()),
            Observed::Present(Document::NotAllowed) => unavailable("the host has no public address".into()),
            Observed::Present(Document::Response { status: 200, content_type, body, .. }) => {
                match content_type.as_deref() {
                    Some(other) if !is_media_type(other) => {
                        unavailable(format!("its content type is {}, and not text/plain", ptrust_names::escape(other)))
                    }
                    _ => StsPolicyState::Fetched(Box::new(parse_policy(&body.0)), body.0.clone()),
                }
            }
            Observed::Present(Document::Response { status, location: Some(_), .. }) if (300..400).contains(status) => {
                unavailable(format!("the server redirects (HTTP {status}), which senders must not follow"))
            }
            Observed::Present(Document::Response { status, .. }) => {
                unavailable(format!("the server answers HTTP {status}"))
            }
        }
    }
}
