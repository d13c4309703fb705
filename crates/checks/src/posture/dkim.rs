//! The DKIM keys of the domain: of the selectors it is said to use, and of common ones.

use super::Posture;
use ptrust_knowledge::{esp, selectors};
use ptrust_mail::dkim::{KeyAnswer, key_at, key_question};
use ptrust_names::{AbsenceKind, Observed, Question, RecordType};
use std::collections::BTreeSet;

/// What stands at one selector.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The selector.
    pub name: String,
    /// Whether the domain is said to use it; else it was a guess.
    pub named: bool,
    /// The question for its key.
    pub question: Question,
    /// What is there.
    pub answer: KeyAnswer,
}

/// Whether there is a key record.
const fn has_key(answer: &KeyAnswer) -> bool {
    matches!(answer, KeyAnswer::Present { .. } | KeyAnswer::Several { .. })
}

/// The key records of an answer, in any order; none without one.
fn texts(answer: &KeyAnswer) -> BTreeSet<&[u8]> {
    match answer {
        KeyAnswer::Present { text, .. } => BTreeSet::from([text.0.as_slice()]),
        KeyAnswer::Several { texts, .. } => texts.iter().map(|text| text.0.as_slice()).collect(),
        _ => BTreeSet::new(),
    }
}

impl Posture<'_> {
    /// The selectors that the domain is said to use, and of the guesses those where a key was found. Where a wildcard
    /// answers for every selector, a guess counts only when it has another key than that.
    pub fn selectors(&self) -> Vec<Selector> {
        let wildcard = self.dkim_wildcard();
        let all = self.tried().into_iter().filter_map(|(name, named)| {
            let question = key_question(&name, self.domain()).ok()?;
            let answer = key_at(&question, &self.known).done()?;
            let found = has_key(&answer) && wildcard.as_ref().is_none_or(|all| texts(all) != texts(&answer));
            (named || found).then_some(Selector { name, named, question, answer })
        });
        all.collect()
    }

    /// How many selectors were guessed.
    pub fn guessed(&self) -> usize {
        self.tried().iter().filter(|(_, named)| !named).count()
    }

    /// What the zone answers for a selector that nobody has: keys of a wildcard at `*._domainkey`, where there is one, or
    /// that nobody could say. Nothing for no wildcard.
    pub fn dkim_wildcard(&self) -> Option<KeyAnswer> {
        let probe = key_question(selectors::WILDCARD_PROBE, self.domain()).ok()?;
        let answer = key_at(&probe, &self.known).done()?;
        (has_key(&answer) || matches!(answer, KeyAnswer::Unknown(_))).then_some(answer)
    }

    /// Whether it is proven that there is no selector at all: nothing exists below `_domainkey` (RFC 8020 2).
    pub fn without_selectors(&self) -> bool {
        let above = self.domainkey_question().and_then(|question| self.answer(&question));
        matches!(above, Some(Observed::Absent(absence)) if absence.kind == AbsenceKind::NxDomain)
    }

    /// The question for the name above all selectors.
    fn domainkey_question(&self) -> Option<Question> {
        Some(Question::new(self.domain().prepend(b"_domainkey").ok()?, RecordType::TXT))
    }

    /// The selectors that are tried: those given first.
    fn tried(&self) -> Vec<(String, bool)> {
        let given = &self.facts.target.selectors;
        let mut services: Vec<&str> = Vec::new();
        let included = self.spf().nodes.iter().filter_map(|node| esp::by_include(&node.domain));
        let exchangers = self.exchangers().hosts.iter().filter_map(|exchanger| esp::by_mx(&exchanger.host));
        services.extend(included.chain(exchangers).map(|service| service.name.as_str()));
        let guesses = selectors::probe_list(&services).into_iter().map(|guess| (guess.to_owned(), false));
        let guesses = guesses.filter(|(guess, _)| !given.iter().any(|name| name.eq_ignore_ascii_case(guess)));
        given.iter().map(|name| (name.clone(), true)).chain(guesses).collect()
    }

    /// What DKIM asks: the selectors given, and guesses.
    pub(super) fn dkim_questions(&self) -> (BTreeSet<Question>, BTreeSet<Question>) {
        let (mut named, mut guesses) = (BTreeSet::new(), BTreeSet::new());
        for (name, is_named) in self.tried() {
            let Ok(question) = key_question(&name, self.domain()) else { continue };
            if is_named {
                named.insert(question)
            } else {
                guesses.insert(question)
            };
        }
        guesses.extend(key_question(selectors::WILDCARD_PROBE, self.domain()).ok());
        guesses.extend(self.domainkey_question());
        (named, guesses)
    }
}
