//! The SPF record allows whole networks.

use super::{common, pass_all};
use crate::prelude::*;
use ipnet::IpNet;
use ptrust_mail::spf::{Allowed, passing_ipv4};

/// An own term that passes holds a block that is wider than any sending pool.
pub const CHECK: Check = Check {
    id: "spf-too-broad",
    title: "The SPF record lets whole networks send",
    severity: Severity::Warning,
    confidence: Confidence::Heuristic,
    authority: Authority::Practice("M3AAWG Best Practices for Managing SPF Records, August 2017"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Spf],
    page: include_str!("too_broad.md"),
    judge: Judge::Domain(judge),
};

/// An IPv4 block of this length, or a shorter one, is too broad: M3AAWG names /16, 65,536 addresses, as a mistake.
const BROAD_V4: u8 = 16;
/// An IPv6 block of this length, or a shorter one, is too broad: /32 is what a registry hands to a whole provider.
const BROAD_V6: u8 = 32;
/// Every IPv4 address, which is another check's.
const EVERYTHING: u64 = 1 << 32;

fn judge(posture: &Posture) -> Judgement {
    if let Err(judgement) = common::sound(posture) {
        return judgement;
    }
    let passing = pass_all::passing(posture);
    if passing.iter().any(|one| one.range.prefix_len() == 0) || passing_ipv4(&passing) == EVERYTHING {
        return Judgement::NotApplicable;
    }
    let own = |one: &&Allowed| one.path.iter().all(|name| common::is_own(posture, name));
    let broad: Vec<&Allowed> = passing.iter().filter(own).filter(|one| is_broad(one.range)).collect();
    if broad.is_empty() {
        return common::unknown_size(posture.spf()).unwrap_or(Judgement::Pass);
    }
    Judgement::fail(failure(posture, &broad))
}

/// Whether a block is wider than a sending pool.
fn is_broad(range: IpNet) -> bool {
    range.prefix_len() <= if range.addr().is_ipv4() { BROAD_V4 } else { BROAD_V6 }
}

fn failure(posture: &Posture, broad: &[&Allowed]) -> Failure {
    let (domain, tree) = (posture.domain(), posture.spf());
    let size = |range: IpNet| match range {
        IpNet::V4(net) => format!("{} addresses", 1u64 << (32 - net.prefix_len())),
        IpNet::V6(net) => format!("a /{} of IPv6", net.prefix_len()),
    };
    let texts = broad.iter().map(|one| format!("{} ({})", common::term_text(tree, one.at), size(one.range)));
    let mut nodes: Vec<usize> = broad.iter().map(|one| one.at.node).collect();
    nodes.dedup();
    Failure {
        subject: domain.to_string(),
        explanation: format!(
            "The SPF record of {domain} lets whole networks send: {}. Every machine in them, whoever runs it, passes as a \
             sender of the domain.",
            remedy::joined(texts)
        ),
        evidence: common::evidence_of(posture, nodes.into_iter().filter_map(|node| tree.nodes.get(node))),
        remedy: Remedy {
            steps: vec![
                "Replace the range by the addresses that send, or by the small ranges they lie in.".into(),
                "DMARC aggregate reports list the addresses that really send for the domain.".into(),
            ],
            records: Vec::new(),
        },
    }
}
