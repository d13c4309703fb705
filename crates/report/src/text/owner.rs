//! `ptrust owner`: who holds an address.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, indent, new_page, words};
use crate::Options;
use ptrust_facts::{Owner, Use};
use ptrust_knowledge::providers::Provider;
use ptrust_names::Observed;
use std::io;
use std::net::IpAddr;

/// Columns of the labels with their gap.
const LABEL: usize = 12;

/// Writes who holds the address; the provider where registration data point at one.
pub fn owner(
    address: IpAddr,
    owner: &Observed<Owner>,
    provider: Option<&Provider>,
    out: &mut dyn io::Write,
    options: &Options,
) -> io::Result<()> {
    let mut page = new_page(options);
    let summary = match owner {
        Observed::Present(owner) => words::holder_line(owner, None),
        Observed::Absent(_) => "no registration found".into(),
        Observed::Unknown(cause) => format!("not known: {cause}"),
    };
    let body = [Span::new(address.to_string(), Style::Strong), Span::plain("   "), Span::plain(summary)];
    page.hang(Vec::new(), INDENT, &body);
    if let Observed::Present(owner) = owner {
        page.blank();
        details(&mut page, owner, provider);
    }
    page.write(out, options.color)
}

/// What the registration says, line by line; what it does not say is left out.
fn details(page: &mut Page, owner: &Owner, provider: Option<&Provider>) {
    let mut line = |label: &str, text: Option<String>| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let first = vec![indent(INDENT), Span::dim(pad(label, LABEL))];
            page.hang(first, INDENT + LABEL, &[Span::plain(text)]);
        }
    };
    let blocks: Vec<_> = owner.blocks.iter().map(ToString::to_string).collect();
    let block =
        [blocks.join(", "), owner.block_name.clone().unwrap_or_default(), owner.block_type.clone().unwrap_or_default()];
    let block: Vec<_> = block.into_iter().filter(|text| !text.is_empty()).collect();
    line("Holder", owner.holder.clone());
    line("Provider", provider.map(|provider| provider.name.clone()));
    line("Block", Some(block.join("   ")));
    line("Part of", owner.parent.clone());
    line("Registry", owner.registry.as_deref().map(words::registry));
    line("Country", owner.country.clone());
    line("Abuse", owner.abuse.clone());
    let usage = match owner.usage {
        Use::Dedicated => "one customer's block: its reverse zone can be delegated to them",
        Use::Shared => "a pool of many customers: the PTR is set at the provider",
        Use::Unknown => "the registration does not tell whether one customer or many use the block",
    };
    line("Use", Some(owner.usage_reason.as_ref().map_or_else(|| usage.to_owned(), |why| format!("{usage} ({why})"))));
    if let Some(provider) = provider {
        line("PTR", Some(provider.console.clone()));
    }
}
