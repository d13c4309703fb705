//! What can be wrong with a record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fault in a record, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("octet {at}: {kind}")]
pub struct SpfParseError {
    /// Octets from the start of the joined text.
    pub at: usize,
    /// What is wrong there.
    pub kind: SpfErrorKind,
}

impl SpfParseError {
    /// A fault.
    pub(super) const fn new(at: usize, kind: SpfErrorKind) -> Self {
        Self { at, kind }
    }
}

/// What is wrong (RFC 7208 sections 4.5, 4.6.1, 5, 6, 7.1).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, thiserror::Error,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SpfErrorKind {
    /// `a:192.0.2.1`: an address where a domain belongs, a common mistake.
    #[error("an address stands where a domain belongs; ip4: and ip6: take addresses")]
    AddressAsDomain,
    /// Not four decimal numbers without leading zeros.
    #[error("not an IPv4 address")]
    BadIp4,
    /// Not an address of RFC 4291 section 2.2.
    #[error("not an IPv6 address")]
    BadIp6,
    /// Not a number, or one with a leading zero, or above 32 or 128.
    #[error("not a prefix length")]
    BadPrefix,
    /// Only spaces separate terms; no other control character may occur.
    #[error("a control character")]
    ControlCharacter,
    /// `redirect` or `exp` for the second time (section 6).
    #[error("redirect and exp may each occur once")]
    DuplicateModifier,
    /// Nothing where a domain belongs.
    #[error("a domain is missing")]
    EmptyDomain,
    /// `c`, `r` or `t` outside an explanation (section 7.2).
    #[error("the macro letters c, r and t are for explanations only")]
    ExplanationMacro,
    /// A letter that is no macro.
    #[error("an unknown macro letter")]
    MacroLetter,
    /// A `%` that starts nothing, or a macro that does not end.
    #[error("a percent sign must start %{{…}}, %%, %_ or %-")]
    MacroSyntax,
    /// `%{d0}`: zero parts.
    #[error("a macro that keeps no label")]
    MacroZero,
    /// `ip4`, `ip6`, `include` or `exists` without a value.
    #[error("the mechanism needs a value after a colon")]
    MissingValue,
    /// A modifier name that does not start with a letter, or holds other octets than letters, digits, `-`, `_`, `.`.
    #[error("not the name of a modifier")]
    ModifierName,
    /// An octet outside ASCII (section 3.1).
    #[error("an octet outside ASCII")]
    NonAscii,
    /// The text does not start with `v=spf1` and a space or its end (section 4.5).
    #[error("the text is no SPF record")]
    NotSpf,
    /// The text is longer than a TXT record can be.
    #[error("the record is too long")]
    TooLong,
    /// The domain does not end in a macro or in a dot and a top label (section 7.1).
    #[error("the domain must end in a dot and a top label, or in a macro")]
    TopLabel,
    /// A prefix length at a mechanism that takes none.
    #[error("the mechanism takes no prefix length")]
    UnexpectedPrefix,
    /// A qualifier before a modifier.
    #[error("a modifier takes no qualifier")]
    UnexpectedQualifier,
    /// `all:…`
    #[error("the mechanism takes no value")]
    UnexpectedValue,
    /// A mechanism that RFC 7208 does not know.
    #[error("an unknown mechanism")]
    UnknownMechanism,
}
