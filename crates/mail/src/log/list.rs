//! Plain lists of addresses: one on each line, or in the first column of a table.

use crate::message::IsPublic;
use crate::message::text::address;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Distinct addresses that are kept.
pub const MAX_ADDRESSES: usize = 65_536;
/// Faults that are kept with their line.
const MAX_FAULTS: usize = 100;

/// A list as read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Addresses, each with the number of lines.
    pub addresses: BTreeMap<IpAddr, u64>,
    /// Lines with an address that is not public.
    pub not_public: u64,
    /// Lines that hold no address, counted from 1; the first hundred.
    pub faults: Vec<u64>,
    /// Lines that hold no address, in all.
    pub fault_count: u64,
    /// There were more addresses than [`MAX_ADDRESSES`].
    pub capped: bool,
}

/// Reads a list. Comments start with `#`, `;` or `//`; columns are parted by comma, semicolon, tab or space. A first line
/// without an address is taken for the table's heading.
pub fn parse(bytes: &[u8], is_public: IsPublic<'_>) -> List {
    let mut list = List::default();
    let mut first = true;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (number, line) in (1u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if is_comment(line) {
            continue;
        }
        let is_first = std::mem::take(&mut first);
        match first_column(line) {
            Some(address) if !is_public(address) => list.not_public = list.not_public.saturating_add(1),
            Some(address) if list.addresses.len() >= MAX_ADDRESSES && !list.addresses.contains_key(&address) => {
                list.capped = true;
            }
            Some(address) => {
                let count = list.addresses.entry(address).or_default();
                *count = count.saturating_add(1);
            }
            None if is_first => {}
            None => {
                list.fault_count = list.fault_count.saturating_add(1);
                if list.faults.len() < MAX_FAULTS {
                    list.faults.push(number);
                }
            }
        }
    }
    list
}

/// Whether the line says nothing.
fn is_comment(line: &str) -> bool {
    line.is_empty() || line.starts_with(['#', ';']) || line.starts_with("//")
}

/// Whether a line of a list holds an address; `None` for an empty line or a comment.
pub(crate) fn is_entry(line: &str) -> Option<bool> {
    let line = line.trim();
    (!is_comment(line)).then(|| first_column(line).is_some())
}

/// The address in the first column, which may be quoted, or a block of one address.
fn first_column(line: &str) -> Option<IpAddr> {
    let column = line.split([',', ';', '\t', ' ']).next()?.trim_matches(['"', '\'']);
    address(column).or_else(|| {
        let block: IpNet = column.parse().ok()?;
        (block.prefix_len() == block.max_prefix_len()).then(|| block.addr())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_and_tables_are_read() {
        let text = "address,host\r\n# ours\n203.0.113.5, mail\n\"203.0.113.6\";x\n[2001:db8::1]\n203.0.113.5/32\n203.0.113.0/24\n10.0.0.1\nnothing\n";
        let list = parse(text.as_bytes(), &|address| !address.to_string().starts_with("10."));
        let read: Vec<_> = list.addresses.iter().map(|(address, count)| format!("{address}={count}")).collect();
        assert_eq!(read, ["203.0.113.5=2", "203.0.113.6=1", "2001:db8::1=1"]);
        assert_eq!((list.not_public, list.faults, list.fault_count), (1, vec![7, 9], 2));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let list = parse(&bytes, &|_| true);
            prop_assert!(list.fault_count >= list.faults.len() as u64);
        }
    }
}
