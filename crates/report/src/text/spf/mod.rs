//! SPF as text: the tree of a domain's records, whatever the sender or for one sender.

mod paint;
mod survey;
mod trace;

pub(super) use survey::survey;
pub use trace::spf;

use super::words;
use ipnet::IpNet;

/// Ranges in one line.
const FEW: usize = 3;

/// A range as short as it can be said: a single address without its prefix length.
fn range_text(range: &IpNet) -> String {
    if range.prefix_len() == range.max_prefix_len() { range.addr().to_string() } else { range.to_string() }
}

/// Some ranges in a few words; empty for none.
fn ranges_text(ranges: &[IpNet]) -> String {
    // What is listed beyond a handful is only counted.
    let shown: Vec<String> = ranges.iter().take(FEW).map(range_text).collect();
    match ranges.len().checked_sub(FEW) {
        Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        _ => words::list(&shown, FEW),
    }
}

/// How many IPv4 addresses some ranges hold, where that is more than one; overlaps count again.
fn size_text(ranges: &[IpNet]) -> Option<String> {
    let sizes = ranges.iter().map(|range| match range {
        IpNet::V4(net) => 1u64 << (32 - net.prefix_len()),
        IpNet::V6(_) => 0,
    });
    let size: u64 = sizes.sum();
    (size > 1).then(|| format!("{} addresses", grouped(size)))
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
