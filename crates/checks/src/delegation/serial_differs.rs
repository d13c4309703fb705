//! Two versions of one zone.

use crate::exclusive;
use crate::prelude::*;
use std::collections::BTreeMap;

/// Authoritative servers hold different versions of the zone.
pub const CHECK: Check = Check {
    id: "delegation-serial-differs",
    title: "Name servers hold different versions of the zone",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Standard("RFC 1034 4.3.5"),
    who: Who::ZoneOperator,
    since: "0.1.0",
    needs: &[Need::Ptr, Need::Chain],
    page: include_str!("serial_differs.md"),
    judge: Judge::Address(judge),
};

fn judge(facts: &Facts) -> Judgement {
    exclusive::each_zone(facts, |_, cut| {
        let serials = by_serial(cut);
        match serials.len() {
            0 => Judgement::inconclusive(format!("the SOA of {}", cut.zone), Cause::Timeout),
            1 => Judgement::Pass,
            _ => Judgement::fail(failure(facts, cut, &serials)),
        }
    })
}

/// The authoritative servers by the serial of their SOA.
fn by_serial(cut: &Cut) -> BTreeMap<u32, Vec<&Server>> {
    let mut serials: BTreeMap<u32, Vec<&Server>> = BTreeMap::new();
    for server in cut.authoritative() {
        if let Some(serial) = server.serial {
            serials.entry(serial).or_default().push(server);
        }
    }
    serials
}

fn failure(facts: &Facts, cut: &Cut, serials: &BTreeMap<u32, Vec<&Server>>) -> Failure {
    let zone = &cut.zone;
    let asked = format!("{zone} SOA");
    let versions: Vec<_> = serials.keys().rev().map(u32::to_string).collect();
    Failure {
        subject: zone.to_string(),
        explanation: format!(
            "The name servers of {zone} hold different versions of it: serials {}. A change that is made now is seen by \
             some receivers and not by others until all servers have it.",
            versions.join(" and ")
        ),
        evidence: serials
            .iter()
            .flat_map(|(serial, servers)| servers.iter().map(move |server| (serial, server)))
            .take(evidence::MAX_EVIDENCE)
            .map(|(serial, server)| evidence::by(facts, &*asked, server.text(), format!("serial {serial}")))
            .collect(),
        remedy: Remedy {
            steps: vec![
                format!("Check again in a few minutes: secondaries of {zone} may be fetching a change right now."),
                "If the serials stay apart, see that the lagging servers are notified and may transfer the zone, and that \
                 the serial grows with every change."
                    .into(),
            ],
            records: Vec::new(),
        },
    }
}
