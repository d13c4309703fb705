//! DKIM: key records and signature headers (RFC 6376).

mod der;
mod key;
mod lookup;
mod signature;

pub use der::RsaForm;
pub use key::{
    KeyFault, KeyRecord, KeyState, KeyType, ParsedKey, PublicKey, RSA_GOOD_BITS, RSA_MAX_BITS, RSA_MIN_BITS,
    is_key_record, parse_key,
};
pub use lookup::{KeyAnswer, key_at, key_question};
pub use signature::{Canonicalization, HashAlgorithm, ParsedSignature, Signature, SignatureFault, parse_signature};

#[cfg(test)]
mod tests;
