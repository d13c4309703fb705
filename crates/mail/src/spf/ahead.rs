//! Questions worth asking before the evaluation stands at them, so that it takes as long as the tree is deep and not as
//! long as it has terms.

use super::engine::Engine;
use super::select::select;
use super::{CheckHost, MAX_LOOKUPS, MAX_MX, Mechanism, Record, Selection};
use crate::Answers;
use ipnet::IpNet;
use ptrust_names::{Name, Observed, Question, RecordType, Records};
use std::collections::BTreeSet;

/// The questions without an answer that the tree of a domain will most likely need.
pub(super) fn look_ahead(check: &CheckHost, domain: &Name, answers: &impl Answers) -> BTreeSet<Question> {
    let mut engine = Engine::new(check, answers);
    let mut left = MAX_LOOKUPS;
    note(&mut engine, domain, &mut left);
    engine.missing
}

/// Notes the questions of the tree: the terms of every record known so far, in
/// order, as many as the limit of lookups lets through.
fn note<A: Answers>(engine: &mut Engine<'_, A>, domain: &Name, left: &mut usize) {
    let Ok(answer) = engine.ask(&Question::new(domain.clone(), RecordType::TXT)) else { return };
    let selected = select(&answer);
    let (Selection::Found, Some(text)) = (selected.selection, selected.texts.first()) else { return };
    let Ok(record) = Record::parse(text) else { return };
    let redirect = record.redirect().map(|(_, target)| Mechanism::Include(target.clone()));
    let mechanisms = record.directives().map(|(_, directive)| &directive.mechanism);
    for mechanism in mechanisms.chain(&redirect) {
        let spec = match mechanism {
            // What is sure to match ends the record.
            Mechanism::All => return,
            Mechanism::Ip4(net) if IpNet::V4(*net).contains(&engine.ip) => return,
            Mechanism::Ip6(net) if IpNet::V6(*net).contains(&engine.ip) => return,
            Mechanism::Ip4(_) | Mechanism::Ip6(_) => continue,
            Mechanism::A(hosts) | Mechanism::Mx(hosts) => hosts.domain.as_ref(),
            Mechanism::Exists(spec) | Mechanism::Include(spec) => Some(spec),
            Mechanism::Ptr(spec) => spec.as_ref(),
        };
        if *left == 0 {
            return;
        }
        *left -= 1;
        let Ok(Some(target)) = engine.target(spec, domain) else { continue };
        // A missing answer is noted by the engine, which is all that is wanted here.
        match mechanism {
            Mechanism::A(_) => drop(engine.ask(&engine.address_question(&target))),
            Mechanism::Exists(_) => drop(engine.ask(&Question::new(target, RecordType::A))),
            Mechanism::Include(_) => note(engine, &target, left),
            Mechanism::Mx(_) => {
                if let Ok(Observed::Present(records)) = engine.ask(&Question::new(target, RecordType::MX)) {
                    drop(engine.ask_all(&exchanger_questions(engine, records)));
                }
            }
            Mechanism::Ptr(_) => drop(engine.validated()),
            Mechanism::All | Mechanism::Ip4(_) | Mechanism::Ip6(_) => {}
        }
    }
}

/// The questions for the addresses of the mail exchangers, in order of preference; none when they are over the limit.
/// The root, which says that no mail is taken (RFC 7505), has no addresses.
pub(super) fn exchanger_questions<A: Answers>(engine: &Engine<'_, A>, records: &Records) -> Vec<Question> {
    let mut exchangers: Vec<_> = records.exchangers().filter(|(_, host)| !host.is_root()).collect();
    if exchangers.len() > MAX_MX {
        return Vec::new();
    }
    exchangers.sort_by_key(|(preference, _)| *preference);
    exchangers.iter().map(|(_, host)| engine.address_question(host)).collect()
}
