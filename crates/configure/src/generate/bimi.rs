//! BIMI assertion records (draft-brand-indicators-for-message-identification).

use super::{GenerateError, Generated, domain, reread, selector, text_record};
use crate::judge::Draft;
use jiff::Timestamp;
use ptrust_mail::bimi::record::{BimiRecord, DEFAULT_SELECTOR, parse, record_question};
use ptrust_mail::bimi::svg::examine;
use ptrust_names::Name;

/// The media type of SVG (IANA).
const MEDIA_TYPE: &str = "image/svg+xml";

/// What a BIMI record should say.
#[derive(Clone, Debug)]
pub struct Bimi {
    /// The domain.
    pub domain: Name,
    /// The selector; [`DEFAULT_SELECTOR`] unless messages name another.
    pub selector: Option<String>,
    /// Where the logo is.
    pub logo: String,
    /// The logo itself, to be judged as if it were there already.
    pub file: Option<Vec<u8>>,
    /// Where the certificate of the mark is, when there is one.
    pub certificate: Option<String>,
}

impl Bimi {
    /// Makes the record. `at` is now.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.domain)?;
        let word = self.selector.as_deref().unwrap_or(DEFAULT_SELECTOR);
        selector(word)?;
        let meant = BimiRecord {
            location: Some(self.logo.clone()),
            evidence: self.certificate.clone(),
            ..BimiRecord::default()
        };
        let text = meant.to_string();
        let parsed = parse(text.as_bytes()).map_err(|fault| GenerateError::Reread(fault.kind.to_string()))?;
        let published = text_record(record_question(word, &self.domain)?.name, &text);
        let mut made = Generated::new(text, &published);
        reread(&mut made, &parsed, &meant)?;
        let mut draft = Draft::new(self.domain.clone(), at).record(&published).bimi_selector(word);
        if let Some(file) = &self.file {
            draft = draft.document(&self.logo, MEDIA_TYPE, file);
        }
        let verdict = draft.judge("bimi", &[])?;
        made.note(
            "Receivers show a logo only for mail that passes DMARC, under a policy of quarantine or reject for the whole \
             domain.",
        );
        match self.file.as_deref().map(examine).transpose() {
            // The check says the same; this holds where it cannot look.
            Err(error) => return Err(GenerateError::Logo(error)),
            Ok(None) => made.note(
                "The logo must be of the profile SVG Tiny Portable/Secure; name the file with --svg to have it judged.",
            ),
            Ok(Some(logo)) => {
                made.note(format!("The logo is of the profile. Serve it at {} as {MEDIA_TYPE}.", self.logo));
                for advice in logo.violations {
                    made.note(format!("Many receivers mind, line {}: {} ({}).", advice.line, advice.kind, advice.what));
                }
            }
        }
        if self.certificate.is_none() {
            made.note(
                "Without a certificate of the mark (VMC or CMC) several large receivers show no logo; name one with \
                 --certificate.",
            );
        }
        made.notes.extend(verdict.remarks);
        Ok(made)
    }
}
