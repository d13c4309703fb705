//! Discovery: the cases of RFC 9989 section 4.10 and appendix B.4, and those where the two ways differ.

use super::*;
use crate::Step;
use ptrust_names::{
    Absence, AbsenceKind, Cause, CharString, Data, Name, Observed, Question, Record, RecordType, Records,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A small world: texts by name, names that fail, and names that exist.
#[derive(Default)]
struct World {
    /// Texts by owner.
    texts: BTreeMap<Name, Vec<String>>,
    /// Owners for which the servers fail.
    failing: BTreeSet<Name>,
    /// Names that exist without texts.
    existing: BTreeSet<Name>,
    /// Questions answered, in order.
    asked: RefCell<Vec<String>>,
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// A world with these texts.
fn world(texts: &[(&str, &str)]) -> World {
    let mut world = World::default();
    for (owner, text) in texts {
        world.texts.entry(name(owner)).or_default().push((*text).to_owned());
    }
    world
}

impl World {
    /// The same world, in which a name fails.
    fn failing(mut self, owner: &str) -> Self {
        self.failing.insert(name(owner));
        self
    }

    /// The same world, in which a name exists.
    fn existing(mut self, owner: &str) -> Self {
        self.existing.insert(name(owner));
        self
    }

    /// The answer of the world.
    fn answer(&self, question: &Question) -> Observed<Records> {
        self.asked.borrow_mut().push(question.to_string());
        if self.failing.contains(&question.name) {
            return Observed::Unknown(Cause::ServFail);
        }
        let texts = self.texts.get(&question.name).filter(|_| question.rtype == RecordType::TXT);
        if let Some(texts) = texts {
            let record = |text: &String| Record {
                owner: question.name.clone(),
                ttl: 300,
                data: Data::Txt(vec![CharString::from(text.as_str())]),
            };
            return Observed::Present(Records { aliases: Vec::new(), set: texts.iter().map(record).collect() });
        }
        let exists = self.existing.iter().chain(self.texts.keys()).any(|owner| owner.is_at_or_below(&question.name));
        let kind = if exists { AbsenceKind::NoData } else { AbsenceKind::NxDomain };
        Observed::Absent(Absence { kind, soa: None })
    }

    /// Runs an evaluation to its end, answering only what it stands at.
    fn run<T>(&self, evaluate: impl Fn(&BTreeMap<Question, Observed<Records>>) -> Step<T>) -> T {
        let mut answers = BTreeMap::new();
        for _ in 0..100 {
            match evaluate(&answers) {
                Step::Done(value) => return value,
                Step::Ask { now, .. } => {
                    assert!(!now.is_empty(), "an evaluation asks for nothing");
                    for question in now {
                        let answer = self.answer(&question);
                        assert!(answers.insert(question, answer).is_none(), "a question is asked again");
                    }
                }
            }
        }
        panic!("the evaluation does not end");
    }

    /// Discovery for a domain.
    fn discover(&self, domain: &str) -> Discovery {
        self.run(|answers| discover(&name(domain), answers))
    }

    /// The organizational domain by the tree walk.
    fn organization(&self, domain: &str) -> String {
        match self.run(|answers| organizational_domain(&name(domain), answers)) {
            Determined::Known(domain) => domain.to_string(),
            Determined::Undetermined(cause) => format!("{cause:?}"),
        }
    }

    /// Whether two domains are aligned by the tree walk, relaxed.
    fn aligned(&self, author: &str, identifier: &str) -> Determined<bool> {
        self.run(|answers| align(&name(author), &name(identifier), answers)).tree_walk
    }
}

/// The parts of a discovery that cases compare: where the record stands, the organizational domain, the policy.
fn summary(discovery: &Discovery) -> (Option<String>, Option<String>, Option<Policy>) {
    (
        discovery.tree_walk.record().map(|record| record.domain.to_string()),
        discovery.tree_walk.organizational_domain.known().map(Name::to_string),
        discovery.effective().known().copied().flatten(),
    )
}

/// The same for the older way.
fn summary_old(discovery: &Discovery) -> (Option<String>, Option<String>, Option<Policy>) {
    (
        discovery.suffix_list.record().map(|record| record.domain.to_string()),
        discovery.suffix_list.organizational_domain.known().map(Name::to_string),
        discovery.effective_old().known().copied().flatten(),
    )
}

/// Expected parts.
fn parts(domain: &str, organization: &str, policy: Policy) -> (Option<String>, Option<String>, Option<Policy>) {
    (Some(domain.into()), Some(organization.into()), Some(policy))
}

const RFC_EXAMPLE: &[(&str, &str)] =
    &[("_dmarc.example.com", "v=DMARC1; p=reject"), ("_dmarc.signing.example.com", "v=DMARC1; p=reject")];

#[test]
fn long_names_take_eight_questions() {
    let targets = |domain: &str| walk_targets(&name(domain)).iter().map(Name::to_string).collect::<Vec<_>>();
    // RFC 9989 section 4.10, the illustration.
    assert_eq!(
        targets("a.b.c.d.e.f.g.h.i.j.mail.example.com"),
        [
            "a.b.c.d.e.f.g.h.i.j.mail.example.com",
            "g.h.i.j.mail.example.com",
            "h.i.j.mail.example.com",
            "i.j.mail.example.com",
            "j.mail.example.com",
            "mail.example.com",
            "example.com",
            "com"
        ]
        .map(str::to_owned)
    );
    assert_eq!(targets("a.b.c.d.e.f.example.com").get(1).map(String::as_str), Some("b.c.d.e.f.example.com"));
    assert_eq!(targets("x.a.b.c.d.e.f.example.com").get(1).map(String::as_str), Some("b.c.d.e.f.example.com"));
    assert_eq!(targets("example.com"), ["example.com", "com"]);
    assert_eq!(targets("com"), ["com"]);
    for count in 1..30 {
        assert!(targets(&vec!["a"; count].join(".")).len() == count.min(MAX_WALK));
    }
}

#[test]
fn appendix_b_4_1_simple() {
    let world = world(RFC_EXAMPLE);
    assert_eq!(summary(&world.discover("example.com")), parts("example.com", "example.com", Policy::Reject));
    assert_eq!(*world.asked.borrow(), ["_dmarc.example.com TXT", "_dmarc.com TXT"]);
    assert_eq!(world.organization("signing.example.com"), "example.com");
    assert_eq!(world.aligned("example.com", "signing.example.com"), Determined::Known(true));
    assert_eq!(world.aligned("example.com", "example.net"), Determined::Known(false));
}

#[test]
fn appendix_b_4_2_deep() {
    let world = world(RFC_EXAMPLE);
    let author = "a.b.c.d.e.f.g.h.i.j.k.example.com";
    assert_eq!(summary(&world.discover(author)), parts("example.com", "example.com", Policy::Reject));
    let asked = world.asked.borrow().iter().filter(|question| question.ends_with("TXT")).count();
    assert_eq!(asked, 8);
    assert_eq!(world.aligned(author, "signing.example.com"), Determined::Known(true));
    assert_eq!(world.aligned(author, "example.com"), Determined::Known(true));
}

#[test]
fn appendix_b_4_3_public_suffix_domain() {
    let world = world(&[
        ("_dmarc.bank.example", "v=DMARC1; p=reject; psd=y; rua=mailto:psd@bank.example"),
        ("_dmarc.giant.bank.example", "v=DMARC1; p=quarantine"),
    ]);
    let discovery = world.discover("giant.bank.example");
    assert_eq!(summary(&discovery), parts("giant.bank.example", "giant.bank.example", Policy::Quarantine));
    assert!(discovery.walk.stopped_by_psd);
    assert!(!world.asked.borrow().contains(&"_dmarc.example TXT".to_owned()));
    assert_eq!(world.organization("mail.mega.bank.example"), "mega.bank.example");
    assert_eq!(world.aligned("giant.bank.example", "mail.mega.bank.example"), Determined::Known(false));
    assert_eq!(world.aligned("giant.bank.example", "mail.giant.bank.example"), Determined::Known(true));
    // The suffix itself is its own organization, and nothing below it belongs to it.
    assert_eq!(world.organization("bank.example"), "bank.example");
    assert_eq!(world.aligned("bank.example", "mega.bank.example"), Determined::Known(false));
}

#[test]
fn organizational_domains_of_section_4_10_2() {
    let reject = "v=DMARC1; p=reject";
    let both = world(&[("_dmarc.mail.example.com", reject), ("_dmarc.example.com", reject)]);
    assert_eq!(both.organization("a.mail.example.com"), "example.com");
    let psd_n = world(&[("_dmarc.mail.example.com", "v=DMARC1; p=reject; psd=n"), ("_dmarc.example.com", reject)]);
    assert_eq!(psd_n.organization("a.mail.example.com"), "mail.example.com");
    assert_eq!(world(&[("_dmarc.com", "v=DMARC1; psd=y")]).organization("a.mail.example.com"), "example.com");
    assert_eq!(world(&[]).organization("a.mail.example.com"), "a.mail.example.com");
    assert_eq!(world(&[("_dmarc.mail.example.com", reject)]).organization("mail.example.com"), "mail.example.com");
    assert_eq!(both.failing("_dmarc.com").organization("a.mail.example.com"), "ServFail");
    assert_eq!(psd_n.failing("_dmarc.com").organization("a.mail.example.com"), "mail.example.com");
}

#[test]
fn the_highest_record_holds_below_it() {
    let world = world(&[("_dmarc.b.example.com", "v=DMARC1; p=none"), ("_dmarc.example.com", "v=DMARC1; p=reject")]);
    assert_eq!(summary(&world.discover("a.b.example.com")), parts("example.com", "example.com", Policy::Reject));
    assert_eq!(summary(&world.discover("b.example.com")), parts("b.example.com", "example.com", Policy::None));
}

#[test]
fn several_records_are_none_and_the_walk_goes_on() {
    // RFC 9989 section 4.10, steps 2 and 6, discards them and goes on; RFC 7489 6.6.3, step 5, ends there.
    let world = world(&[
        ("_dmarc.mail.example.com", "v=DMARC1; p=reject"),
        ("_dmarc.mail.example.com", "v=DMARC1; p=quarantine"),
        ("_dmarc.example.com", "v=DMARC1; p=none; sp=quarantine"),
    ])
    .existing("mail.example.com");
    let discovery = world.discover("mail.example.com");
    assert_eq!(summary(&discovery), parts("example.com", "example.com", Policy::Quarantine));
    assert_eq!(summary_old(&discovery), (None, Some("example.com".into()), None));
    let place = Difference::PolicyDomain { tree_walk: Some(name("example.com")), suffix_list: None };
    let policy = Difference::Policy { tree_walk: Some(Policy::Quarantine), suffix_list: None };
    assert_eq!(discovery.differences, [place, policy]);
}

#[test]
fn other_texts_are_passed_over() {
    let world = world(&[
        ("_dmarc.mail.example.com", "some other text"),
        ("_dmarc.mail.example.com", "v=dmarc1; p=none"),
        ("_dmarc.example.com", "v=DMARC1; p=quarantine"),
        ("_dmarc.example.com", "v=spf1 -all"),
    ]);
    let discovery = world.discover("mail.example.com");
    assert_eq!(summary(&discovery), parts("example.com", "example.com", Policy::Quarantine));
    assert_eq!(summary(&discovery), summary_old(&discovery));
    assert_eq!(discovery.differences, []);
}

#[test]
fn a_record_without_policy_ends_the_search() {
    let world =
        world(&[("_dmarc.mail.example.com", "v=DMARC1; adkim=s"), ("_dmarc.example.com", "v=DMARC1; p=reject")]);
    let discovery = world.discover("mail.example.com");
    assert_eq!(summary(&discovery), (Some("mail.example.com".into()), Some("example.com".into()), None));
}

#[test]
fn np_is_for_domains_that_do_not_exist() {
    let texts = [("_dmarc.example.com", "v=DMARC1; p=reject; sp=none; np=quarantine")];
    let discovery = world(&texts).discover("sub.example.com");
    assert_eq!(summary(&discovery), parts("example.com", "example.com", Policy::Quarantine));
    assert_eq!(summary_old(&discovery), parts("example.com", "example.com", Policy::None));
    let exists = world(&texts).existing("x.sub.example.com");
    assert_eq!(summary(&exists.discover("sub.example.com")), parts("example.com", "example.com", Policy::None));
    let own = world(&texts);
    assert_eq!(summary(&own.discover("example.com")), parts("example.com", "example.com", Policy::Reject));
    assert!(!own.asked.borrow().contains(&"example.com A".to_owned()));
    let unknown = world(&texts).failing("sub.example.com").discover("sub.example.com");
    assert_eq!(unknown.effective(), Determined::Undetermined(Cause::ServFail));
    assert_eq!(unknown.effective_old(), Determined::Known(Some(Policy::None)));
    // A suffix speaks for what is registered below it, and for what is not.
    let suffix = world(&[("_dmarc.gov.example", "v=DMARC1; p=reject; sp=none; np=reject; psd=y")]);
    let discovery = suffix.discover("fake.gov.example");
    assert_eq!(summary(&discovery), parts("gov.example", "fake.gov.example", Policy::Reject));
    assert_eq!(discovery.tree_walk.record().map(|record| record.holder), Some(Holder::PublicSuffixDomain));
}

#[test]
fn failures_never_become_absence() {
    let texts = [("_dmarc.example.com", "v=DMARC1; p=reject; t=y")];
    let lost = world(&texts).failing("_dmarc.example.com").discover("mail.example.com");
    assert_eq!(lost.effective(), Determined::Undetermined(Cause::ServFail));
    assert_eq!(lost.effective_old(), Determined::Undetermined(Cause::ServFail));
    assert_eq!(lost.differences, []);
    let first = world(&texts).failing("_dmarc.mail.example.com").discover("mail.example.com");
    assert_eq!(first.effective(), Determined::Undetermined(Cause::ServFail));
    // The domain's own record holds whatever is above it; only its organization stays open.
    let above = world(&texts).failing("_dmarc.com").discover("example.com");
    assert_eq!(above.effective(), Determined::Known(Some(Policy::Quarantine)));
    assert_eq!(above.tree_walk.organizational_domain, Determined::Undetermined(Cause::ServFail));
    assert_eq!(
        above.differences,
        [Difference::Policy { tree_walk: Some(Policy::Quarantine), suffix_list: Some(Policy::Reject) }]
    );
    let world = world(&texts).failing("_dmarc.mail.example.com");
    assert_eq!(world.aligned("example.com", "mail.example.com"), Determined::Undetermined(Cause::ServFail));
}

#[test]
fn the_two_ways_differ_in_organizations() {
    // A record at a name that the list has as a private suffix, and a subdomain with the only record.
    let suffix = world(&[("_dmarc.github.io", "v=DMARC1; p=reject")]);
    let discovery = suffix.discover("alice.github.io");
    assert_eq!(summary(&discovery), parts("github.io", "github.io", Policy::Reject));
    assert_eq!(summary_old(&discovery), (None, Some("alice.github.io".into()), None));
    let alignment = suffix.run(|answers| align(&name("alice.github.io"), &name("bob.github.io"), answers));
    assert_eq!((alignment.tree_walk, alignment.suffix_list, alignment.strict), (Determined::Known(true), false, false));
    let alone = world(&[("_dmarc.mail.example.com", "v=DMARC1; p=reject; pct=20")]);
    let alignment = alone.run(|answers| align(&name("mail.example.com"), &name("example.com"), answers));
    assert_eq!((alignment.tree_walk, alignment.suffix_list), (Determined::Known(false), true));
    let organization =
        Difference::OrganizationalDomain { tree_walk: name("mail.example.com"), suffix_list: name("example.com") };
    assert_eq!(alone.discover("mail.example.com").differences, [organization, Difference::Sampled { pct: 20 }]);
}

#[test]
fn the_list_looks_where_a_walk_ended() {
    let world =
        world(&[("_dmarc.b.example.com", "v=DMARC1; p=reject; psd=n"), ("_dmarc.example.com", "v=DMARC1; p=none")]);
    let discovery = world.discover("a.b.example.com");
    assert_eq!(summary(&discovery), parts("b.example.com", "b.example.com", Policy::Reject));
    assert_eq!(summary_old(&discovery), parts("example.com", "example.com", Policy::None));
    assert_eq!(discovery.suffix_list_step.map(|step| step.domain), Some(name("example.com")));
}

#[test]
fn destinations_elsewhere_must_agree() {
    let record = "v=DMARC1; p=none; rua=mailto:d@example.com,mailto:d@reports.example.com,mailto:d@yes.example.net,\
                  mailto:d@no.example.net,mailto:d@lost.example.net; ruf=mailto:f@other.example.net,mailto:f@moved.example.net,mailto:f@same.example.net";
    let world = world(&[
        ("_dmarc.example.com", record),
        ("example.com._report._dmarc.yes.example.net", "v=DMARC1;"),
        ("example.com._report._dmarc.other.example.net", "hello"),
        ("example.com._report._dmarc.moved.example.net", "v=DMARC1; ruf=mailto:x@victim.example"),
        ("example.com._report._dmarc.same.example.net", "v=DMARC1; rua=mailto:x@a.b; ruf=mailto:y@same.example.net"),
    ])
    .failing("example.com._report._dmarc.lost.example.net");
    let parsed = parse(record.as_bytes()).expect("a record");
    let found = world.run(|answers| destinations(&name("example.com"), &parsed, answers));
    let found: Vec<_> =
        found.iter().map(|destination| (destination.host.to_string(), destination.authorization.clone())).collect();
    let instead = vec![ReportUri::mailto("y@same.example.net").expect("an address")];
    let missing = Authorization::Missing { absence: Some(AbsenceKind::NxDomain) };
    let expected = [
        ("example.com", Authorization::NotNeeded),
        ("reports.example.com", Authorization::NotNeeded),
        ("yes.example.net", Authorization::Authorized { records: 1, instead: Vec::new() }),
        ("no.example.net", missing),
        ("lost.example.net", Authorization::Unknown(Cause::ServFail)),
        ("other.example.net", Authorization::Missing { absence: None }),
        ("moved.example.net", Authorization::OtherHost { host: name("victim.example") }),
        ("same.example.net", Authorization::Authorized { records: 1, instead }),
    ];
    assert_eq!(found, expected.map(|(host, authorization)| (host.to_owned(), authorization)));
}

#[test]
fn discoveries_are_stored_and_described() {
    let discovery = world(RFC_EXAMPLE).discover("a.signing.example.com");
    let json = serde_json::to_string(&discovery).expect("JSON");
    assert_eq!(serde_json::from_str::<Discovery>(&json).expect("the same"), discovery);
    let schema = serde_json::to_string(&schemars::schema_for!(Discovery)).expect("JSON");
    assert!(schema.contains("\"DmarcRecord\"") && schema.contains("\"quarantine\""));
}

#[test]
fn steps_lead_from_nothing_to_reject() {
    use NextStep::{Complete, Quarantine, Reject, TestQuarantine, TestReject};
    let step = |text: &str| next_step(Some(&parse(text.as_bytes()).expect("a record")));
    assert_eq!(next_step(None), NextStep::Publish);
    assert_eq!(step("v=DMARC1; adkim=s"), NextStep::Repair);
    assert_eq!(step("v=DMARC1; p=reject; sp=x; rua=mailto:a@b.c"), NextStep::Repair);
    assert_eq!(step("v=DMARC1; p=none"), NextStep::AskForReports);
    assert_eq!(step("v=DMARC1; p=reject; sp=none; rua=mailto:a@b.c"), NextStep::CoverSubdomains);
    let mut record = parse(b"v=DMARC1; p=none; pct=10; rua=mailto:a@b.c").expect("a record").value;
    let mut steps = Vec::new();
    loop {
        let next = step(&record.to_string());
        steps.push(next);
        if next == NextStep::Complete {
            break;
        }
        record = next.apply(&record);
    }
    assert_eq!(steps, [TestQuarantine, Quarantine, TestReject, Reject, Complete]);
    assert_eq!(record.to_string(), "v=DMARC1; p=reject; rua=mailto:a@b.c");
}
