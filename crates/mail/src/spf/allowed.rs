//! The addresses that a tree of records speaks of, flat: which block, from which term, with which result.

use super::tree::{Link, Tree};
use super::{Qualifier, TermName};
use ipnet::{IpNet, Ipv4Net};
use ptrust_names::{CharString, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A block of addresses in the tree of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Allowed {
    /// The block.
    #[schemars(with = "String")]
    pub range: IpNet,
    /// The result for a client in it, unless an earlier term matches.
    pub qualifier: Qualifier,
    /// The term.
    pub at: Link,
    /// The mechanism.
    pub name: TermName,
    /// The term as written, safe to show.
    pub text: CharString,
    /// The domains of the records that lead to the term, the domain's own left out; empty for its own terms.
    pub path: Vec<Name>,
    /// Whether it is one address, listed singly (`ip4`, `ip6`, `a`) in the domain's own record, or in one of its own names
    /// that the record redirects to.
    pub singly: bool,
    /// Whether receivers cannot get there: a record on the way has a fault, or is one of several.
    pub broken: bool,
}

/// A block that lies in another, or equals one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Overlap {
    /// Which block lies in the other.
    pub inner: usize,
    /// Which block holds it.
    pub outer: usize,
}

impl Tree {
    /// Every block that decides something for the domain, in the order in which receivers come to the terms. An included
    /// record decides only with its passes, and these bring the result of the `include` (RFC 7208 section 5.2).
    pub fn allowed(&self) -> Vec<Allowed> {
        let mut allowed = Vec::new();
        self.collect(0, &Way { effect: Some, broken: false, own: true }, &mut allowed);
        allowed
    }

    /// Collects the blocks of a record and of those below it.
    fn collect<E: Fn(Qualifier) -> Option<Qualifier>>(&self, node: usize, way: &Way<E>, out: &mut Vec<Allowed>) {
        let (Some(record), Some(root)) = (self.nodes.get(node), self.root()) else { return };
        let broken = way.broken || record.is_broken();
        let own = way.own && record.domain.is_at_or_below(&root.domain);
        let path = self.path(node);
        let redirects = record.terms.iter().enumerate().filter(|(_, term)| term.name == TermName::Redirect);
        let others = record.terms.iter().enumerate().filter(|(_, term)| term.name != TermName::Redirect);
        for (number, term) in others.chain(redirects) {
            let result = term.qualifier.and_then(&way.effect);
            for range in &term.ranges {
                let Some(qualifier) = result else { continue };
                let whole = range.prefix_len() == range.max_prefix_len();
                let singly = own && whole && matches!(term.name, TermName::A | TermName::Ip4 | TermName::Ip6);
                out.push(Allowed {
                    range: *range,
                    qualifier,
                    at: Link { node, term: number },
                    name: term.name,
                    text: term.text.clone(),
                    path: path.clone(),
                    singly,
                    broken,
                });
            }
            let Some(nested) = term.nested else { continue };
            if term.name == TermName::Redirect {
                let effect: &dyn Fn(Qualifier) -> Option<Qualifier> = &way.effect;
                self.collect(nested, &Way { effect, broken, own }, out);
            } else if let Some(result) = result {
                let effect: &dyn Fn(Qualifier) -> Option<Qualifier> =
                    &move |qualifier| (qualifier == Qualifier::Pass).then_some(result);
                self.collect(nested, &Way { effect, broken, own: false }, out);
            }
        }
    }
}

/// What the way to a record makes of its terms.
struct Way<E> {
    /// The domain's result for a qualifier in the record.
    effect: E,
    /// Whether a record on the way is broken.
    broken: bool,
    /// Whether only redirects lead here.
    own: bool,
}

/// Blocks that pass.
fn passing(allowed: &[Allowed]) -> impl Iterator<Item = &Allowed> {
    allowed.iter().filter(|allowed| allowed.qualifier == Qualifier::Pass)
}

/// How many IPv4 addresses pass, each counted once.
pub fn passing_ipv4(allowed: &[Allowed]) -> u64 {
    let nets: Vec<Ipv4Net> = passing(allowed)
        .filter_map(|allowed| match allowed.range {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        })
        .collect();
    Ipv4Net::aggregate(&nets).iter().map(|net| 1u64 << (32 - net.prefix_len())).sum()
}

/// The widest blocks that pass, of IPv4 and of IPv6, without those that match every client.
pub fn widest(allowed: &[Allowed]) -> [Option<&Allowed>; 2] {
    let of = |v4: bool| {
        let family = passing(allowed).filter(|a| a.range.addr().is_ipv4() == v4);
        family.filter(|a| !matches!(a.name, TermName::All | TermName::Exists)).min_by_key(|a| a.range.prefix_len())
    };
    [of(true), of(false)]
}

/// Blocks that lie in others, each with the narrowest that holds it: of two equal ones the later in the earlier. Blocks
/// of `all` and `exists` hold everything and are left out.
pub fn overlaps(allowed: &[Allowed]) -> Vec<Overlap> {
    let listed = allowed.iter().enumerate().filter(|(_, a)| !matches!(a.name, TermName::All | TermName::Exists));
    let mut order: Vec<(usize, IpNet)> = listed.map(|(number, allowed)| (number, allowed.range)).collect();
    // Blocks nest or are apart: sorted so, each stands behind what holds it.
    order.sort_by_key(|(number, net)| (net.network(), net.prefix_len(), *number));
    let mut open: Vec<(usize, IpNet)> = Vec::new();
    let mut overlaps = Vec::new();
    for (inner, net) in order {
        while open.last().is_some_and(|(_, outer)| !outer.contains(&net)) {
            open.pop();
        }
        if let Some((outer, _)) = open.last() {
            overlaps.push(Overlap { inner, outer: *outer });
        }
        open.push((inner, net));
    }
    overlaps
}
