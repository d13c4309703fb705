//! TLS-RPT records (RFC 8460 3).

use super::{GenerateError, Generated, domain, reread, text_record};
use crate::judge::Draft;
use jiff::Timestamp;
use ptrust_mail::dmarc::{ReportUri, Target};
use ptrust_mail::tls_rpt::{MAX_URIS, TlsRptRecord, parse, record_question};
use ptrust_names::Name;

/// What a TLS-RPT record should say.
#[derive(Clone, Debug)]
pub struct TlsRpt {
    /// The domain.
    pub domain: Name,
    /// Where reports go.
    pub rua: Vec<ReportUri>,
}

impl TlsRpt {
    /// Makes the record. `at` is now.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.domain)?;
        if self.rua.is_empty() {
            return Err(GenerateError::Missing("name where reports go, with --rua"));
        }
        if self.rua.len() > MAX_URIS {
            return Err(GenerateError::Missing("more than 20 addresses for reports; name fewer"));
        }
        let meant = TlsRptRecord { rua: self.rua.clone() };
        let text = meant.to_string();
        let parsed = parse(text.as_bytes()).map_err(|fault| GenerateError::Reread(fault.kind.to_string()))?;
        let published = text_record(record_question(&self.domain)?.name, &text);
        let mut made = Generated::new(text, &published);
        reread(&mut made, &parsed, &meant)?;
        let verdict = Draft::new(self.domain.clone(), at).record(&published).judge("tls-rpt", &[])?;
        made.note("Large senders send one report a day, also when all went well; ptrust tls-report reads them.");
        let inside = |uri: &ReportUri| matches!(&uri.target, Target::Mailto { domain, .. } if domain.is_at_or_below(&self.domain));
        if self.rua.iter().all(inside) {
            made.note(
                "When TLS to the domain fails, so may mail with the reports: an address elsewhere, or an https address, gets \
                 them all the same.",
            );
        }
        made.notes.extend(verdict.remarks);
        Ok(made)
    }
}
