//! TLSA records of mail servers (RFC 7672): the key of the server itself, `3 1 1`.

use super::{GenerateError, Generated, domain};
use crate::judge::Draft;
use crate::key::PublicKey;
use jiff::Timestamp;
use ptrust_checks::remedy::TTL;
use ptrust_mail::tlsa::{Tlsa as Association, tlsa_question};
use ptrust_names::{Data, Hex, Name, Record, RecordType};
use sha2::{Digest as _, Sha256};

/// What a TLSA record should say.
#[derive(Clone, Debug)]
pub struct Tlsa {
    /// The server, as its MX records name it.
    pub host: Name,
    /// Its port.
    pub port: u16,
    /// Its public key.
    pub key: PublicKey,
}

impl Tlsa {
    /// Makes the record. `at` is now.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.host).map_err(|_| GenerateError::Host(self.host.to_string()))?;
        let meant = Association::for_key(Sha256::digest(self.key.spki()).into());
        let rdata = meant.rdata();
        if Association::parse(&rdata).as_ref() != Ok(&meant) || meant.unusable().is_some() {
            return Err(GenerateError::Reread("it says something else".into()));
        }
        let owner = tlsa_question(&self.host, self.port)?.name;
        let published = Record { owner, ttl: TTL, data: Data::Other(RecordType::TLSA, Hex(rdata)) };
        let mut made = Generated::new(published.data.to_string(), &published);
        let verdict = Draft::of_host(self.host.clone(), at).record(&published).judge("dane", &[])?;
        made.note(format!(
            "It counts only when the zone of {} is signed, as well as the zone of the MX records that name it; look with \
             ptrust dane DOMAIN.",
            self.host
        ));
        made.note(
            "It is about the key, not the certificate: renew with the same key, and the record stays. Before another key is \
             used, publish its record beside this one and wait two days.",
        );
        made.notes.extend(verdict.remarks);
        Ok(made)
    }
}
