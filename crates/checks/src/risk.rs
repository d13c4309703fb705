//! What mailbox services make of the domain: their published requirements row by row, and the risk that follows.
//!
//! A requirement is met or not as far as records and servers show it; what only a message shows, or nobody but the receiver,
//! is said to be so. A risk is a level with its reasons, and whether something could raise it is told beside it.

use crate::posture::Posture;
use crate::receivers::reactions;
use crate::{Finding, Judged, Judgement};
use ptrust_facts::identity::NameFault;
use ptrust_knowledge::dnsbl::Weight;
use ptrust_knowledge::receivers::Outcome;
use ptrust_knowledge::requirements::{Level, Observable, Receiver, Requirement, Topic, Who, receivers};
use ptrust_names::registrable;
use schemars::JsonSchema;
use serde::Serialize;

/// Whether a requirement is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nobody could say this time.
    Unknown,
    /// Neither records nor servers show it.
    NotObservable,
}

/// One requirement with its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequirementState {
    /// Its id.
    pub id: &'static str,
    /// What it asks.
    pub text: &'static str,
    /// Whether it binds bulk senders only.
    pub bulk: bool,
    /// Whether it is only advised.
    pub advised: bool,
    /// Whether it is met.
    pub met: Met,
    /// The page that asks it.
    pub page: &'static str,
    /// When the page was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied: Option<&'static str>,
}

/// How likely mail is to be lost or sorted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Nothing that was seen speaks against delivery.
    Low,
    /// Mail may be sorted out, above all in bulk.
    Medium,
    /// Mail is likely to be refused or sorted out.
    High,
    /// The receiver says that it refuses such mail.
    Blocking,
}

impl RiskLevel {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Blocking => "blocking",
        }
    }
}

/// The risk at one receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Risk {
    /// Id of the receiver.
    pub receiver: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The level, by what was seen.
    pub level: RiskLevel,
    /// Whether something that nobody could say might raise it.
    pub open: bool,
    /// Why, each as a short phrase.
    pub because: Vec<String>,
    /// Its requirements.
    pub requirements: Vec<RequirementState>,
}

/// The risk at every receiver whose requirements are known.
pub fn risks(posture: &Posture, judged: &[Judged]) -> Vec<Risk> {
    let view = View { posture, judged };
    receivers().iter().map(|receiver| view.risk(receiver)).collect()
}

/// What requirements are held against.
struct View<'a, 'b> {
    posture: &'a Posture<'b>,
    judged: &'a [Judged],
}

impl View<'_, '_> {
    /// The risk at one receiver.
    fn risk(&self, receiver: &'static Receiver) -> Risk {
        let requirements: Vec<RequirementState> = receiver.requirements().map(|one| self.state(one)).collect();
        let mut level = RiskLevel::Low;
        let mut because = Vec::new();
        let mut raise = |to: RiskLevel, why: String| {
            level = level.max(to);
            because.push(why);
        };
        for one in requirements.iter().filter(|one| one.met == Met::No && !one.advised) {
            let to = if one.bulk { RiskLevel::Medium } else { RiskLevel::High };
            raise(to, format!("not met{}: {}", if one.bulk { " (bulk)" } else { "" }, one.text));
        }
        for (outcome, count) in self.refusals(&receiver.id) {
            let addresses =
                if count == 1 { "1 sending address".to_owned() } else { format!("{count} sending addresses") };
            match outcome {
                Outcome::Reject => raise(RiskLevel::Blocking, format!("refuses mail from {addresses}")),
                Outcome::Defer => raise(RiskLevel::High, format!("defers mail from {addresses}")),
                Outcome::Penalize => raise(RiskLevel::Medium, format!("counts the name of {addresses} against it")),
                Outcome::Accept | Outcome::Unknown => {}
            }
        }
        if let Some(weight) = self.listed() {
            let to = if weight == Weight::High { RiskLevel::High } else { RiskLevel::Medium };
            raise(to, "on a blocklist that receivers use".into());
        }
        let open = requirements.iter().any(|one| one.met == Met::Unknown && !one.advised);
        Risk { receiver: &receiver.id, name: &receiver.name, level, open, because, requirements }
    }

    /// What a receiver does with the sending addresses, other than accept: outcomes with the number of addresses.
    fn refusals(&self, receiver: &str) -> Vec<(Outcome, usize)> {
        let outcomes: Vec<Outcome> = self
            .posture
            .senders()
            .filter_map(|(_, _, facts)| facts)
            .filter_map(|facts| {
                let findings: Vec<Finding> = Vec::new();
                reactions(facts, &findings).into_iter().find(|one| one.id == receiver).map(|one| one.outcome)
            })
            .collect();
        let count = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        [Outcome::Reject, Outcome::Defer, Outcome::Penalize]
            .into_iter()
            .map(|outcome| (outcome, count(outcome)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// The weight of the gravest list that has the domain or one of its addresses.
    fn listed(&self) -> Option<Weight> {
        if !matches!(self.judgement("dnsbl-listed"), Some(Judgement::Fail(_))) {
            return None;
        }
        let listed =
            |one: &crate::posture::lists::Listing| matches!(one.state, crate::posture::lists::ListState::Listed(_));
        self.posture.listings().iter().filter(|one| listed(one)).map(|one| one.list.weight).max()
    }

    /// One requirement.
    fn state(&self, requirement: &'static Requirement) -> RequirementState {
        RequirementState {
            id: &requirement.id,
            text: &requirement.text,
            bulk: requirement.who == Who::Bulk,
            advised: requirement.level == Level::Advised,
            met: if requirement.observable == Observable::Yes {
                self.met(requirement.topic)
            } else {
                Met::NotObservable
            },
            page: &requirement.page,
            copied: requirement.copied.as_deref(),
        }
    }

    /// Whether what a topic asks is met.
    fn met(&self, topic: Topic) -> Met {
        match topic {
            Topic::SpfOrDkim => match (self.spf(), self.dkim()) {
                (Met::Yes, _) | (_, Met::Yes) => Met::Yes,
                (Met::No, Met::No) => Met::No,
                _ => Met::Unknown,
            },
            Topic::SpfAndDkim => match (self.spf(), self.dkim()) {
                (Met::Yes, Met::Yes) => Met::Yes,
                (Met::No, _) | (_, Met::No) => Met::No,
                _ => Met::Unknown,
            },
            Topic::Dmarc => match self.by_check("dmarc-missing") {
                // A record that cannot be used is none.
                Met::Unknown if self.failed("dmarc-multiple") || self.failed("dmarc-syntax") => Met::No,
                Met::Yes if self.failed("dmarc-syntax") => Met::No,
                met => met,
            },
            Topic::ForwardReverseDns => self.by_check("pool-unconfirmed"),
            Topic::DkimKeySize => self.by_check("dkim-key-too-short"),
            Topic::OwnDomainRdns => self.own_names(),
            Topic::DynamicSpace => self.no_generic_names(),
            Topic::DomainExists => match self.judgement("mx-missing") {
                Some(Judgement::Fail(_)) => Met::No,
                Some(Judgement::Pass) => Met::Yes,
                _ => Met::Unknown,
            },
            _ => Met::Unknown,
        }
    }

    /// Whether there is an SPF record that receivers can use.
    fn spf(&self) -> Met {
        let broken = ["spf-multiple", "spf-syntax", "spf-lookup-limit", "spf-void-limit", "spf-include-broken"];
        match self.by_check("spf-missing") {
            Met::Yes if broken.iter().any(|id| self.failed(id)) => Met::No,
            met => met,
        }
    }

    /// Whether there is a DKIM key. That none was found by guessing proves nothing.
    fn dkim(&self) -> Met {
        let usable = self.posture.selectors().iter().any(|selector| match &selector.answer {
            ptrust_mail::dkim::KeyAnswer::Present { key, .. } => {
                matches!(key.state(), ptrust_mail::dkim::KeyState::Usable { .. })
            }
            _ => false,
        });
        if usable {
            Met::Yes
        } else if self.posture.without_selectors() {
            Met::No
        } else {
            Met::Unknown
        }
    }

    /// Whether the names of all sending addresses are the domain's own.
    fn own_names(&self) -> Met {
        let own = registrable(self.posture.domain()).map(|found| found.domain);
        let mut any = false;
        for (_, _, facts) in self.posture.senders() {
            let Some(facts) = facts else { return Met::Unknown };
            let mut confirmed = facts.identity().names.confirmed().peekable();
            if confirmed.peek().is_none() {
                return Met::Unknown;
            }
            any = true;
            if !confirmed.any(|name| registrable(&name.name).map(|found| found.domain) == own) {
                return Met::No;
            }
        }
        if any { Met::Yes } else { Met::Unknown }
    }

    /// Whether no sending address has a name like those of dynamic address space.
    fn no_generic_names(&self) -> Met {
        let mut any = false;
        for (_, _, facts) in self.posture.senders() {
            let Some(facts) = facts else { return Met::Unknown };
            let names = facts.identity().names.list();
            if names.iter().any(|name| matches!(name.fault, Some(NameFault::Generic(_)))) {
                return Met::No;
            }
            any |= !names.is_empty();
        }
        if any { Met::Yes } else { Met::Unknown }
    }

    /// A requirement that a check is about.
    fn by_check(&self, id: &str) -> Met {
        match self.judgement(id) {
            Some(Judgement::Pass) => Met::Yes,
            Some(Judgement::Fail(_)) => Met::No,
            _ => Met::Unknown,
        }
    }

    /// Whether a check failed.
    fn failed(&self, id: &str) -> bool {
        matches!(self.judgement(id), Some(Judgement::Fail(_)))
    }

    /// What a check said.
    fn judgement(&self, id: &str) -> Option<&Judgement> {
        self.judged.iter().find(|judged| judged.check.id == id).map(|judged| &judged.judgement)
    }
}
