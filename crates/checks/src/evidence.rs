//! Evidence made from facts: who was asked what, and what came back.

use crate::Evidence;
use crate::remedy::joined;
use jiff::Timestamp;
use ptrust_facts::{Class, Cut, Observations, Says, Server, Walk};
use ptrust_names::{Name, Observed, Question, Records};
use std::collections::BTreeSet;

/// Records shown of one answer; a hostile zone has hundreds.
const MAX_RECORDS: usize = 8;
/// Evidence lines of one finding at most; the facts hold the rest.
pub const MAX_EVIDENCE: usize = 16;

/// An answer in a few words: records in presentation form, or the kind of absence, or why it is not known.
pub fn answer_text(observed: &Observed<Records>) -> String {
    match observed {
        Observed::Present(records) => {
            let all: Vec<_> = records.aliases.iter().chain(&records.set).collect();
            let shown = all.iter().take(MAX_RECORDS).map(|record| format!("{} {}", record.data.rtype(), record.data));
            let mut text = shown.collect::<Vec<_>>().join(", ");
            if let Some(more @ 1..) = all.len().checked_sub(MAX_RECORDS) {
                text = format!("{text} and {more} more");
            }
            match records.ttl() {
                Some(ttl) => format!("{text}, TTL {ttl}"),
                None => text,
            }
        }
        Observed::Absent(absence) => match &absence.soa {
            Some(soa) => format!("{}, SOA of {}", absence.kind, soa.zone),
            None => absence.kind.to_string(),
        },
        Observed::Unknown(cause) => cause.to_string(),
    }
}

/// What the deciding view said to a question: each authoritative server of the walk's end, else each resolver.
pub fn answers(facts: &Observations, question: &Question) -> Vec<Evidence> {
    let walk = facts.walk(question);
    let mut all = walk.present().map(|walk| walk_answers(facts, walk)).unwrap_or_default();
    if all.is_empty() {
        all = resolvers(facts, question);
    }
    all.truncate(MAX_EVIDENCE);
    all
}

/// What the deciding view said to several questions.
pub fn several(facts: &Observations, questions: impl IntoIterator<Item = Question>) -> Vec<Evidence> {
    questions.into_iter().flat_map(|question| answers(facts, &question)).take(MAX_EVIDENCE).collect()
}

/// What each authoritative server at the end of a walk said.
pub fn walk_answers(facts: &Observations, walk: &Walk) -> Vec<Evidence> {
    let last = walk.last();
    last.deepest().map(|cut| cut_answers(facts, &last.question, cut)).unwrap_or_default()
}

/// What each authoritative server of a zone cut said to a question.
pub fn cut_answers(facts: &Observations, question: &Question, cut: &Cut) -> Vec<Evidence> {
    let answered = cut.authoritative().filter_map(|server| Some((server, server.answer.as_ref()?)));
    answered
        .map(|(server, answer)| by(facts, question.to_string(), server.text(), answer_text(answer)))
        .take(MAX_EVIDENCE)
        .collect()
}

/// What each resolver said.
pub fn resolvers(facts: &Observations, question: &Question) -> Vec<Evidence> {
    let sources = facts.resolver(question).map(|fact| fact.sources.as_slice()).unwrap_or_default();
    sources
        .iter()
        .map(|source| Evidence {
            asked: question.to_string(),
            server: format!("resolver {}", source.server.as_deref().unwrap_or("unknown")),
            answer: marked(facts, &question.to_string(), answer_text(&source.outcome)),
            at: source.sent_at,
        })
        .collect()
}

/// What a server of a zone cut said when it was asked for the zone.
pub fn server(cut: &Cut, server: &Server, at: Timestamp) -> Evidence {
    Evidence { asked: format!("{} SOA", cut.zone), server: server.text(), answer: server.said.clone(), at }
}

/// What every server of a zone cut said, or those that `keep` accepts.
pub fn servers(facts: &Observations, cut: &Cut, keep: impl Fn(&Server) -> bool) -> Vec<Evidence> {
    let all = cut.servers.iter().filter(|one| keep(one)).map(|one| server(cut, one, facts.observed_at));
    all.take(MAX_EVIDENCE).collect()
}

/// What each server of the parent said about a zone cut.
pub fn parents(facts: &Observations, cut: &Cut) -> Vec<Evidence> {
    let views = cut.parent_views.iter().take(MAX_EVIDENCE);
    views.map(|view| by(facts, format!("{} SOA", cut.zone), &*view.server, says_text(&view.says))).collect()
}

/// A parent server's word in a few words.
fn says_text(says: &Says) -> String {
    match says {
        Says::Refers(names) => format!("referral to {}", names_text(names)),
        Says::Denies(absence) => answer_text(&Observed::Absent(absence.clone())),
        Says::Answers(records) => answer_text(&Observed::Present(records.clone())),
        Says::Serves => "serves the zone itself".into(),
        Says::Silent(cause) => cause.to_string(),
    }
}

/// Evidence from a party that is not one server, such as a registry's table.
pub fn by(
    facts: &Observations,
    asked: impl Into<String>,
    who: impl Into<String>,
    answer: impl Into<String>,
) -> Evidence {
    let asked = asked.into();
    Evidence { answer: marked(facts, &asked, answer.into()), asked, server: who.into(), at: facts.observed_at }
}

/// The answer, with a mark when it holds records that were put over the world. A denial holds none.
fn marked(facts: &Observations, asked: &str, answer: String) -> String {
    let holds = |text: &str| {
        let mut after = answer.match_indices(text).filter_map(|(at, _)| answer.get(at + text.len()..));
        after.any(|rest| rest.is_empty() || rest.starts_with([',', ' ']))
    };
    let assumed = |record: &ptrust_names::Record| {
        let rtype = record.data.rtype();
        asked == format!("{} {rtype}", record.owner) && holds(&format!("{rtype} {}", record.data))
    };
    if facts.run.assumed.iter().any(assumed) { format!("{answer} (assumed)") } else { answer }
}

/// Evidence that is a value of the facts themselves and was not answered by a server, such as a HELO.
pub fn given(facts: &Observations, what: impl Into<String>, value: impl Into<String>) -> Evidence {
    by(facts, what, "given", value)
}

/// Names for a sentence, each once: `a, b and c`.
pub fn names_text<'a>(names: impl IntoIterator<Item = &'a Name>) -> String {
    joined(names.into_iter().collect::<BTreeSet<_>>())
}

/// A name for a sentence: a lone dot reads as its end.
pub fn name_text(name: &Name) -> String {
    if name.is_root() { "the empty name".into() } else { name.to_string() }
}

/// The validator's reason for a broken chain of trust: the common ones as sentences, others as it gave them.
pub fn bogus_text(reason: &str) -> String {
    let bare = reason.strip_prefix("DNSSEC Bogus").unwrap_or(reason).trim_start_matches([':', ' ']);
    let plain = match bare {
        "" => "the signatures do not fit the keys",
        "No signature" => "a signature is missing where the parent says that the zone is signed",
        "Bad signature" | "too many bad signatures" => "the signatures do not fit the records, or have ended",
        "too many bad signature for DNSKEY" | "too many bad signatures for DNSKEY" => {
            "the DNSKEY records are not signed by a key that the parent's DS records name, or the signature has ended"
        }
        "No DNSKEY found" | "Too many DNSKEYs that do not match DS record" => {
            "no DNSKEY record fits the DS records at the parent"
        }
        "No NEC/NSEC3 proof for non-existance" | "No NSEC3 proves non-existance" => {
            "the denial comes without a signed proof (NSEC or NSEC3)"
        }
        _ => return format!("the validator says `{bare}`"),
    };
    plain.into()
}

/// Servers for a sentence, each with what is wrong with it.
pub fn faults_text<'a>(servers: impl IntoIterator<Item = &'a Server>) -> String {
    let text = |server: &Server| {
        let fault = class_text(server.class);
        match server.address {
            Some(address) => format!("{} at {address} ({fault})", server.name),
            None => format!("{} ({fault})", server.name),
        }
    };
    joined(servers.into_iter().map(text))
}

/// How a server counts, in a few words.
fn class_text(class: Class) -> String {
    match class {
        Class::Authoritative => "authoritative".into(),
        Class::Lame(reason) => reason.to_string(),
        Class::Failing(cause) => cause.to_string(),
        Class::Mute => "no answer over UDP and TCP".into(),
        Class::SpecialUse => "an address that nobody can reach".into(),
        Class::NotAsked(cause) => format!("not asked ({cause})"),
        Class::NoAddress => "the name has no address".into(),
        Class::AddressUnknown(cause) => format!("its address could not be looked up ({cause})"),
    }
}

/// Servers for a sentence, each with its address.
pub fn servers_text<'a>(servers: impl IntoIterator<Item = &'a Server>) -> String {
    joined(servers.into_iter().map(Server::text))
}
