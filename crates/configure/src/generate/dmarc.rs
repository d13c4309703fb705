//! DMARC policy records (RFC 9989).

use super::{GenerateError, Generated, domain, reread, text_record};
use crate::judge::Draft;
use jiff::Timestamp;
use ptrust_mail::dmarc::{
    AlignmentMode, DmarcRecord, MAX_URIS, NextStep, ParsedDmarc, Policy, ReportUri, next_step, parse,
};
use ptrust_names::{Name, registrable};

/// What a DMARC record should say.
#[derive(Clone, Debug)]
pub struct Dmarc {
    /// The domain.
    pub domain: Name,
    /// The policy for the domain.
    pub policy: Policy,
    /// The policy for subdomains that exist, when it is another one.
    pub subdomains: Option<Policy>,
    /// The policy for subdomains that do not exist, when it is another one.
    pub nonexistent: Option<Policy>,
    /// Alignment of DKIM.
    pub adkim: AlignmentMode,
    /// Alignment of SPF.
    pub aspf: AlignmentMode,
    /// Where aggregate reports go.
    pub rua: Vec<ReportUri>,
    /// Where failure reports go.
    pub ruf: Vec<ReportUri>,
    /// Whether the policy is only tried.
    pub testing: bool,
}

impl Dmarc {
    /// A record with a policy and nothing else.
    pub const fn new(domain: Name, policy: Policy) -> Self {
        Self {
            domain,
            policy,
            subdomains: None,
            nonexistent: None,
            adkim: AlignmentMode::Relaxed,
            aspf: AlignmentMode::Relaxed,
            rua: Vec::new(),
            ruf: Vec::new(),
            testing: false,
        }
    }

    /// Makes the record. `at` is now.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.domain)?;
        if self.rua.len() > MAX_URIS || self.ruf.len() > MAX_URIS {
            return Err(GenerateError::Missing("receivers serve two addresses for reports; 20 at most are read"));
        }
        let meant = DmarcRecord {
            p: Some(self.policy),
            sp: self.subdomains,
            np: self.nonexistent,
            testing: self.testing,
            adkim: self.adkim,
            aspf: self.aspf,
            rua: self.rua.clone(),
            ruf: self.ruf.clone(),
            ..DmarcRecord::default()
        };
        let text = meant.to_string();
        let parsed = parse(text.as_bytes()).map_err(|fault| GenerateError::Reread(fault.kind.to_string()))?;
        let published = text_record(self.domain.prepend(b"_dmarc")?, &text);
        let mut made = Generated::new(text, &published);
        reread(&mut made, &parsed, &meant)?;
        let verdict = Draft::new(self.domain.clone(), at).record(&published).judge("dmarc", WANTED)?;
        self.notes(&mut made, &parsed);
        made.notes.extend(verdict.remarks);
        Ok(made)
    }

    /// What to do with the record.
    fn notes(&self, made: &mut Generated, parsed: &ParsedDmarc) {
        made.note(format!(
            "{} may have one record that starts with v=DMARC1: this one replaces what is there.",
            made.owner
        ));
        for uri in self.rua.iter().chain(&self.ruf) {
            let Some(host) = uri.target.host().filter(|host| !same_organization(host, &self.domain)) else { continue };
            let note = format!(
                "{host} must agree to receive reports, or receivers send none there:\n{}._report._dmarc.{host}. {} IN TXT \
                 \"v=DMARC1\"",
                self.domain,
                ptrust_checks::remedy::TTL
            );
            if !made.notes.contains(&note) {
                made.note(note);
            }
        }
        if parsed.policies().is_some_and(|all| all.subdomain.min(all.nonexistent) < all.domain) {
            made.note(
                "Names below the domain have a weaker policy than the domain itself, and forgers use those (ptrust explain \
                 dmarc-subdomain-weaker).",
            );
        }
        let step = next_step(Some(parsed));
        made.note(advice(step));
        if !matches!(step, NextStep::Complete | NextStep::AskForReports | NextStep::Repair) {
            made.note(format!("The record will then be:\n{}", step.apply(&parsed.value)));
        }
    }
}

/// What the user asks for in so many words, and the notes tell already.
const WANTED: &[&str] = &["dmarc-no-reports", "dmarc-policy-none", "dmarc-subdomain-weaker", "dmarc-testing"];

/// Whether two names belong to one registrable domain, as receivers of both generations most often find.
fn same_organization(one: &Name, other: &Name) -> bool {
    let owner = |name: &Name| registrable(name).map_or_else(|| name.clone(), |found| found.domain);
    owner(one) == owner(other)
}

/// The next step in words (RFC 9989 5.1).
const fn advice(step: NextStep) -> &'static str {
    match step {
        NextStep::Publish => "Next: publish the record.",
        NextStep::Repair => "Next: mend the record; readers ignore its policy.",
        NextStep::AskForReports => {
            "Next: name an address for aggregate reports (--rua); without them you cannot see what a stricter policy would \
             do."
        }
        NextStep::TestQuarantine => {
            "Next: read the reports for some weeks; when all of your mail passes, try quarantine with t=y."
        }
        NextStep::Quarantine => "Next: when the reports show no loss, end the trial of quarantine.",
        NextStep::TestReject => "Next: when nothing of yours is quarantined any more, try reject with t=y.",
        NextStep::Reject => "Next: when the reports show no loss, end the trial of reject.",
        NextStep::CoverSubdomains => "Next: let subdomains follow the policy of the domain.",
        NextStep::Complete => "This is the strictest policy; keep reading the reports.",
    }
}
