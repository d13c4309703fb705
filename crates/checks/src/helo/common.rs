//! What the HELO checks share: their order, of which the first that holds excludes the rest.

use crate::prelude::*;
use ptrust_names::escape;

/// The defects in the order in which they exclude each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Defect {
    Illegal,
    BareAddress,
    Unqualified,
    Literal,
    NoAddress,
    AddressMismatch,
    PtrMismatch,
    None,
}

/// The defect that holds; `Err` with the first one that is open, where something is not known.
fn found(helo: &Helo) -> Result<Defect, (Defect, Cause)> {
    Ok(match helo {
        Helo::Illegal => Defect::Illegal,
        Helo::BareAddress => Defect::BareAddress,
        Helo::Unqualified => Defect::Unqualified,
        Helo::LiteralOfSender => Defect::Literal,
        Helo::NoAddress(_) => Defect::NoAddress,
        Helo::LiteralMismatch(_) | Helo::AddressMismatch(..) => Defect::AddressMismatch,
        Helo::OtherThanPtr { .. } => Defect::PtrMismatch,
        Helo::Undetermined { cause, addresses_known: false, .. } => return Err((Defect::NoAddress, *cause)),
        Helo::Undetermined { cause, addresses_known: true, .. } => return Err((Defect::PtrMismatch, *cause)),
        Helo::NotGiven | Helo::Matches(_) | Helo::Sound(_) => Defect::None,
    })
}

/// Judges one defect: those before it passed, those after it do not arise.
pub(super) fn judge(facts: &Facts, mine: Defect, fail: fn(&Facts, &str) -> Failure) -> Judgement {
    let helo = &facts.identity().helo;
    let (Some(text), false) = (&facts.target.helo, *helo == Helo::NotGiven) else {
        return Judgement::NotApplicable;
    };
    let named = !matches!(helo, Helo::LiteralMismatch(_)) || mine < Defect::Literal;
    match found(helo) {
        Ok(defect) if defect == mine => Judgement::fail(fail(facts, &escape(text))),
        Ok(defect) if defect > mine && named => Judgement::Pass,
        Err((open, _)) if open > mine => Judgement::Pass,
        Err((_, cause)) => Judgement::inconclusive(missing(facts, helo), cause),
        Ok(_) => Judgement::NotApplicable,
    }
}

/// What is missing, in words.
fn missing(facts: &Facts, helo: &Helo) -> String {
    match helo {
        Helo::Undetermined { name, addresses_known: false, .. } => format!("the addresses of the HELO name {name}"),
        _ => format!("the PTR of {}", facts.target.address),
    }
}

/// The HELO itself as evidence.
pub(super) fn given(facts: &Facts, helo: &str) -> Evidence {
    evidence::given(facts, "HELO", helo)
}

/// The HELO and what servers said about its addresses.
pub(super) fn with_addresses(facts: &Facts, helo: &str, name: &Name) -> Vec<Evidence> {
    let families = [RecordType::A, RecordType::AAAA];
    let answers = families.iter().flat_map(|rtype| evidence::answers(facts, &Question::new(name.clone(), *rtype)));
    std::iter::once(given(facts, helo)).chain(answers).take(evidence::MAX_EVIDENCE).collect()
}

/// The HELO and what servers said about the PTR.
pub(super) fn with_ptr(facts: &Facts, helo: &str) -> Vec<Evidence> {
    let answers = evidence::answers(facts, &facts.ptr_question());
    std::iter::once(given(facts, helo)).chain(answers).take(evidence::MAX_EVIDENCE).collect()
}

/// Having the host send another HELO: which name, and where it is set.
pub(super) fn change_helo(facts: &Facts) -> Remedy {
    let name = remedy::helo_name(facts);
    let mut steps = vec![format!("Let the mail server on {} say `{name}` in HELO and EHLO.", facts.target.address)];
    steps.extend(remedy::set_helo(&name));
    Remedy { steps, records: Vec::new() }
}

/// Making HELO and PTR one name: the HELO follows the PTR, unless only the HELO leads back to the address.
pub(super) fn unite(facts: &Facts) -> Remedy {
    let address = facts.target.address;
    let mut remedy = change_helo(facts);
    if let Helo::OtherThanPtr { name, .. } = &facts.identity().helo {
        let name = name.to_string();
        let record = remedy::ptr_record(facts, &name);
        if remedy::helo_name(facts) == name {
            // The PTR name is generated, or leads elsewhere: it has to follow.
            return Remedy {
                steps: vec![format!("Have the PTR of {address} changed to {name}.")],
                records: vec![record],
            };
        }
        remedy.steps.push(format!("Or, if the host should be called {name}, have its PTR changed to `{record}`."));
    }
    remedy
}

/// Whether the name is known to have the sender among its addresses.
pub(super) fn leads_to_sender(facts: &Facts, name: &Name) -> bool {
    let question = Question::new(name.clone(), RecordType::address_of(facts.target.address));
    let walk = facts.walk(&question);
    let walked = walk.present().and_then(|walk| walk.answer.present());
    let resolved = facts.resolver(&question).and_then(|fact| fact.observed.present());
    walked.or(resolved).is_some_and(|records| records.addresses().any(|address| address == facts.target.address))
}
