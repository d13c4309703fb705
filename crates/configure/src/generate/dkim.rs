//! DKIM key records (RFC 6376 3.6.1, RFC 8463 4).

use super::{GenerateError, Generated, below, domain, reread, selector, text_record};
use crate::judge::Draft;
use crate::key::PublicKey;
use jiff::Timestamp;
use ptrust_mail::dkim::{KeyRecord, KeyState, KeyType, PublicKey as Read, parse_key};
use ptrust_names::Name;
use std::path::{Path, PathBuf};

/// What a key record should say.
#[derive(Clone, Debug)]
pub struct Dkim {
    /// The domain that signs.
    pub domain: Name,
    /// The selector.
    pub selector: String,
    /// The public key.
    pub key: PublicKey,
    /// Whether receivers are told that the domain is testing.
    pub testing: bool,
}

/// The file that a private key is written to unless another is named: `SELECTOR._domainkey.DOMAIN.pem`.
///
/// # Errors
/// When domain or selector is none.
pub fn key_file(selector: &str, domain: &Name) -> Result<PathBuf, GenerateError> {
    // Labels may hold nothing that a path takes apart: both were checked.
    Ok(PathBuf::from(format!("{}.pem", owner(selector, domain)?)))
}

/// The name of the record.
fn owner(text: &str, signer: &Name) -> Result<Name, GenerateError> {
    domain(signer)?;
    Ok(below(&selector(text)?, &signer.prepend(b"_domainkey")?)?)
}

impl Dkim {
    /// Makes the record. `at` is now; `file` is where the private key stands, when it is known.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, file: Option<&Path>, at: Timestamp) -> Result<Generated, GenerateError> {
        let owner = owner(&self.selector, &self.domain)?;
        let (key_type, octets) = match self.key.ed25519() {
            Some(octets) => (KeyType::Ed25519, octets),
            None => (KeyType::Rsa, self.key.spki()),
        };
        let meant = KeyRecord { testing: self.testing, ..KeyRecord::new(key_type, octets.to_vec()) };
        let text = meant.to_string();
        let parsed = parse_key(text.as_bytes());
        if parsed.key().is_none() {
            return Err(GenerateError::KeyKind);
        }
        let published = text_record(owner, &text);
        let mut made = Generated::new(text, &published);
        reread(&mut made, &parsed, &meant)?;
        let KeyState::Usable { key, .. } = parsed.state() else {
            return Err(GenerateError::KeyKind);
        };
        let draft = Draft::new(self.domain.clone(), at).record(&published).selector(&self.selector);
        let verdict = draft.judge("dkim", &["dkim-testing"])?;
        self.notes(&mut made, key, file);
        made.notes.extend(verdict.remarks);
        Ok(made)
    }

    /// What to do with the record.
    fn notes(&self, made: &mut Generated, key: Read, file: Option<&Path>) {
        let Self { domain, selector, .. } = self;
        made.note("Publish the record first, and sign with the key once every server of the zone has it.");
        made.note(format!("Look at it then:\nptrust dkim {domain} --selector {selector}"));
        if let (Read::Rsa { .. }, Some(file)) = (key, file) {
            let path = ptrust_names::escape(&file.display().to_string());
            made.note(format!("KeyTable of OpenDKIM:\n{} {domain}:{selector}:{path}", made.owner));
            made.note(format!("SigningTable of OpenDKIM, read as refile:\n*@{domain} {}", made.owner));
            made.note(format!(
                "local.d/dkim_signing.conf of rspamd:\ndomain {{ {domain} {{ path = \"{path}\"; selector = \"{selector}\"; }} }}"
            ));
        }
        if key == Read::Ed25519 {
            made.note(
                "Sign with an RSA key under another selector too: not every receiver verifies Ed25519 (RFC 8463).",
            );
        }
        if self.testing {
            made.note("t=y tells receivers to treat mail with a broken signature like unsigned mail; remove it soon.");
        }
    }
}
