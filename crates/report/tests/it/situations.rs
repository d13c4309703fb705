//! Facts by hand: one address in ten situations, as the network would have shown them.

use jiff::Timestamp;
use ptrust_facts::{
    AnyFact, Class, Cut, Fact, Facts, Key, LameReason, Line, Owner, Party, Role, RoleReason, Run, Scope, Server, Smtp,
    Source, Target, Transport, Use, Walk,
};
use ptrust_names::{
    Absence, AbsenceKind, Cause, Data, Name, NegativeSoa, Observed, Question, Record, RecordType, Records,
};
use std::net::IpAddr;

/// The sending address of most situations.
pub(crate) const SENDER: &str = "203.0.113.25";
/// The holder's zone.
const ZONE: &str = "113.0.203.in-addr.arpa";

/// Parses a name.
pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// Parses an address.
fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// When every situation was observed.
pub(crate) fn at() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().expect("a timestamp")
}

/// No facts about an address of a world.
pub(crate) fn facts(address: &str) -> Facts {
    let target = Target { scope: Scope::World, smtp_port: Some(25), ..Target::new(ip(address)) };
    Facts::new(target, at(), Run::default())
}

/// One record.
pub(crate) fn record(owner: &str, ttl: u32, data: Data) -> Record {
    Record { owner: name(owner), ttl, data }
}

/// A set without aliases.
pub(crate) fn set(records: Vec<Record>) -> Observed<Records> {
    Observed::Present(Records { aliases: Vec::new(), set: records })
}

/// A denial by a zone.
fn denied(zone: &str) -> Observed<Records> {
    let soa = NegativeSoa { zone: name(zone), mname: name("ns1.example.com"), ttl: 3600 };
    Observed::Absent(Absence { kind: AbsenceKind::NxDomain, soa: Some(soa) })
}

/// A zone cut whose servers all answer.
fn cut(zone: &str, role: Role, role_reason: RoleReason, servers: &[(&str, &str)], ms: u64) -> Cut {
    let names: Vec<_> = servers.iter().map(|(server, _)| name(server)).collect();
    let servers = servers.iter().map(|(server, address)| Server {
        name: name(server),
        address: Some(ip(address)),
        in_parent: true,
        in_child: true,
        class: Class::Authoritative,
        answer: None,
        serial: Some(2026),
        rtt_us: Some(ms * 1000),
        recurses: false,
        said: "NOERROR AA".into(),
    });
    Cut {
        zone: name(zone),
        role,
        role_reason,
        parent_servers: Some(names.clone()),
        child_servers: Some(names),
        signed: Some(false),
        soa: None,
        servers: servers.collect(),
        parent_views: Vec::new(),
        glue_mismatches: Vec::new(),
        rtt_us: Some(ms * 1000),
    }
}

/// The cuts from the root to APNIC's zone.
fn upper() -> Vec<Cut> {
    let mut root = cut(".", Role::Root, RoleReason::Place, &[("a.root-servers.net", "198.41.0.4")], 4);
    root.parent_servers = Some((b'a'..=b'm').map(|c| name(&format!("{}.root-servers.net", char::from(c)))).collect());
    root.child_servers = None;
    let mut infra = cut(
        "in-addr.arpa",
        Role::Infrastructure,
        RoleReason::Place,
        &[("a.in-addr-servers.arpa", "199.180.182.53")],
        12,
    );
    infra.parent_servers =
        Some((b'a'..=b'f').map(|c| name(&format!("{}.in-addr-servers.arpa", char::from(c)))).collect());
    infra.child_servers = None;
    let apnic = [("ns1.apnic.net", "203.119.86.101"), ("ns2.apnic.net", "203.119.95.53")];
    vec![root, infra, cut("203.in-addr.arpa", Role::Registry, RoleReason::Allocated("apnic".into()), &apnic, 18)]
}

/// The holder's cut: each server gives the answer.
fn holder(answer: &Observed<Records>) -> Cut {
    let servers = [("ns1.example.net", "192.0.2.1"), ("ns2.example.net", "192.0.2.2")];
    let mut cut = cut(ZONE, Role::Holder, RoleReason::Rest, &servers, 21);
    cut.servers.iter_mut().for_each(|server| server.answer = Some(answer.clone()));
    cut
}

/// A walk.
pub(crate) fn walk(question: Question, cuts: Vec<Cut>, answer: Observed<Records>) -> Walk {
    Walk {
        question,
        cuts,
        answer,
        alias: None,
        alias_conflict: Vec::new(),
        parent_exists: Some(true),
        denied_nonterminals: Vec::new(),
        zone_alias: None,
        nameserver_aliases: Vec::new(),
        queries: 9,
    }
}

/// A source.
fn source<T>(server: &str, outcome: Observed<T>) -> Source<T> {
    let transport = Transport::Udp;
    Source { address: None, server: Some(server.into()), transport, sent_at: at(), rtt_us: Some(900), outcome }
}

/// Adds a walk.
pub(crate) fn add_walk(facts: &mut Facts, walk: Walk) {
    let key = Key::Walk(walk.question.clone());
    facts.insert(key, AnyFact::Walk(Fact { observed: Observed::Present(walk), sources: Vec::new() }));
}

/// Adds a resolver's answer.
pub(crate) fn add_resolver(facts: &mut Facts, question: Question, answer: Observed<Records>) {
    facts.insert(Key::Resolver(question), AnyFact::Records(Fact::of(vec![source("192.0.2.53", answer)])));
}

/// Adds the holder.
fn add_owner(facts: &mut Facts) {
    let owner = Owner {
        holder: Some("Example Hosting BV".into()),
        handles: vec!["ORG-EX1-RIPE".into()],
        block_name: Some("EXAMPLE-NET".into()),
        blocks: vec!["203.0.113.0/24".parse().expect("a block")],
        block_type: Some("ASSIGNED PA".into()),
        registry: Some("apnic".into()),
        abuse: Some("abuse@example.net".into()),
        country: Some("NL".into()),
        usage: Use::Shared,
        usage_reason: Some("assigned to the provider itself".into()),
        ..Owner::default()
    };
    let key = Key::Owner(facts.target.address);
    facts.insert(key, AnyFact::Owner(Fact::of(vec![source("rdap.apnic.net", Observed::Present(owner))])));
}

/// Adds the greeting of the host's own server.
pub(crate) fn add_smtp(facts: &mut Facts, greeting: &str) {
    let line = Line { at_ms: 20, party: Party::Server, text: format!("220 {greeting} ESMTP") };
    let smtp = Smtp { code: 220, greeting: Some(greeting.into()), ehlo: None, transcript: vec![line] };
    let key = Key::Smtp(facts.target.address, 25);
    facts.insert(key, AnyFact::Smtp(Fact::of(vec![source(SENDER, Observed::Present(smtp))])));
}

/// A PTR to `mail.example.com` in a sound zone.
fn add_ptr(facts: &mut Facts, target: &str) {
    let question = facts.ptr_question();
    let answer = set(vec![record(&question.name.to_string(), 3600, Data::Ptr(name(target)))]);
    let mut cuts = upper();
    cuts.push(holder(&answer));
    add_walk(facts, walk(question.clone(), cuts, answer.clone()));
    add_resolver(facts, question, answer);
}

/// An address of a name.
pub(crate) fn add_forward(facts: &mut Facts, host: &str, addresses: &[&str]) {
    let question = facts.forward_question(&name(host));
    let records = addresses.iter().map(|address| match ip(address) {
        IpAddr::V4(v4) => record(host, 300, Data::A(v4)),
        IpAddr::V6(v6) => record(host, 300, Data::Aaaa(v6)),
    });
    let answer = set(records.collect());
    let mut cuts = vec![upper().remove(0)];
    let mut zone = cut("example.com", Role::Forward, RoleReason::Place, &[("ns1.example.com", "192.0.2.9")], 8);
    zone.servers.iter_mut().for_each(|server| server.answer = Some(answer.clone()));
    cuts.push(zone);
    add_walk(facts, walk(question.clone(), cuts, answer.clone()));
    add_resolver(facts, question, answer);
}

/// Everything is right.
pub(crate) fn good() -> Facts {
    let mut facts = facts(SENDER);
    facts.target.helo = Some("mail.example.com".into());
    add_ptr(&mut facts, "mail.example.com");
    add_forward(&mut facts, "mail.example.com", &[SENDER]);
    let question = Question::new(name("mail.example.com"), RecordType::AAAA);
    add_resolver(&mut facts, question, denied("example.com"));
    add_owner(&mut facts);
    add_smtp(&mut facts, "mail.example.com");
    facts
}

/// The name leads to another address.
pub(crate) fn mismatch() -> Facts {
    let mut facts = facts(SENDER);
    add_ptr(&mut facts, "mail.example.com");
    add_forward(&mut facts, "mail.example.com", &["203.0.113.99"]);
    add_owner(&mut facts);
    facts
}

/// APNIC's zone denies the name.
pub(crate) fn missing_delegation() -> Facts {
    let mut facts = facts(SENDER);
    let question = facts.ptr_question();
    let answer = denied("203.in-addr.arpa");
    let mut cuts = upper();
    for server in &mut cuts[2].servers {
        server.answer = Some(answer.clone());
    }
    add_walk(&mut facts, walk(question.clone(), cuts, answer.clone()));
    add_resolver(&mut facts, question, answer);
    add_owner(&mut facts);
    facts
}

/// The holder's servers do not serve the zone.
pub(crate) fn lame() -> Facts {
    let mut facts = facts(SENDER);
    let question = facts.ptr_question();
    let unknown = Observed::Unknown(Cause::Lame);
    let mut zone = holder(&unknown);
    (zone.child_servers, zone.rtt_us) = (None, None);
    for server in &mut zone.servers {
        (server.answer, server.serial, server.in_child) = (None, None, false);
    }
    zone.servers[0].class = Class::Lame(LameReason::Refused);
    zone.servers[0].said = "REFUSED".into();
    zone.servers[1].class = Class::Mute;
    zone.servers[1].said = "no answer in 3 tries, TCP 1".into();
    let mut cuts = upper();
    cuts.push(zone);
    add_walk(&mut facts, walk(question.clone(), cuts, unknown));
    add_resolver(&mut facts, question, Observed::Unknown(Cause::ServFail));
    add_owner(&mut facts);
    facts
}

/// The holder's zone has no such name.
pub(crate) fn ptr_missing() -> Facts {
    let mut facts = facts(SENDER);
    let question = facts.ptr_question();
    let answer = denied(ZONE);
    let mut cuts = upper();
    cuts.push(holder(&answer));
    add_walk(&mut facts, walk(question.clone(), cuts, answer.clone()));
    add_resolver(&mut facts, question, answer);
    add_owner(&mut facts);
    facts
}

/// An address of a private network.
pub(crate) fn special_use() -> Facts {
    Facts::new(Target::new(ip("10.1.2.3")), at(), Run::default())
}

/// Silence everywhere below the registry.
pub(crate) fn silence() -> Facts {
    let mut facts = facts(SENDER);
    let question = facts.ptr_question();
    let unknown = Observed::Unknown(Cause::Timeout);
    let mut zone = holder(&unknown);
    (zone.child_servers, zone.rtt_us) = (None, None);
    for server in &mut zone.servers {
        (server.answer, server.serial, server.in_child) = (None, None, false);
        server.class = Class::NotAsked(Cause::Budget);
        server.said = String::new();
    }
    let mut cuts = upper();
    cuts.push(zone);
    add_walk(&mut facts, walk(question.clone(), cuts, unknown.clone()));
    add_resolver(&mut facts, question, unknown);
    let owner = Key::Owner(facts.target.address);
    facts.insert(owner, AnyFact::Owner(Fact::unknown(Cause::Timeout)));
    facts
}

/// An alias into the customer's own zone (RFC 2317), one of whose servers is lame.
pub(crate) fn classless() -> Facts {
    let mut facts = facts(SENDER);
    let question = facts.ptr_question();
    let target = "25.0-127.113.0.203.in-addr.arpa";
    let ptr = record(target, 7200, Data::Ptr(name("mail.example.com")));
    let end = set(vec![ptr.clone()]);
    let mut own = cut(
        "0-127.113.0.203.in-addr.arpa",
        Role::Holder,
        RoleReason::Rest,
        &[("ns.customer.example", "192.0.2.77"), ("ns.elsewhere.example", "198.51.100.7")],
        9,
    );
    own.servers[0].answer = Some(end.clone());
    own.servers[1].class = Class::Lame(LameReason::NoAuthority);
    own.servers[1].said = "NOERROR without AA".into();
    let mut cuts = upper();
    cuts.push(holder(&Observed::Unknown(Cause::NotAsked)));
    let mut deep = cuts.clone();
    deep.push(own);
    let alias = record(&question.name.to_string(), 3600, Data::Cname(name(target)));
    let answer = Observed::Present(Records { aliases: vec![alias], set: vec![ptr] });
    let mut first = walk(question.clone(), cuts, answer.clone());
    first.cuts[3].servers.iter_mut().for_each(|server| server.answer = None);
    first.alias = Some(Box::new(walk(Question::new(name(target), RecordType::PTR), deep, end)));
    add_walk(&mut facts, first);
    add_resolver(&mut facts, question, answer);
    add_forward(&mut facts, "mail.example.com", &[SENDER]);
    add_owner(&mut facts);
    facts
}

/// An IPv6 address without a PTR: its reverse name alone nearly fills a line.
pub(crate) fn ptr_missing_v6() -> Facts {
    let mut facts = facts("2001:db8:7::25");
    let question = facts.ptr_question();
    let zone = "7.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    let answer = denied(zone);
    let mut cuts = vec![
        upper().remove(0),
        cut("ip6.arpa", Role::Infrastructure, RoleReason::Place, &[("a.ip6-servers.arpa", "199.180.182.53")], 12),
        cut(
            zone,
            Role::Holder,
            RoleReason::Rest,
            &[("ns1.example.net", "192.0.2.1"), ("ns2.example.net", "192.0.2.2")],
            21,
        ),
    ];
    cuts[2].servers.iter_mut().for_each(|server| server.answer = Some(answer.clone()));
    add_walk(&mut facts, walk(question.clone(), cuts, answer.clone()));
    add_resolver(&mut facts, question, answer);
    facts
}

/// Every situation with its name.
pub(crate) fn all() -> Vec<(&'static str, Facts)> {
    vec![
        ("good", good()),
        ("mismatch", mismatch()),
        ("missing delegation", missing_delegation()),
        ("lame", lame()),
        ("ptr missing", ptr_missing()),
        ("special use", special_use()),
        ("silence", silence()),
        ("classless", classless()),
        ("ptr missing v6", ptr_missing_v6()),
    ]
}
