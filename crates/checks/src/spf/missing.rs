//! The domain has no SPF record.

use super::common;
use crate::prelude::*;
use ptrust_mail::spf::Selection;

/// No text of the domain is an SPF record, nor looks as if it was meant to be one.
pub const CHECK: Check = Check {
    id: "spf-missing",
    title: "The domain has no SPF record",
    severity: Severity::Warning,
    confidence: Confidence::Proven,
    authority: Authority::Provider("Gmail, Email sender guidelines (support.google.com/mail/answer/81126), 2024-02"),
    who: Who::DomainOwner,
    since: "0.2.0",
    needs: &[Need::Mx, Need::Spf],
    page: include_str!("missing.md"),
    judge: Judge::Domain(judge),
};

fn judge(posture: &Posture) -> Judgement {
    let root = match common::root(posture) {
        Ok(root) => root,
        Err(judgement) => return judgement,
    };
    match root.selection {
        Selection::Missing(_) if root.lookalikes.is_empty() => Judgement::fail(failure(posture)),
        // spf-lookalike says what is wrong with the text.
        Selection::Missing(_) => Judgement::NotApplicable,
        _ => Judgement::Pass,
    }
}

fn failure(posture: &Posture) -> Failure {
    let domain = posture.domain();
    let silent = posture.exchangers().refuses_mail();
    let explanation = if silent {
        format!(
            "{domain} takes no mail, and has no SPF record that says that it sends none either. Anybody can put it into \
             the return address of mail."
        )
    } else {
        format!(
            "{domain} has no SPF record, so receivers cannot tell its own mail from forged mail. Large receivers want \
             SPF or DKIM from every sender, and both from senders of much mail."
        )
    };
    let steps = if silent {
        vec![
            "Publish the record below if the domain sends no mail.".into(),
            "If it does send, list its servers in front of `-all`.".into(),
        ]
    } else {
        vec![
            "List everything that sends mail for the domain: own servers (`ip4:`, `ip6:`, `mx`), and the `include:` of \
             each service, which its documentation names."
                .into(),
            "Publish one record like the one below; `~all` marks mail from elsewhere as suspicious.".into(),
            "Once DMARC reports show that nothing is left out, `-all` may take its place.".into(),
        ]
    };
    let text = if silent { "v=spf1 -all" } else { "v=spf1 mx ~all" };
    let root = posture.spf().root();
    Failure {
        subject: domain.to_string(),
        explanation,
        evidence: common::evidence_of(posture, root),
        remedy: Remedy { steps, records: vec![common::line(domain, text)] },
    }
}
