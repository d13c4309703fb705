//! MTA-STS: the record, and the policy that it announces (RFC 8461).

use super::{File, GenerateError, Generated, domain, reread, text_record};
use crate::judge::Draft;
use jiff::Timestamp;
use ptrust_mail::mta_sts::{
    MAX_AGE, MAX_PATTERNS, MEDIA_TYPE, Mode, MxPattern, StsPolicy, StsRecord, parse_policy, parse_record, policy_host,
    record_question,
};
use ptrust_names::{HostFault, Name, Question, RecordType, Records, escape, host_fault, is_address_as_name};

/// Seconds that a policy is kept unless told otherwise: one week, long enough to protect, short enough to correct.
pub const DEFAULT_MAX_AGE: u32 = 604_800;

/// What the policy should say.
#[derive(Clone, Debug)]
pub struct MtaSts {
    /// The domain.
    pub domain: Name,
    /// The hosts that receive its mail.
    pub mx: Vec<MxPattern>,
    /// The MX records of the domain, when they were looked up: the policy must cover each.
    pub published: Option<Records>,
    /// What senders do.
    pub mode: Mode,
    /// Seconds that senders keep it.
    pub max_age: u32,
}

impl MtaSts {
    /// Makes record and policy. `at` is now, and names the version.
    ///
    /// # Errors
    /// When one cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.domain)?;
        if self.mx.is_empty() && self.mode != Mode::None {
            return Err(GenerateError::Missing("name the hosts that receive mail, with --mx or --from-mx"));
        }
        if self.mx.len() > MAX_PATTERNS {
            return Err(GenerateError::Missing("more than 256 hosts; cover them by *.DOMAIN"));
        }
        if self.max_age > MAX_AGE {
            return Err(GenerateError::MaxAge(self.max_age));
        }
        let meant = StsRecord { id: id(at) };
        let text = meant.to_string();
        let parsed = parse_record(text.as_bytes()).map_err(|fault| GenerateError::Reread(fault.kind.to_string()))?;
        let record = text_record(record_question(&self.domain)?.name, &text);
        let mut made = Generated::new(text, &record);
        reread(&mut made, &parsed, &meant)?;
        let policy = StsPolicy { mode: self.mode, mx: self.mx.clone(), max_age: self.max_age };
        let file = policy.to_string();
        reread(&mut made, &parse_policy(file.as_bytes()), &policy)?;
        let host = policy_host(&self.domain)?;
        let url = format!("https://{host}/.well-known/mta-sts.txt");
        let mut draft = Draft::new(self.domain.clone(), at).record(&record).document(&url, MEDIA_TYPE, file.as_bytes());
        if let Some(records) = &self.published {
            draft = draft.records(Question::new(self.domain.clone(), RecordType::MX), records.clone());
        }
        let verdict = draft.judge("mta-sts", &[])?;
        self.notes(&mut made, &url, &host);
        made.documents.push(File { url, content_type: MEDIA_TYPE.to_owned(), text: file });
        made.notes.extend(verdict.remarks);
        Ok(made)
    }

    /// What to do with both.
    fn notes(&self, made: &mut Generated, url: &str, host: &Name) {
        made.note(format!(
            "Serve the policy at {url} as {MEDIA_TYPE}, without a redirect, with a certificate for {host}; then publish the \
             record."
        ));
        made.note(
            "Whenever the policy changes, change the id of the record too: senders fetch the policy anew for it.",
        );
        match self.mode {
            Mode::Testing => {
                made.note(
                    "In mode testing nothing is protected yet: ask for reports (ptrust generate tls-rpt), and enforce once \
                     they show no failures.",
                );
            }
            Mode::Enforce => {
                made.note(
                    "Senders that follow it deliver to these hosts only, and only with a valid certificate for the name: \
                     look first with ptrust smtp HOST.",
                );
            }
            Mode::None => {
                made.note("Mode none ends a policy: keep both in place until max_age of the old one is over.");
            }
        }
    }
}

/// The version of a policy: the time in UTC, as the example of RFC 8461 3.1 has it.
fn id(at: Timestamp) -> String {
    let digits = at.to_string();
    let whole = digits.split('.').next().unwrap_or_default();
    whole.chars().filter(char::is_ascii_digit).collect()
}

/// Reads a host, or `*.` and a domain for every host right below it.
///
/// # Errors
/// When it is neither.
pub fn mx_pattern(text: &str) -> Result<MxPattern, GenerateError> {
    let wrong = || GenerateError::Host(escape(text));
    let (wildcard, rest) = text.strip_prefix("*.").map_or((false, text), |rest| (true, rest));
    let name: Name = rest.parse().map_err(|_| wrong())?;
    let sound = matches!(host_fault(&name), None | Some(HostFault::Underscore)) && name.label_count() > 1;
    if sound && !is_address_as_name(&name) { Ok(MxPattern { wildcard, name }) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_times() {
        let at: Timestamp = "2026-11-27T09:05:07.25Z".parse().expect("a time");
        assert_eq!(id(at), "20261127090507");
    }
}
