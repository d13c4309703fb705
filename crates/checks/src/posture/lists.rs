//! What blocklists say of the domain and of the addresses that send or receive for it, or of one address (RFC 5782).

use super::Posture;
use ptrust_facts::domain::Role;
use ptrust_knowledge::dnsbl::{self, Answer, List, Subject};
use ptrust_names::{Cause, Observed, Question, RecordType, Records};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Addresses that are looked up on lists; a larger pool is for a scan.
const MAX_ADDRESSES: usize = 32;

/// What one list says of one subject.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The list.
    pub list: Cow<'static, List>,
    /// Whom it was asked about.
    pub subject: Subject,
    /// The question.
    pub question: Question,
    /// What it says.
    pub state: ListState,
}

/// What a list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListState {
    /// It lists the subject: codes with their meanings.
    Listed(Vec<String>),
    /// It does not.
    NotListed,
    /// It did not answer the question: why.
    Refused(String),
    /// It fails its own test (RFC 5782 5), and is not believed: how.
    NotBelieved(&'static str),
    /// Nobody could say.
    Unknown(Cause),
}

impl Listing {
    /// The subject as text.
    pub fn subject_text(&self) -> String {
        match &self.subject {
            Subject::Address(address) => address.to_string(),
            Subject::Domain(domain) => domain.to_string(),
        }
    }
}

/// Whether a list passes its own test.
enum Health {
    Sound,
    Refused(String),
    NotBelieved(&'static str),
    Unknown(Cause),
}

impl Posture<'_> {
    /// What every list says of every subject.
    pub fn listings(&self) -> Vec<Listing> {
        let mut all = Vec::new();
        for list in self.lists() {
            let keyed = self.is_keyed(&list);
            let health = self.health(&list, keyed);
            for subject in self.list_subjects() {
                let Some(name) = list.question(&subject, keyed) else { continue };
                let question = Question::new(name, RecordType::A);
                let state = self.state(&list, &question, keyed, &health);
                all.push(Listing { list: list.clone(), subject, question, state });
            }
        }
        all
    }

    /// The public resolver through which lists had to be asked, if any: its answers prove little.
    pub fn public_resolver(&self) -> Option<&'static str> {
        if self.facts.run.walk == ptrust_facts::WalkState::Open {
            return None;
        }
        let (_, question) = self.list_questions().into_iter().next()?;
        let sources = self.facts.resolver(&question).map(|fact| fact.sources.as_slice()).unwrap_or_default();
        sources.iter().find_map(|source| ptrust_knowledge::resolvers::public_resolver(source.address?))
    }

    /// Every question for lists, each with whether it needs the user's key.
    pub(super) fn list_questions(&self) -> BTreeSet<(bool, Question)> {
        let subjects = self.list_subjects();
        let mut questions = BTreeSet::new();
        for list in self.lists() {
            let keyed = self.is_keyed(&list);
            let names = subjects.iter().filter_map(|subject| list.question(subject, keyed)).collect::<Vec<_>>();
            // A list that is asked nothing need not be tested.
            let tests = list.test_points(keyed).into_iter().map(|(name, _)| name).filter(|_| !names.is_empty());
            let both = tests.chain(names.iter().cloned());
            questions.extend(both.map(|name| (keyed, Question::new(name, RecordType::A))));
        }
        questions
    }

    /// The lists of this run.
    fn lists(&self) -> Vec<Cow<'static, List>> {
        let zones = &self.facts.target.list_zones;
        if !zones.is_empty() {
            let named = zones.iter().map(dnsbl::custom).filter(|list| !list.is_positive());
            return named.map(Cow::Owned).collect();
        }
        let usable = |list: &&List| list.is_usable(self.is_keyed(list)) && !list.is_positive();
        dnsbl::lists().iter().filter(usable).map(Cow::Borrowed).collect()
    }

    /// Whether the run has a key for a list.
    fn is_keyed(&self, list: &List) -> bool {
        list.has_key() && self.facts.target.list_keys.contains(&list.id)
    }

    /// The domain, and the addresses that send or receive; or the one address that the target is.
    fn list_subjects(&self) -> Vec<Subject> {
        if self.facts.target.role == Role::Address {
            return self.facts.target.address().map(Subject::Address).into_iter().collect();
        }
        let members = self.pool().members.iter();
        let relevant = members.filter(|(_, member)| member.sends() || !member.hosts.is_empty());
        let addresses = relevant.map(|(address, _)| Subject::Address(*address)).take(MAX_ADDRESSES);
        std::iter::once(Subject::Domain(self.domain().clone())).chain(addresses).collect()
    }

    /// The answer of a list; through the resolvers where the user's key is in the question.
    fn list_answer(&self, question: &Question, keyed: bool) -> Observed<&Records> {
        if !keyed {
            return self.answer(question).unwrap_or(Observed::Unknown(Cause::NotAsked));
        }
        match self.facts.resolver(question).map(|fact| &fact.observed) {
            Some(Observed::Present(records)) => Observed::Present(records),
            Some(Observed::Absent(absence)) => Observed::Absent(absence.clone()),
            Some(Observed::Unknown(cause)) => Observed::Unknown(*cause),
            None => Observed::Unknown(Cause::NotAsked),
        }
    }

    /// Whether a list passes its own test.
    fn health(&self, list: &List, keyed: bool) -> Health {
        for (name, must) in list.test_points(keyed) {
            let answer = self.list_answer(&Question::new(name, RecordType::A), keyed);
            let classified = answer.map(|records| list.classify(&records.addresses().collect::<Vec<IpAddr>>()));
            match (classified, must) {
                (Observed::Present(Answer::Refused(why)), _) => return Health::Refused(why),
                (Observed::Present(Answer::Rewritten), _) => {
                    return Health::Refused("something on the way answers in its place".into());
                }
                (Observed::Present(_), false) => return Health::NotBelieved("it lists everything"),
                (Observed::Absent(_), true) => return Health::NotBelieved("it does not list its own test entry"),
                (Observed::Unknown(cause), _) => return Health::Unknown(cause),
                (Observed::Present(_), true) | (Observed::Absent(_), false) => {}
            }
        }
        Health::Sound
    }

    /// What a list says to a question.
    fn state(&self, list: &List, question: &Question, keyed: bool, health: &Health) -> ListState {
        match health {
            Health::Refused(why) => return ListState::Refused(why.clone()),
            Health::NotBelieved(how) => return ListState::NotBelieved(how),
            Health::Unknown(cause) => return ListState::Unknown(*cause),
            Health::Sound => {}
        }
        match self.list_answer(question, keyed) {
            Observed::Absent(_) => ListState::NotListed,
            Observed::Unknown(cause) => ListState::Unknown(cause),
            Observed::Present(records) => match list.classify(&records.addresses().collect::<Vec<IpAddr>>()) {
                Answer::Listed(codes) => {
                    ListState::Listed(codes.into_iter().map(|(code, meaning)| format!("{meaning} ({code})")).collect())
                }
                Answer::Neutral => ListState::NotListed,
                Answer::Refused(why) => ListState::Refused(why),
                Answer::Rewritten => ListState::Refused("something on the way answers in its place".into()),
            },
        }
    }
}
