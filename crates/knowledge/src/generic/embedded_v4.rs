//! The IPv4 address of a host, found in its name.

use std::net::Ipv4Addr;
use std::ops::Range;

use super::host::{Host, Run};
use super::{Found, Strength};

/// How many digits an address in a name must have at least to count when only its digits tell: fewer are found in
/// names by chance (the octets of 1.2.3.4 in `s4.r3.example.com`).
const CHANCE: usize = 6;

/// Looks for `address` in all forms in use, the plainest first. A single octet is never evidence: `mail-we0-f182` of
/// Google stands at 74.125.82.182 and its number is no address.
pub(super) fn find(host: &Host<'_>, address: Ipv4Addr) -> Option<Found> {
    let octets = address.octets();
    let strong = neighbors(host, octets)
        .or_else(|| digits(host, octets))
        .or_else(|| hex(host, octets))
        .or_else(|| scattered(host, octets))
        .map(|(form, range)| Found { strength: Strength::Strong, form, range });
    strong.or_else(|| pair(host, octets).map(|range| Found { strength: Strength::Medium, form: "two octets", range }))
}

/// The octets in the order in which reverse zones write them.
fn reversed([a, b, c, d]: [u8; 4]) -> [u8; 4] {
    [d, c, b, a]
}

/// Four neighboring numbers that are the octets: in order, in reverse order, or in any other
/// (`118.red-80-35-201` is 80.35.201.118).
fn neighbors(host: &Host<'_>, octets: [u8; 4]) -> Option<(&'static str, Range<usize>)> {
    let numbers = || {
        host.runs.windows(4).filter_map(|window| {
            let [a, b, c, d] = window else { return None };
            Some((window, [a.octet?, b.octet?, c.octet?, d.octet?]))
        })
    };
    let range = |window: &[Run]| window[0].range.start..window[3].range.end;
    let ordered = |order: [u8; 4]| numbers().find(|(_, numbers)| *numbers == order);
    if let Some((window, _)) = ordered(octets) {
        return Some((form(host, window, false), range(window)));
    }
    if let Some((window, _)) = ordered(reversed(octets)) {
        return Some((form(host, window, true), range(window)));
    }
    let sorted = |mut octets: [u8; 4]| {
        octets.sort_unstable();
        octets
    };
    let wanted = sorted(octets);
    let (window, _) = numbers().find(|(_, numbers)| sorted(*numbers) == wanted)?;
    Some(("all four octets in another order", range(window)))
}

/// How four numbers are separated.
fn form(host: &Host<'_>, window: &[Run], reversed: bool) -> &'static str {
    let mut separators = window.windows(2).map(|pair| host.separator(&pair[0], &pair[1]));
    let first = separators.next().flatten();
    let same = separators.all(|separator| separator == first);
    match (first.filter(|_| same), reversed) {
        (Some(b'.'), false) => "dotted",
        (Some(b'.'), true) => "reversed dotted",
        (Some(b'-'), false) => "dashed",
        (Some(b'-'), true) => "reversed dashed",
        (Some(b'_'), false) => "underscored",
        (Some(b'_'), true) => "reversed underscored",
        (Some(_), false) => "separated by x",
        (Some(_), true) => "reversed, separated by x",
        (None, false) => "split",
        (None, true) => "reversed split",
    }
}

/// The address as one number: octets padded to three digits, octets in a row, or the decimal value of it all.
fn digits(host: &Host<'_>, octets: [u8; 4]) -> Option<(&'static str, Range<usize>)> {
    let padded = |octets: [u8; 4]| octets.map(|octet| format!("{octet:03}")).concat();
    let padded_forms = [("zero-padded", padded(octets)), ("reversed zero-padded", padded(reversed(octets)))];
    for (form, text) in padded_forms {
        if let Some(range) = host.find_joined(&text) {
            return Some((form, range));
        }
    }
    let row = |octets: [u8; 4]| octets.map(|octet| octet.to_string()).concat();
    let decimal = |octets| u32::from_be_bytes(octets).to_string();
    [
        ("octets in a row", row(octets)),
        ("reversed octets in a row", row(reversed(octets))),
        ("decimal", decimal(octets)),
        ("reversed decimal", decimal(reversed(octets))),
    ]
    .into_iter()
    // These have no fixed width: they must be a whole number of the name, and a long one.
    .filter(|(_, text)| text.len() > CHANCE)
    .find_map(|(form, text)| {
        let run = host.runs.iter().find(|run| host.digits(run) == text)?;
        Some((form, run.range.clone()))
    })
}

/// Eight hex digits in a row, or cut by separators (`3e-c6-ec-81`).
fn hex(host: &Host<'_>, octets: [u8; 4]) -> Option<(&'static str, Range<usize>)> {
    [("hex", octets), ("reversed hex", reversed(octets))].into_iter().find_map(|(form, octets)| {
        let text = format!("{:08x}", u32::from_be_bytes(octets));
        Some((form, host.find_joined(&text)?))
    })
}

/// All four octets as separate numbers, with other numbers between them.
fn scattered(host: &Host<'_>, octets: [u8; 4]) -> Option<(&'static str, Range<usize>)> {
    if octets.map(|octet| octet.to_string()).concat().len() < CHANCE {
        return None;
    }
    let mut used: Vec<usize> = Vec::with_capacity(4);
    for octet in octets {
        let free = |(at, run): &(usize, &Run)| run.octet == Some(octet) && !used.contains(at);
        let (at, _) = host.runs.iter().enumerate().find(free)?;
        used.push(at);
    }
    let first = host.runs.get(*used.iter().min()?)?;
    let last = host.runs.get(*used.iter().max()?)?;
    Some(("all four octets apart", first.range.start..last.range.end))
}

/// Two neighboring octets, in either order, as neighboring numbers with one separator between them.
fn pair(host: &Host<'_>, octets: [u8; 4]) -> Option<Range<usize>> {
    host.runs.windows(2).find_map(|window| {
        let [left, right] = window else { return None };
        let numbers = [left.octet?, right.octet?];
        host.separator(left, right)?;
        let ours = octets.windows(2).any(|pair| {
            let [first, second] = *pair else { return false };
            numbers == [first, second] || numbers == [second, first]
        });
        // `server1-2` numbers servers more often than it names an address.
        let long = numbers.map(|number| number.to_string().len()).iter().sum::<usize>() >= 3;
        (ours && long).then_some(left.range.start..right.range.end)
    })
}
