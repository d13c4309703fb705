//! The root, a top-level domain or a reverse name takes mail.

use super::common;
use crate::prelude::*;

/// A name that is no mail domain has MX records that name hosts.
pub const CHECK: Check = Check {
    id: "mx-infrastructure-name",
    title: "A top-level or reverse name takes mail",
    severity: Severity::Notice,
    confidence: Confidence::Proven,
    authority: Authority::Practice("IAB, Dotless domains considered harmful (iab.org), 2013-07-10; Zonemaster Zone09"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx],
    page: include_str!("infrastructure_name.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    if common::is_host(posture) || !common::is_infrastructure(posture) {
        return Judgement::NotApplicable;
    }
    let exchangers = posture.exchangers();
    match exchangers.kind {
        Exchange::Listed { .. } if !exchangers.hosts.is_empty() => Judgement::fail(failure(posture)),
        Exchange::Unknown(_) => common::any(posture).err().unwrap_or(Judgement::NotApplicable),
        _ => Judgement::Pass,
    }
}

fn failure(posture: &Posture) -> Failure {
    let domain = evidence::name_text(posture.domain());
    let hosts = posture.exchangers().hosts.iter().map(|exchanger| &exchanger.host);
    Failure {
        subject: posture.domain().to_string(),
        explanation: format!(
            "{domain} belongs to the tree of names and has MX records, for {}. Much software does not take an address \
             under such a name for a mail address.",
            evidence::names_text(hosts)
        ),
        evidence: evidence::answers(posture.facts, &posture.question(RecordType::MX)),
        remedy: Remedy {
            steps: vec!["Remove the MX records, and use a domain below this name for mail.".into()],
            records: Vec::new(),
        },
    }
}
