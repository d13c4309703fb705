//! The whole tree: ranges, counts, bounds.

use super::{World, a, closed, mx, name, question, run, txt, unknown, world};
use crate::Step;
use crate::spf::{
    Cut, Link, MAX_QUESTIONS, MAX_RECORDS, Qualifier, Selection, TermState, Tree, Voids, overlaps, passing_ipv4,
    survey, widest,
};
use ptrust_names::{Question, RecordType};

/// The tree of `example.com`, and the rounds of asking.
fn tree(world: &World) -> (Tree, usize) {
    let (tree, rounds, _) = run(world, |known| survey(&name("example.com"), known));
    (tree, rounds)
}

/// What a tree allows, as text: block, qualifier, path and whether listed singly.
fn allowed(tree: &Tree) -> Vec<String> {
    let row = |a: crate::spf::Allowed| {
        let path: Vec<_> = a.path.iter().map(ToString::to_string).collect();
        format!("{}{} {} {}", a.qualifier, a.range, path.join(">"), if a.singly { "singly" } else { "" })
            .trim()
            .to_owned()
    };
    tree.allowed().into_iter().map(row).collect()
}

#[test]
fn every_term_becomes_ranges() {
    let records = world(&[
        (
            "example.com",
            txt("v=spf1 ip4:192.0.2.1 a:h.example.com/24 ~include:p.example.net include:i.example.org mx -all"),
        ),
        ("example.com", mx(10, "h.example.com")),
        ("h.example.com", a("198.51.100.7")),
        ("h.example.com", ptrust_names::Data::Aaaa("2001:db8::7".parse().expect("an address"))),
        ("p.example.net", txt("v=spf1 redirect=q.example.net")),
        ("q.example.net", txt("v=spf1 -ip4:203.0.113.1 ip4:203.0.113.0/24 ?all")),
        ("i.example.org", txt("v=spf1 ptr exists:%{i}.x.example.org a:%{d} -all")),
        ("i.example.org", a("192.0.2.77")),
    ]);
    let (tree, rounds) = tree(&records);
    assert_eq!(rounds, 3);
    assert_eq!(
        allowed(&tree),
        [
            "192.0.2.1/32  singly",
            "198.51.100.0/24",
            "2001:db8::7/128  singly",
            "~203.0.113.0/24 p.example.net>q.example.net",
            "192.0.2.77/32 i.example.org",
            "198.51.100.7/32",
            "2001:db8::7/128",
            "-0.0.0.0/0",
            "-::/0",
        ]
    );
    assert_eq!((tree.lookups, tree.voids), (8, Voids { v4: 0, v6: 1 }));
    let third = tree.term(tree.lookup(3).expect("a third lookup")).expect("a term");
    assert_eq!(third.text.to_string(), "redirect=q.example.net");
    assert_eq!(tree.in_state(TermState::DependsOnSender).count(), 2);
    assert_eq!(tree.cut.len(), 0);
    let json = serde_json::to_string(&tree).expect("serializes");
    assert_eq!(serde_json::from_str::<Tree>(&json).expect("reads back"), tree);
}

#[test]
fn own_redirects_stay_own() {
    let records = world(&[
        ("example.com", txt("v=spf1 redirect=_spf.example.com")),
        ("_spf.example.com", txt("v=spf1 ip4:192.0.2.1 include:o.example ~all")),
        ("o.example", txt("v=spf1 ip4:192.0.2.2 ip4:192.0.2.3 all")),
    ]);
    let (tree, _) = tree(&records);
    assert_eq!(
        allowed(&tree)[..2],
        ["192.0.2.1/32 _spf.example.com singly", "192.0.2.2/32 _spf.example.com>o.example"]
    );
    // The included record passes everybody, and so does the domain.
    let list = tree.allowed();
    assert_eq!(passing_ipv4(&list), 1 << 32);
    assert_eq!(widest(&list)[0].expect("a block").range.to_string(), "192.0.2.1/32");
}

#[test]
fn what_is_wrong_is_marked() {
    let records = world(&[
        (
            "example.com",
            txt(
                "v=spf1 include:several.example include:faulty.example include:none.example a:a..example -all a mx redirect=x.example",
            ),
        ),
        ("several.example", txt("v=spf1 ip4:192.0.2.1")),
        ("several.example", txt("v=spf1 ip4:192.0.2.2")),
        ("faulty.example", txt("v=spf1 ip4:192.0.2.3 ip4:192.0.2 -all")),
    ]);
    let (tree, _) = tree(&records);
    let state = |term| tree.term(Link { node: 0, term }).expect("a term").state;
    assert_eq!(
        [0, 1, 2, 3, 4].map(state),
        [TermState::Known, TermState::Known, TermState::Known, TermState::MalformedTarget, TermState::Known]
    );
    assert_eq!([5, 6, 7].map(state), [TermState::Unreachable; 3]);
    let selections: Vec<_> = tree.nodes.iter().map(|node| node.selection).collect();
    let missing = Selection::Missing(Some(ptrust_names::AbsenceKind::NxDomain));
    assert_eq!(selections, [Selection::Found, Selection::Several(2), Selection::Found, missing]);
    assert_eq!(tree.nodes[2].errors().next().expect("a fault").at, 25);
    // Shown as meant, and marked: no receiver gets there.
    let list = tree.allowed();
    let passing: Vec<_> = list.iter().filter(|a| a.qualifier == Qualifier::Pass).collect();
    assert!(passing.len() == 2 && passing.iter().all(|a| a.broken));
    assert_eq!((tree.lookups, tree.voids), (4, Voids { v4: 1, v6: 1 }));
}

#[test]
fn silence_stays_unknown() {
    let mut records =
        world(&[("example.com", txt("v=spf1 include:a.example a mx -all")), ("example.com", a("192.0.2.1"))]);
    unknown(&mut records, "a.example", RecordType::TXT);
    unknown(&mut records, "example.com", RecordType::AAAA);
    unknown(&mut records, "example.com", RecordType::MX);
    let (tree, _) = tree(&records);
    assert_eq!(tree.in_state(TermState::Unknown).count(), 3);
    assert_eq!(tree.voids, Voids::default());
    assert!(matches!(tree.nodes[1].selection, Selection::Unknown(_)));
    assert_eq!(tree.allowed().first().expect("a block").range.to_string(), "192.0.2.1/32");

    unknown(&mut records, "example.com", RecordType::TXT);
    let (tree, _) = self::tree(&records);
    assert!(matches!(tree.root().expect("a node").selection, Selection::Unknown(_)) && tree.allowed().is_empty());
}

#[test]
fn loops_and_repeats_are_seen() {
    let records = world(&[
        (
            "example.com",
            txt(
                "v=spf1 include:a.example include:b.example include:A.example ip4:192.0.2.0/24 ip4:192.0.2.9 -ip4:192.0.2.0/24 ~all",
            ),
        ),
        ("a.example", txt("v=spf1 include:example.com ip4:192.0.2.9 include:a.example")),
        ("b.example", txt("v=spf1 include:a.example")),
    ]);
    let (tree, _) = tree(&records);
    assert_eq!(tree.in_state(TermState::Cycle).count(), 6);
    assert_eq!(tree.repeated(), [&name("a.example")]);
    let duplicates: Vec<_> = tree.duplicates().iter().map(|d| (d.node, d.first, d.second)).collect();
    assert_eq!(duplicates, [(0, 0, 2), (0, 3, 5)]);
    let list = tree.allowed();
    let pairs: Vec<_> = overlaps(&list).iter().map(|o| (list[o.inner].range.to_string(), o.outer)).collect();
    // Three times 192.0.2.9 from includes and once from the domain, and the block twice.
    assert_eq!(pairs.len(), 5);
    assert_eq!(passing_ipv4(&list), 256);
}

#[test]
fn a_name_that_exists_passes_everybody() {
    let records = world(&[("example.com", txt("v=spf1 exists:%{d} -all")), ("example.com", a("192.0.2.1"))]);
    let (tree, _) = tree(&records);
    assert_eq!(allowed(&tree)[..2], ["0.0.0.0/0", "::/0"]);
}

/// A record that includes ten records of its kind, under names made up as they are followed.
fn bomb(question: &Question) -> World {
    let terms: Vec<_> = (0..10).map(|n| format!("include:{n}.%{{d}} a:{n}.%{{d}}")).collect();
    world(&[(question.name.to_string().as_str(), txt(&format!("v=spf1 {} -all", terms.join(" "))))])
}

#[test]
fn bombs_are_cut() {
    // All answers of a round at once, then one answer at a time, the last asked first.
    for one_by_one in [false, true] {
        let (mut known, mut asked) = (World::new(), std::collections::BTreeSet::new());
        let tree = loop {
            let step = survey(&name("example.com"), &known);
            let questions: Vec<_> = step.questions().cloned().collect();
            match step {
                Step::Done(tree) => break tree,
                Step::Ask { .. } => asked.extend(questions.iter().cloned()),
            }
            let arriving = if one_by_one { questions.len().saturating_sub(1) } else { 0 };
            for question in questions.into_iter().skip(arriving) {
                known.insert(question.clone(), closed(&bomb(&question), &question));
            }
        };
        assert!(asked.len() <= MAX_QUESTIONS, "{}", asked.len());
        assert!(tree.nodes.len() <= MAX_RECORDS && !tree.cut.is_empty() && tree.lookups > 10);
        assert!(tree.in_state(TermState::Cut).count() > 0);
    }
    // The same record again and again costs no questions, and ends too.
    let terms = ["include:a.example"; 30].join(" ");
    let mut records = vec![("example.com", txt(&format!("v=spf1 {terms}")))];
    let chain = ["a.example", "b.example", "c.example", "d.example", "e.example"];
    for (owner, next) in chain.iter().zip(chain.iter().skip(1)) {
        records.push((owner, txt(&format!("v=spf1 {}", format!("include:{next} ").repeat(30)))));
    }
    let (tree, _) = tree(&world(&records));
    assert_eq!((tree.nodes.len(), tree.cut.contains(&Cut::Records)), (MAX_RECORDS, true));
}

#[test]
fn exchangers_are_limited() {
    let mut records = vec![("example.com", txt("v=spf1 mx -all"))];
    records.extend((0..11).map(|preference| ("example.com", mx(preference, "mx.example.com"))));
    let (tree, rounds) = tree(&world(&records));
    assert_eq!((tree.in_state(TermState::TooManyExchangers).count(), rounds), (1, 2));
    assert_eq!(
        tree.term(Link { node: 0, term: 0 }).expect("a term").questions[0].question,
        question("example.com", RecordType::MX)
    );
}
