//! The size of a report: at most 256 KiB of JSON, whatever the network sent.
//!
//! Stages run one after another until the report fits: first what no judgement reads (transcripts, early answers), then
//! long sets of facts, then evidence. Each stage that took something says so in `truncated`.

use crate::{Body, IdentityReport, Report};
use ptrust_facts::{AnyFact, Class, Cut, Says, Walk};
use ptrust_names::{Data, Observed, Record, Records};
use std::io;
use std::mem::discriminant;
use std::net::IpAddr;

/// Bytes of JSON that a report has at most (design.md): what a mail, a ticket or a message queue still carries.
pub const MAX_REPORT: usize = 256 * 1024;

/// Lines of an SMTP transcript that stay: greeting, EHLO and the replies.
const FEW_LINES: usize = 8;
/// Items that stay of a long list in the first round, and in the second.
const SOME: usize = 64;
/// See [`SOME`].
const FEW: usize = 8;
/// Characters that stay of a long text.
const TEXT: usize = 500;
/// Characters that stay of a record line: two names of 255 octets, all escaped, and the rest.
const RECORD: usize = 2200;
/// Octets of opaque record data that stay; no check reads more.
const OPAQUE: usize = 256;

/// What a stage does: its words for `truncated`, and the cut, which says whether it took anything.
type Stage = (&'static str, fn(&mut Report) -> bool);

/// The stages in order.
const STAGES: [Stage; 10] = [
    ("SMTP transcripts: first lines only", transcripts),
    ("early answers, which the walks repeat", early_answers),
    ("servers above the deepest zone cuts: one of each", upper_servers),
    ("long texts in evidence and remedies", texts),
    ("record sets, server lists and sources: first 64 of each", |report| lists(report, SOME)),
    ("record sets, server lists and sources: first 8 of each", |report| lists(report, FEW)),
    ("evidence: first 2 of each finding", |report| evidence(report, 2)),
    ("facts: the largest", facts),
    ("names, servers and coverage: first 64 of each", names),
    ("evidence and remedies of the last findings", remedies),
];

/// Cuts the report until it fits.
pub(crate) fn apply(report: &mut Report) {
    for (words, stage) in STAGES {
        if fits(report) {
            return;
        }
        if stage(report) {
            report.truncated.push(words.to_owned());
        }
    }
}

/// Whether the report fits.
fn fits(report: &Report) -> bool {
    size(report) <= MAX_REPORT
}

/// Bytes of the indented form, the larger of the two that are written.
fn size(value: &impl serde::Serialize) -> usize {
    let mut counter = Counter(0);
    serde_json::to_writer_pretty(&mut counter, value).expect("keys are strings, and counting cannot fail");
    counter.0
}

/// Counts what is written.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Shortens transcripts.
fn transcripts(report: &mut Report) -> bool {
    let mut cut = false;
    for fact in &mut report.facts {
        let AnyFact::Smtp(fact) = &mut fact.fact else {
            continue;
        };
        let outcomes = fact.sources.iter_mut().map(|source| &mut source.outcome);
        for outcome in outcomes.chain([&mut fact.observed]) {
            if let Observed::Present(smtp) = outcome {
                cut |= shorten(&mut smtp.transcript, FEW_LINES);
                smtp.transcript.iter_mut().for_each(|line| cut |= clip(&mut line.text));
            }
        }
    }
    cut
}

/// Drops the first answers of walks that are complete.
fn early_answers(report: &mut Report) -> bool {
    let before = report.facts.len();
    report.facts.retain(|fact| fact.kind != ptrust_facts::FactKind::Answer);
    report.facts.len() < before
}

/// Keeps one server of each zone cut above the deepest: nothing is judged there.
fn upper_servers(report: &mut Report) -> bool {
    let mut cut = false;
    each_walk(report, &mut |walk| {
        let upper = walk.cuts.len().saturating_sub(1);
        for one in walk.cuts.iter_mut().take(upper) {
            cut |= shorten(&mut one.servers, 1);
        }
    });
    cut
}

/// Clips texts that are for reading.
fn texts(report: &mut Report) -> bool {
    let mut cut = false;
    for finding in &mut report.findings {
        cut |= clip(&mut finding.explanation) | clip(&mut finding.subject);
        for one in &mut finding.evidence {
            cut |= clip(&mut one.asked) | clip(&mut one.server) | clip(&mut one.answer);
        }
        let remedy = &mut finding.remedy;
        remedy.steps.iter_mut().for_each(|step| cut |= clip(step));
        // A record is pasted: it stays whole as long as its names are names.
        remedy.records.iter_mut().for_each(|record| cut |= clip_to(record, RECORD));
    }
    cut
}

/// Shortens the lists inside facts, so that the judgements change least: a server of every class and a view of every
/// kind stay, and so do the records that hold the sender.
fn lists(report: &mut Report, limit: usize) -> bool {
    let mut cut = false;
    let sender = report.address().map(|body| body.target.address);
    each_walk(report, &mut |walk| {
        walk.cuts.iter_mut().for_each(|one| cut |= cut_lists(one, limit));
        cut |= shorten(&mut walk.denied_nonterminals, limit)
            | shorten(&mut walk.nameserver_aliases, limit)
            | shorten(&mut walk.alias_conflict, limit);
    });
    for fact in &mut report.facts {
        if let AnyFact::Records(fact) = &mut fact.fact {
            cut |= shorten(&mut fact.sources, limit);
        }
        if let AnyFact::Owner(fact) = &mut fact.fact {
            cut |= shorten(&mut fact.sources, 1);
        }
    }
    each_records(report, &mut |records| cut |= records_cut(records, limit, sender));
    cut
}

/// Shortens the lists of one zone cut.
fn cut_lists(one: &mut Cut, limit: usize) -> bool {
    let mut classes = Vec::<Class>::new();
    let mut says = Vec::new();
    let mut at = 0;
    let before = one.servers.len() + one.parent_views.len();
    one.servers.retain(|server| {
        let new = !classes.contains(&server.class);
        classes.extend(new.then_some(server.class));
        at += 1;
        new || at <= limit
    });
    at = 0;
    one.parent_views.retain(|view| {
        let kind = discriminant(&view.says);
        let new = !says.contains(&kind);
        says.extend(new.then_some(kind));
        at += 1;
        new || at <= limit
    });
    let names = one
        .parent_servers
        .iter_mut()
        .chain(&mut one.child_servers)
        .fold(false, |cut, names| shorten(names, limit) | cut);
    let glue = shorten(&mut one.glue_mismatches, limit);
    names | glue | (one.servers.len() + one.parent_views.len() < before)
}

/// Shortens a record set; the sender's own record stays.
fn records_cut(records: &mut Records, limit: usize, sender: Option<IpAddr>) -> bool {
    let before = records.set.len() + records.aliases.len();
    let mut at = 0;
    let mut keep = |record: &Record| {
        at += 1;
        at <= limit || (sender.is_some() && record.data.address() == sender)
    };
    records.set.retain(&mut keep);
    records.aliases.truncate(limit);
    let mut clipped = false;
    for record in &mut records.set {
        match &mut record.data {
            Data::Other(_, octets) => clipped |= shorten(&mut octets.0, OPAQUE),
            Data::Txt(strings) => strings.iter_mut().for_each(|text| clipped |= shorten(&mut text.0, TEXT)),
            _ => {}
        }
    }
    clipped | (records.set.len() + records.aliases.len() < before)
}

/// Keeps the first evidence of each finding.
fn evidence(report: &mut Report, limit: usize) -> bool {
    report.findings.iter_mut().fold(false, |cut, finding| shorten(&mut finding.evidence, limit) | cut)
}

/// Drops whole facts, the largest first, until the report fits.
fn facts(report: &mut Report) -> bool {
    let sizes: Vec<usize> = report.facts.iter().map(size).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(sizes.get(*at).copied()));
    let mut excess = size(report).saturating_sub(MAX_REPORT);
    let mut dropped = vec![false; sizes.len()];
    for at in order {
        if excess == 0 {
            break;
        }
        // A fact takes at least its own size within the report, where it is also indented.
        excess = excess.saturating_sub(sizes.get(at).copied().unwrap_or_default());
        if let Some(flag) = dropped.get_mut(at) {
            *flag = true;
        }
    }
    let mut flags = dropped.iter().copied();
    report.facts.retain(|_| !flags.next().unwrap_or_default());
    dropped.contains(&true)
}

/// Shortens the lists of the summary, and a HELO that is no name anyway.
fn names(report: &mut Report) -> bool {
    let mut cut = shorten(&mut report.run.registry_zones, SOME);
    match &mut report.body {
        Body::Address(body) => {
            cut |= identity_names(&mut body.identity);
            body.target.helo.iter_mut().for_each(|text| cut |= clip(text));
        }
        Body::Domain(body) => {
            let identities = body.addresses.iter_mut().filter_map(|one| one.identity.as_mut());
            cut |= identities.fold(false, |cut, identity| identity_names(identity) | cut);
        }
        Body::Message(body) => {
            cut |= body.shorten(FEW);
            cut |= body.address.as_mut().is_some_and(|one| identity_names(&mut one.identity));
        }
    }
    for one in &mut report.coverage.inconclusive {
        cut |= clip(&mut one.missing);
    }
    cut
}

/// Shortens the lists of an identity.
fn identity_names(identity: &mut IdentityReport) -> bool {
    let technical = &mut identity.technical;
    let mut cut = shorten(&mut technical.ptr, SOME)
        | shorten(&mut technical.confirmed, SOME)
        | shorten(&mut identity.administrative.servers, SOME);
    technical.helo.iter_mut().chain(&mut technical.banner).for_each(|text| cut |= clip(text));
    cut
}

/// Empties findings from the last on until the report fits.
fn remedies(report: &mut Report) -> bool {
    let mut cut = false;
    for at in (0..report.findings.len()).rev() {
        if fits(report) {
            break;
        }
        if let Some(finding) = report.findings.get_mut(at) {
            finding.evidence.clear();
            finding.remedy.steps.clear();
            finding.remedy.records.clear();
            cut = true;
        }
    }
    cut
}

/// Calls the function for every walk among the facts, alias targets included.
fn each_walk(report: &mut Report, f: &mut impl FnMut(&mut Walk)) {
    for fact in &mut report.facts {
        let AnyFact::Walk(fact) = &mut fact.fact else {
            continue;
        };
        let outcomes = fact.sources.iter_mut().map(|source| &mut source.outcome);
        for outcome in outcomes.chain([&mut fact.observed]) {
            let Observed::Present(walk) = outcome else {
                continue;
            };
            let mut next = Some(walk);
            while let Some(walk) = next {
                f(walk);
                next = walk.alias.as_deref_mut();
            }
        }
    }
}

/// Calls the function for every set of records among the facts.
fn each_records(report: &mut Report, f: &mut impl FnMut(&mut Records)) {
    let mut visit = |observed: &mut Observed<Records>| {
        if let Observed::Present(records) = observed {
            f(records);
        }
    };
    each_walk(report, &mut |walk| {
        visit(&mut walk.answer);
        for cut in &mut walk.cuts {
            cut.servers.iter_mut().filter_map(|server| server.answer.as_mut()).for_each(&mut visit);
        }
    });
    for fact in &mut report.facts {
        let AnyFact::Records(fact) = &mut fact.fact else {
            continue;
        };
        fact.sources.iter_mut().for_each(|source| visit(&mut source.outcome));
        visit(&mut fact.observed);
    }
    each_walk(report, &mut |walk| {
        for view in walk.cuts.iter_mut().flat_map(|cut| &mut cut.parent_views) {
            match &mut view.says {
                Says::Answers(records) => f(records),
                Says::Refers(names) => names.truncate(SOME),
                Says::Denies(_) | Says::Serves | Says::Silent(_) => {}
            }
        }
    });
}

/// Shortens a list; says whether it was longer.
fn shorten<T>(list: &mut Vec<T>, limit: usize) -> bool {
    let longer = list.len() > limit;
    list.truncate(limit);
    longer
}

/// Clips a text to [`TEXT`] characters; says whether it was longer.
fn clip(text: &mut String) -> bool {
    clip_to(text, TEXT)
}

/// Clips a text to so many characters; says whether it was longer.
fn clip_to(text: &mut String, limit: usize) -> bool {
    let Some((at, _)) = text.char_indices().nth(limit) else { return false };
    text.truncate(at);
    text.push('…');
    true
}
