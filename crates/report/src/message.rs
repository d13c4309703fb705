//! What only the report of a message has: its way, who sent it, and what authenticates its author.

use crate::Report;
use crate::report::{IdentityReport, Verdict};
use ptrust_checks::letter::{Authenticated, Envelope, Letter, LetterTarget, Signed, SpfCheck};
use ptrust_checks::{Finding, LetterFacts, Settings};
use ptrust_mail::dmarc::{Determined, Discovery, Policy};
use ptrust_mail::message::{ArcOutcome, ArcSet, Boundary, Hop, Mailbox, MessageFault, Unsubscribe};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// What only the report of a message has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MessageBody {
    /// What the user said about the message.
    pub target: LetterTarget,
    /// What the header says.
    pub header: MessageHeader,
    /// The hops in order of travel, the oldest first.
    pub hops: Vec<Hop>,
    /// The sending address among the hops, and the hops that were passed to find it.
    pub boundary: Boundary,
    /// Who sent it, as SPF sees it.
    pub sender: Envelope,
    /// SPF, evaluated anew; null when address or envelope sender are not known.
    pub spf: Option<SpfCheck>,
    /// The signatures, verified anew.
    pub dkim: Vec<Signed>,
    /// Signatures that were not looked at, since there are too many.
    pub signatures_left_out: usize,
    /// DMARC, evaluated anew; null without an author domain.
    pub dmarc: Option<DmarcResult>,
    /// The ARC chain, for information; null without one.
    pub arc: Option<Arc>,
    /// How the recipient can leave the list.
    pub unsubscribe: Unsubscribe,
    /// The identity of the sending address; null when it was not examined.
    pub address: Option<SenderReport>,
    /// The facts uncut, for renderers.
    #[serde(skip)]
    pub(crate) source: Box<LetterFacts>,
}

/// The fields of the header that a reader knows a message by.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MessageHeader {
    /// The authors.
    pub from: Vec<Mailbox>,
    /// The subject.
    pub subject: Option<String>,
    /// When it was written.
    #[schemars(with = "Option<String>")]
    pub date: Option<jiff::Timestamp>,
    /// Its id.
    pub message_id: Option<String>,
    /// What is wrong with the header.
    pub faults: Vec<MessageFault>,
}

/// DMARC of the author domain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DmarcResult {
    /// Whether something authenticates the author.
    pub authenticated: Authenticated,
    /// Whether SPF does.
    pub spf: Authenticated,
    /// Whether a signature does.
    pub dkim: Authenticated,
    /// What the domain asks for by RFC 9989; null where no policy applies.
    pub policy: Determined<Option<Policy>>,
    /// What it asks for by RFC 7489; null where no policy applies.
    pub policy_old: Determined<Option<Policy>>,
    /// How the policy was found.
    pub discovery: Discovery,
}

/// An ARC chain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Arc {
    /// What came of it.
    pub outcome: ArcOutcome,
    /// Its sets.
    pub sets: Vec<ArcSet>,
}

/// The report of the sending address, in short.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SenderReport {
    /// The address.
    #[schemars(with = "String")]
    pub address: IpAddr,
    /// What is proven about it.
    pub identity: IdentityReport,
    /// The verdict of its own report.
    pub verdict: Verdict,
    /// Its own findings, at their own severity.
    pub findings: Vec<Finding>,
}

/// What only the report of a message has, from its evaluations.
pub(crate) fn body(letter: &Letter, settings: &Settings) -> MessageBody {
    let facts = letter.facts;
    let message = &facts.message;
    let dmarc = letter.dmarc().map(|discovery| DmarcResult {
        authenticated: letter.authenticated(),
        spf: letter.spf_aligned(),
        dkim: letter.dkim_aligned(),
        policy: discovery.effective(),
        policy_old: discovery.effective_old(),
        discovery: discovery.clone(),
    });
    let arc = facts.verified.arc.clone().map(|outcome| Arc { outcome, sets: message.arc.sets.clone() });
    MessageBody {
        target: facts.target.clone(),
        header: MessageHeader {
            from: message.from.clone(),
            subject: message.subject.clone(),
            date: message.date,
            message_id: message.message_id.clone(),
            faults: message.faults.clone(),
        },
        hops: message.hops.clone(),
        boundary: message.boundary.clone(),
        sender: letter.envelope().clone(),
        spf: letter.spf().cloned(),
        dkim: letter.signed().to_vec(),
        signatures_left_out: facts.verified.not_looked_at,
        dmarc,
        arc,
        unsubscribe: message.unsubscribe.clone(),
        address: facts.sender.as_ref().and_then(|facts| sender(facts, settings)),
        source: Box::new(facts.clone()),
    }
}

/// The report of the sending address, in short.
fn sender(facts: &ptrust_facts::Facts, settings: &Settings) -> Option<SenderReport> {
    let report = Report::build(facts, settings);
    Some(SenderReport {
        address: facts.target.address,
        identity: report.address()?.identity.clone(),
        verdict: report.verdict,
        findings: report.findings,
    })
}

impl MessageBody {
    /// Cuts lists that a hostile message can make long; says whether it took anything.
    pub(crate) fn shorten(&mut self, limit: usize) -> bool {
        let before = self.hops.len() + self.dkim.len() + self.header.faults.len() + self.header.from.len();
        // The newest hops can be believed.
        self.hops.drain(..self.hops.len().saturating_sub(limit));
        self.dkim.truncate(limit);
        self.header.faults.truncate(limit);
        self.header.from.truncate(limit);
        self.boundary.passed.truncate(limit);
        self.unsubscribe.uris.truncate(limit);
        for signed in &mut self.dkim {
            signed.verified.signature.headers.truncate(limit);
        }
        if let Some(arc) = &mut self.arc {
            arc.sets.truncate(limit);
            for set in &mut arc.sets {
                set.results.truncate(1);
                set.signatures.truncate(1);
                set.seals.truncate(1);
                set.signatures.iter_mut().for_each(|signature| signature.headers.truncate(limit));
                set.results.iter_mut().for_each(|result| result.results.truncate(limit));
            }
        }
        before > self.hops.len() + self.dkim.len() + self.header.faults.len() + self.header.from.len()
    }
}
