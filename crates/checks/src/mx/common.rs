//! What the MX checks share: which exchangers there are to look at, and judging a list of them.

use crate::posture::mx::{Exchanger, Exchangers, MAX_EXCHANGERS};
use crate::prelude::*;
use ptrust_facts::domain::Role;
use ptrust_names::is_address_as_name;
use std::collections::BTreeSet;

/// What one exchanger is found to be: whether it has the defect, or why nobody knows; `None` where the question does
/// not arise.
pub(super) type Found = Option<Result<bool, Cause>>;

/// The exchangers, however they are known. `Err` is the judgement when nobody could say, or when there is none.
pub(super) fn any<'a>(posture: &'a Posture) -> Result<&'a Exchangers, Judgement> {
    let exchangers = posture.exchangers();
    match exchangers.kind {
        Exchange::Unknown(cause) => {
            Err(Judgement::inconclusive(format!("the MX records of {}", posture.domain()), cause))
        }
        // The null MX alone: there is no server to look at.
        _ if exchangers.hosts.is_empty() => Err(Judgement::NotApplicable),
        _ => Ok(exchangers),
    }
}

/// The exchangers that MX records name.
pub(super) fn listed<'a>(posture: &'a Posture) -> Result<&'a Exchangers, Judgement> {
    let exchangers = any(posture)?;
    let named = matches!(exchangers.kind, Exchange::Listed { .. });
    if named { Ok(exchangers) } else { Err(Judgement::NotApplicable) }
}

/// Judges each exchanger. Any with the defect makes a failure; those that are not known, or beyond the limit, keep the
/// rest from passing.
pub(super) fn each(
    exchangers: &Exchangers,
    found: impl Fn(&Exchanger) -> Found,
    fail: impl FnOnce(&[&Exchanger]) -> Failure,
) -> Judgement {
    let all: Vec<_> = exchangers.hosts.iter().filter_map(|host| Some((host, found(host)?))).collect();
    let faulty: Vec<&Exchanger> = all.iter().filter(|(_, found)| *found == Ok(true)).map(|(host, _)| *host).collect();
    if !faulty.is_empty() {
        return Judgement::fail(fail(&faulty));
    }
    if let Some((host, cause)) = all.iter().find_map(|(host, found)| Some((host, found.err()?))) {
        return unknown(host, cause);
    }
    let sound = if all.is_empty() { Judgement::NotApplicable } else { Judgement::Pass };
    beyond(exchangers).unwrap_or(sound)
}

/// The addresses of a host are not known.
pub(super) fn unknown(exchanger: &Exchanger, cause: Cause) -> Judgement {
    Judgement::inconclusive(format!("the addresses of {}", exchanger.host), cause)
}

/// Hosts beyond the limit of exchangers could turn the judgement.
pub(super) fn beyond(exchangers: &Exchangers) -> Option<Judgement> {
    let total = exchangers.hosts.len() + exchangers.more;
    let what = || format!("{} of {total} mail exchangers, over the limit of {MAX_EXCHANGERS}", exchangers.more);
    (exchangers.more > 0).then(|| Judgement::inconclusive(what(), Cause::NotAsked))
}

/// Whether the host is an address written as a name; mx-address-literal says so, and no other check.
pub(super) fn is_literal(exchanger: &Exchanger) -> bool {
    is_address_as_name(&exchanger.host)
}

/// Why one of its two families is not known.
pub(super) fn open(exchanger: &Exchanger) -> Option<Cause> {
    exchanger.v4.cause().or(exchanger.v6.cause())
}

/// The hosts for a sentence, each once.
pub(super) fn names(exchangers: &[&Exchanger]) -> String {
    evidence::names_text(exchangers.iter().map(|exchanger| &exchanger.host))
}

/// The hosts as a subject: `mail.example.com, mail2.example.com`.
pub(super) fn subject(exchangers: &[&Exchanger]) -> String {
    let names: BTreeSet<String> = exchangers.iter().map(|exchanger| exchanger.host.to_string()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// What was said of the addresses of some hosts.
pub(super) fn evidence_of(posture: &Posture, exchangers: &[&Exchanger]) -> Vec<Evidence> {
    evidence::several(posture.facts, exchangers.iter().flat_map(|exchanger| exchanger.questions()))
}

/// Whether the name belongs to the tree of names itself and not to a mail domain: the root, a top-level domain, or a
/// name of the `arpa` tree. That such a name has no MX is as it should be.
pub(super) fn is_infrastructure(posture: &Posture) -> bool {
    let name = posture.domain();
    name.label_count() <= 1 || name.labels().next_back().is_some_and(|label| label.eq_ignore_ascii_case(b"arpa"))
}

/// Whether the target is a host that is looked at by itself.
pub(super) fn is_host(posture: &Posture) -> bool {
    posture.facts.target.role == Role::Host
}
