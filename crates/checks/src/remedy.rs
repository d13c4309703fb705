//! Remedies that several checks share: setting a PTR, and asking for a delegation.

use crate::Remedy;
use ptrust_facts::identity::{Banner, Names, name_fault};
use ptrust_facts::{Facts, Owner, Use};
use ptrust_knowledge::mta::{self, Software};
use ptrust_knowledge::providers::{self, Provider};
use ptrust_knowledge::registries;
use ptrust_names::{Name, Question, RecordType, reverse_name};

/// TTL of suggested records, in seconds: short enough to correct a slip within an hour.
pub const TTL: u32 = 3600;

/// The provider that holds the address, when registration data and names point at one, or a name alone.
pub fn provider(facts: &Facts) -> Option<&'static Provider> {
    let names: Vec<String> = facts.identity().names.list().iter().map(|name| name.name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let owner = facts.owner();
    let held = owner.present().and_then(|owner| {
        let mut words: Vec<&str> = owner.handles.iter().map(String::as_str).collect();
        words.extend(owner.holder.as_deref());
        words.extend(owner.block_name.as_deref());
        providers::by_holder(&words, &names).first().copied()
    });
    held.or_else(|| names.iter().find_map(|name| providers::default_name(name)))
}

/// The name the address should have: the HELO, a PTR name that is sound and leads back, the host the user asked about
/// or the greeting's name, whichever first has no fault of its own; else a placeholder in angle brackets that no server
/// accepts by accident.
pub fn wanted_name(facts: &Facts) -> String {
    wanted(facts).map_or_else(|| PLACEHOLDER.into(), |name| name.to_string())
}

/// What stands where the name is the reader's to choose.
const PLACEHOLDER: &str = "<name of the mail host>";

/// The name the address should have, if one shows itself.
fn wanted(facts: &Facts) -> Option<Name> {
    let identity = facts.identity();
    let helo = facts.target.helo.as_deref().and_then(|text| text.parse().ok());
    let banner = match &identity.banner {
        Banner::Name { name, .. } => Some(name.clone()),
        _ => None,
    };
    let confirmed = identity.names.confirmed().map(|name| name.name.clone());
    let candidates = helo.into_iter().chain(confirmed).chain(facts.target.host.clone()).chain(banner);
    candidates.into_iter().find(|name| name_fault(name, facts.target.address, || false).is_none())
}

/// The owner of the PTR record: the reverse name, or the end of the aliases that stand in its place (RFC 2317).
pub fn ptr_owner(facts: &Facts) -> Name {
    owner_of(facts, &facts.ptr_question())
}

/// The name that holds, or would hold, the records that answer a question: the end of its aliases.
pub fn owner_of(facts: &Facts, question: &Question) -> Name {
    let walk = facts.walk(question);
    let resolved = facts.resolver(question).and_then(|fact| fact.observed.present());
    let held = walk.present().and_then(|walk| walk.answer.present()).or(resolved);
    let owner = held.and_then(|records| records.set.first()).map(|record| &record.owner);
    let end = walk.present().map(|walk| &walk.last().question.name);
    owner.or(end).unwrap_or(&question.name).clone()
}

/// The PTR record line for the target.
pub fn ptr_record(facts: &Facts, name: &str) -> String {
    format!("{} {TTL} IN PTR {name}.", ptr_owner(facts).absolute())
}

/// The address record line for a name.
pub fn address_record(facts: &Facts, name: &Name) -> String {
    let address = facts.target.address;
    format!("{} {TTL} IN {} {address}", name.absolute(), RecordType::address_of(address))
}

/// Setting the PTR to the name the address should have.
pub fn set_ptr(facts: &Facts) -> Remedy {
    set_ptr_or(facts, None)
}

/// The same with a name to suggest where none shows itself: the name's own address first, then the PTR, at the
/// provider when it is known, else in the zone file.
pub fn set_ptr_or(facts: &Facts, suggestion: Option<Name>) -> Remedy {
    let wanted = wanted(facts).or(suggestion);
    let name = wanted.as_ref().map_or_else(|| PLACEHOLDER.into(), Name::to_string);
    let mut steps = Vec::new();
    let leads_back = |name: &Name| facts.identity().names.confirmed().any(|ptr| ptr.name == *name);
    match &wanted {
        Some(name) if leads_back(name) => {}
        Some(name) => steps.push(format!(
            "Make sure that the zone of {name} holds the record `{}`, since the name must lead back to the address.",
            address_record(facts, name)
        )),
        None => steps.push(format!(
            "Choose the name that the mail host says in HELO, such as mail.example.com, and publish the address {} for \
             it.",
            facts.target.address
        )),
    }
    let owner = ptr_owner(facts);
    // Where an alias leads the reverse name into another zone, the provider's own panel holds no PTR for it.
    if let Some(provider) = provider(facts).filter(|_| owner == reverse_name(facts.target.address)) {
        steps.extend(provider_steps(facts, provider, &name));
    } else {
        let zone = reverse_zone(facts);
        steps.push(format!("In {zone}, publish the PTR record below, and no other PTR for this name."));
        if let Some(holder) = facts.owner().present().and_then(|owner| owner.holder.as_deref()) {
            steps.push(format!("If you do not run that zone, ask {holder}, the registered holder of the address."));
        }
    }
    Remedy { steps, records: vec![ptr_record(facts, &name)] }
}

/// The zone that holds the PTR, or should, in words.
pub fn reverse_zone(facts: &Facts) -> String {
    let denying = match &facts.identity().names {
        Names::Missing { zone } => zone.clone(),
        _ => None,
    };
    let question = facts.ptr_question();
    let walk = facts.walk(&question);
    let walked = || walk.present().and_then(|walk| Some(walk.last().deepest()?.zone.clone()));
    match denying.or_else(walked) {
        Some(zone) => format!("the reverse zone {zone}"),
        None => format!("the reverse zone of {}", facts.target.address),
    }
}

/// Items in one line: `a, b and c`; beyond a handful only their number.
pub fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let mut items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let more = items.len().saturating_sub(MAX_LISTED);
    items.truncate(MAX_LISTED);
    if more > 0 {
        items.push(format!("{more} more"));
    }
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".into(),
    }
}

/// The word that fits the number of things.
pub const fn for_count<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Items of a list in one sentence at most: the evidence holds the rest.
const MAX_LISTED: usize = 6;

/// The name a mail host should use in HELO: a sound PTR name that leads back, else the name it should have, else a PTR
/// name that leads back and is no more than that.
pub fn helo_name(facts: &Facts) -> String {
    let confirmed = || facts.identity().names.confirmed().filter(|name| name.usable);
    let sound = confirmed().find(|name| name.fault.is_none()).map(|name| name.name.clone());
    let any = || confirmed().next().map(|name| name.name.clone());
    let name = sound.or_else(|| wanted(facts)).or_else(any);
    name.map_or_else(|| PLACEHOLDER.into(), |name| name.to_string())
}

/// Setting the HELO in the mail servers that most hosts run.
pub fn set_helo(name: &str) -> Vec<String> {
    settings(mta::Topic::HeloName, name)
}

/// Setting the name in the greeting in the mail servers that most hosts run.
pub fn set_greeting(name: &str) -> Vec<String> {
    settings(mta::Topic::GreetingName, name)
}

/// Mail servers that hosts in the open run most: more would make every remedy longer.
const USUAL: [Software; 3] = [Software::Postfix, Software::Exim, Software::OpenSmtpd];

/// What to set in each usual mail server, one sentence each.
fn settings(topic: mta::Topic, name: &str) -> Vec<String> {
    let usual = mta::about(topic).filter(|setting| USUAL.contains(&setting.software));
    usual.map(|setting| setting.sentence_with(&[("name", name)])).collect()
}

/// A provider's steps as sentences; what is not confirmed is marked.
fn provider_steps(facts: &Facts, provider: &Provider, name: &str) -> Vec<String> {
    let steps = provider.steps(facts.target.address, name);
    let mut lines = vec![format!("The address is at {}.", provider.name)];
    let mut add = |prefix: &str, text: &str, advice: bool| {
        let mark = if advice { " (advice, not confirmed)" } else { "" };
        lines.push(format!("{prefix}{text}{mark}"));
    };
    for step in &steps.preconditions {
        add("First: ", &step.text, step.advice);
    }
    for step in &steps.steps {
        add("Set it: ", &step.text, step.advice);
    }
    if let Some(step) = &steps.command {
        add("Or: ", &step.text, step.advice);
    }
    if let Some(step) = &steps.api {
        add("API: ", &step.text, step.advice);
    }
    lines.extend(steps.traps.iter().map(|trap| format!("Mind: {trap}.")));
    lines
}

/// Who must ask for a delegation, and where.
pub fn ask_delegation(facts: &Facts, zone: &Name) -> Vec<String> {
    let owner = facts.owner();
    let owner = owner.present().copied();
    let holder = owner.and_then(|owner| owner.holder.as_deref()).unwrap_or(UNNAMED);
    let block = block_text(facts, owner);
    let by_rdap = owner.and_then(|owner| owner.registry.as_deref());
    let by_table = registries::block(facts.target.address).map(|block| block.registry.as_str());
    let name = |id: &str| registries::registry(id).map_or_else(|| id.to_owned(), |registry| registry.name.clone());
    let registry = match (by_rdap, by_table) {
        (Some(one), _) => name(one),
        (None, Some(one)) => format!("{} (or the registry the block was transferred to)", name(one)),
        (None, None) => "the registry".into(),
    };
    let begin = if holder == UNNAMED { "The registered holder of the block" } else { holder };
    let mut steps = vec![format!(
        "{begin} sets up the reverse zone for {block} on at least two name servers, and then registers those servers \
         at {registry}, which publishes them in {zone}."
    )];
    if owner.is_some_and(|owner| owner.usage == Use::Shared) {
        steps.push(format!("As a customer of {holder}, open a ticket there: only the holder may ask the registry."));
    }
    steps
}

/// The holder whose name is not known.
const UNNAMED: &str = "the registered holder of the block";

/// The block in words.
fn block_text(facts: &Facts, owner: Option<&Owner>) -> String {
    match owner.and_then(|owner| owner.blocks.first()) {
        Some(block) => block.to_string(),
        None => format!("the block around {}", facts.target.address),
    }
}
