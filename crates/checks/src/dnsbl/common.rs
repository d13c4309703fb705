//! What the checks of blocklists share.

use crate::posture::Posture;
use crate::posture::lists::{ListState, Listing};
use crate::{Evidence, Failure, Judgement, Remedy, evidence, remedy};
use ptrust_knowledge::dnsbl::List;
use ptrust_names::Cause;
use std::collections::BTreeSet;

/// Judges the lists that are chosen: a listing fails; a list that was not heard leaves the judgement open.
pub(super) fn judge(posture: &Posture, chosen: impl Fn(&List) -> bool) -> Judgement {
    let listings: Vec<Listing> = posture.listings().into_iter().filter(|one| chosen(&one.list)).collect();
    let listed: Vec<&Listing> = listings.iter().filter(|one| matches!(one.state, ListState::Listed(_))).collect();
    if !listed.is_empty() {
        return Judgement::fail(failure(posture, &listed));
    }
    if let Some(resolver) = posture.public_resolver() {
        let missing =
            format!("what blocklists say to anybody else than {resolver}, a public resolver that many of them refuse");
        return Judgement::inconclusive(missing, Cause::Refused);
    }
    let open = listings.iter().find_map(|one| match &one.state {
        ListState::Refused(why) => Some((format!("what {} says ({why})", one.list.id), Cause::Refused)),
        ListState::Unknown(cause) => Some((format!("what {} says of {}", one.list.id, one.subject_text()), *cause)),
        _ => None,
    });
    match open {
        Some((missing, cause)) => Judgement::inconclusive(missing, cause),
        None if listings.iter().any(|one| one.state == ListState::NotListed) => Judgement::Pass,
        None => Judgement::NotApplicable,
    }
}

/// A listing, or several.
fn failure(posture: &Posture, listed: &[&Listing]) -> Failure {
    let subjects: BTreeSet<String> = listed.iter().map(|one| one.subject_text()).collect();
    let lists: BTreeSet<&str> = listed.iter().map(|one| one.list.operator.as_str()).collect();
    let subject = remedy::joined(&subjects);
    let tell = |one: &&Listing| -> Evidence {
        let codes = match &one.state {
            ListState::Listed(codes) => remedy::joined(codes),
            _ => String::new(),
        };
        evidence::by(posture.facts, one.question.to_string(), &*one.list.id, codes)
    };
    let ask = |one: &&Listing| {
        let at = one.list.delist.as_ref()?;
        Some(format!("{}: ask for removal at {at}, once the cause is gone.", one.list.operator))
    };
    let mut steps = vec![
        "Find the cause first: a compromised account or host, recipients who did not ask for the mail, or an address that \
         should not send directly."
            .to_owned(),
    ];
    steps.extend(listed.iter().filter_map(ask).collect::<BTreeSet<_>>());
    Failure {
        explanation: format!(
            "{} {subject}.",
            remedy::joined(&lists) + remedy::for_count(lists.len(), " lists", " list")
        ),
        subject,
        evidence: listed.iter().take(evidence::MAX_EVIDENCE).map(tell).collect(),
        remedy: Remedy { steps, records: Vec::new() },
    }
}
