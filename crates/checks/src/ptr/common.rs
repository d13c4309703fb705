//! What the checks of PTR names share: which names there are to judge, and what the servers said about them.

use crate::prelude::*;

/// The PTR names of an address that has some.
pub(super) struct Found<'a> {
    /// The names evaluated, in canonical order.
    pub(super) names: &'a [PtrName],
    /// Names beyond the limit.
    pub(super) unevaluated: usize,
    /// Authoritative servers that deny the names.
    pub(super) denied_by: &'a [String],
}

/// Judges the names where there are some; without any the question does not arise, or cannot be answered.
pub(super) fn with_names(facts: &Facts, judge: impl FnOnce(&Found<'_>) -> Judgement) -> Judgement {
    match &facts.identity().names {
        Names::Present { names, unevaluated, denied_by, .. } => {
            judge(&Found { names, unevaluated: *unevaluated, denied_by })
        }
        Names::Undetermined(cause) => unknown(facts, *cause),
        Names::NotApplicable | Names::Missing { .. } | Names::AliasConflict(_) => Judgement::NotApplicable,
    }
}

/// The PTR is not known.
pub(super) fn unknown(facts: &Facts, cause: Cause) -> Judgement {
    Judgement::inconclusive(format!("the PTR of {}", facts.target.address), cause)
}

/// Only some of the names were evaluated, and the others could turn the judgement.
pub(super) fn limited(found: &Found<'_>) -> Judgement {
    Judgement::limited(found.names.len(), found.unevaluated)
}

/// Judges one of the three faults that make a name unusable: it holds only where no name is usable, and only for the
/// gravest fault among the names; the first name that has it is shown.
pub(super) fn if_unusable(
    facts: &Facts,
    mine: fn(&NameFault) -> bool,
    fail: impl FnOnce(&PtrName) -> Failure,
) -> Judgement {
    with_names(facts, |found| {
        if found.names.iter().any(|name| name.usable) {
            return Judgement::Pass;
        }
        if found.unevaluated > 0 {
            return limited(found);
        }
        let faults = found.names.iter().filter_map(|name| Some((name, name.fault.as_ref()?)));
        match faults.min_by_key(|(_, fault)| weight(fault)) {
            Some((name, fault)) if mine(fault) => Judgement::fail(fail(name)),
            _ => Judgement::NotApplicable,
        }
    })
}

/// Order of the faults that make a name unusable, gravest first.
const fn weight(fault: &NameFault) -> u8 {
    match fault {
        NameFault::Illegal(_) => 0,
        NameFault::AddressAsName => 1,
        NameFault::Unqualified(_) => 2,
        NameFault::Underscore | NameFault::Apex | NameFault::Generic(_) => 3,
    }
}

/// Judges a fault of usable names: every name that has it is shown.
pub(super) fn if_any(
    facts: &Facts,
    mine: fn(&NameFault) -> bool,
    fail: impl FnOnce(&[&PtrName]) -> Failure,
) -> Judgement {
    with_names(facts, |found| {
        let faulty: Vec<_> = found.names.iter().filter(|name| name.fault.as_ref().is_some_and(mine)).collect();
        if faulty.is_empty() { Judgement::Pass } else { Judgement::fail(fail(&faulty)) }
    })
}

/// What a finding about one name is about: the name, unless it is itself a zone on the way to the PTR. The party that
/// must act runs the reverse zone, and not that one.
pub(super) fn subject(facts: &Facts, name: &Name) -> String {
    let owner = remedy::ptr_owner(facts);
    let is_above = owner.is_at_or_below(name) || facts.ptr_question().name.is_at_or_below(name);
    if is_above { owner.to_string() } else { name.to_string() }
}

/// The names in one sentence.
pub(super) fn listed(names: &[&PtrName]) -> String {
    remedy::joined(names.iter().map(|name| evidence::name_text(&name.name)))
}

/// Which servers hold these names, as seen by the view that decided: of long sets only these names are shown.
pub(super) fn holding<'a>(facts: &Facts, names: impl IntoIterator<Item = &'a PtrName>) -> Vec<Evidence> {
    let names: Vec<_> = names.into_iter().map(|name| &name.name).collect();
    let question = facts.ptr_question();
    let held = |observed: &Observed<Records>| {
        let held: Vec<_> = observed.present()?.ptr_names().filter(|name| names.contains(name)).collect();
        let lines: Vec<_> = held.iter().map(|name| format!("PTR {}", name.absolute())).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    };
    let mut all = Vec::new();
    if let Observed::Present(walk) = facts.walk(&question) {
        let last = walk.last();
        let servers = last.deepest().into_iter().flat_map(Cut::authoritative);
        all.extend(servers.filter_map(|server| {
            let answer = held(server.answer.as_ref()?)?;
            Some(evidence::by(facts, last.question.to_string(), server.text(), answer))
        }));
    }
    let sources = facts.resolver(&question).filter(|_| all.is_empty()).map(|fact| fact.sources.as_slice());
    all.extend(sources.unwrap_or_default().iter().filter_map(|source| {
        let server = format!("resolver {}", source.server.as_deref().unwrap_or("unknown"));
        let said = evidence::by(facts, question.to_string(), server, held(&source.outcome)?);
        Some(Evidence { at: source.sent_at, ..said })
    }));
    if all.is_empty() {
        all.push(evidence::given(facts, question.to_string(), remedy::joined(&names)));
    }
    all.truncate(evidence::MAX_EVIDENCE);
    all
}
