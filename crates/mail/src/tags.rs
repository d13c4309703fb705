//! Lists of `tag=value` with positions, as DKIM, DMARC, BIMI, MTA-STS and TLS-RPT use (RFC 6376 3.2), and what their
//! parsers share: faults with a place, and the rule that a name holds one record or none.

use ptrust_names::{Absence, Cause, CharString, Observed, Records};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::mem::discriminant;

/// Octets of a list that are read at most: a TXT record holds no more, and no header field should.
pub const MAX_LIST: usize = 65_535;
/// Tags of a list that are read at most. The longest lists in use have some fifteen.
pub const MAX_TAGS: usize = 64;
/// Faults of one kind and effect that are kept at most: as many as tags, since a tag has each once. Lists within a tag, and
/// what lies between tags, can have thousands.
pub const MAX_SAME_FAULTS: usize = MAX_TAGS;
/// Texts at a name that are kept for showing at most. A name may hold thousands.
pub const MAX_TEXTS: usize = 8;

/// A fault of a record or header field, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("octet {at}: {kind}")]
pub struct Fault<K: fmt::Debug + fmt::Display> {
    /// Octets from the start of the text.
    pub at: usize,
    /// What is wrong.
    pub kind: K,
}

impl<K: fmt::Debug + fmt::Display> Fault<K> {
    /// A fault.
    pub const fn new(at: usize, kind: K) -> Self {
        Self { at, kind }
    }
}

/// What a fault does to the record it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Readers accept it; worth a remark.
    Remark,
    /// Readers ignore the part, and its default holds.
    PartIgnored,
    /// Readers ignore the whole.
    Void,
}

/// Faults that know what they do.
pub trait HasEffect {
    /// What the fault does to the record it is in.
    fn effect(&self) -> Effect;
}

/// What a parser read, with the faults it met, in the order of their places: of one kind and effect the first
/// [`MAX_SAME_FAULTS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parsed<T, K: fmt::Debug + fmt::Display> {
    /// The values.
    pub value: T,
    /// The faults, by place.
    pub faults: Vec<Fault<K>>,
}

impl<T, K: fmt::Debug + fmt::Display + HasEffect> Parsed<T, K> {
    /// Joins a value and its faults, sorted by place. Kinds and effects are counted apart, so that what a record is good
    /// for does not depend on how many faults it has.
    pub(crate) fn new(value: T, mut faults: Vec<Fault<K>>) -> Self {
        faults.sort_by_key(|fault| fault.at);
        let mut counts = Vec::new();
        faults.retain(|fault| {
            let key = (discriminant(&fault.kind), fault.kind.effect());
            let at = counts.iter().position(|(counted, _)| *counted == key).unwrap_or(counts.len());
            if at == counts.len() {
                counts.push((key, 0));
            }
            let Some((_, count)) = counts.get_mut(at) else { return true };
            *count += 1;
            *count <= MAX_SAME_FAULTS
        });
        Self { value, faults }
    }

    /// Whether some fault makes readers ignore the whole.
    pub fn is_void(&self) -> bool {
        self.faults.iter().any(|fault| fault.kind.effect() == Effect::Void)
    }

    /// The faults with at least the effect.
    pub fn faults_from(&self, effect: Effect) -> impl Iterator<Item = &Fault<K>> {
        self.faults.iter().filter(move |fault| fault.kind.effect() >= effect)
    }
}

/// What can be wrong with a list of tags, whatever the tags mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TagFault {
    /// A name that does not start with a letter or holds other than letters, digits and underscores.
    #[error("the name of a tag is not a word")]
    BadName,
    /// A control character or an octet above 126 in a value.
    #[error("the value holds a character that is not printable ASCII")]
    BadOctet,
    /// The tag occurs twice.
    #[error("the tag {0} occurs again")]
    Duplicate(String),
    /// Two semicolons with nothing between them.
    #[error("nothing stands between two semicolons")]
    EmptyTag,
    /// The list is longer than [`MAX_LIST`].
    #[error("the list is too long")]
    LongList,
    /// More than [`MAX_TAGS`] tags.
    #[error("the list has too many tags")]
    ManyTags,
    /// No equals sign.
    #[error("a tag has no equals sign")]
    NoEquals,
}

/// One tag of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its name, as written.
    pub name: &'a str,
    /// Where the name starts.
    pub at: usize,
    /// Its value, without the white space around it.
    pub value: &'a [u8],
    /// Where the value starts.
    pub value_at: usize,
}

impl<'a> Tag<'a> {
    /// The value as text; `None` when it is not UTF-8.
    pub fn text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.value).ok()
    }

    /// The items of a value that is a list, without the white space around them, each with its place.
    pub fn items(&self, separator: u8) -> impl Iterator<Item = (usize, &'a [u8])> {
        pieces(self.value, separator).map(|(at, piece)| {
            let (skipped, piece) = trimmed(piece);
            (self.value_at + at + skipped, piece)
        })
    }
}

/// A list of tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagList<'a> {
    /// The tags, in order; those with a fault in their name are left out.
    pub tags: Vec<Tag<'a>>,
    /// The faults, by place.
    pub faults: Vec<Fault<TagFault>>,
}

impl<'a> TagList<'a> {
    /// Reads a list. White space around names and values is skipped, folded lines included; a semicolon may end it.
    pub fn parse(text: &'a [u8]) -> Self {
        let mut list = Self::default();
        let read = text.get(..MAX_LIST).unwrap_or(text);
        if read.len() < text.len() {
            list.faults.push(Fault::new(MAX_LIST, TagFault::LongList));
        }
        let mut rest = pieces(read, b';').peekable();
        while let Some((at, piece)) = rest.next() {
            let (skipped, body) = trimmed(piece);
            let at = at + skipped;
            if body.is_empty() {
                if rest.peek().is_some() {
                    list.faults.push(Fault::new(at, TagFault::EmptyTag));
                }
                continue;
            }
            if list.tags.len() == MAX_TAGS {
                list.faults.push(Fault::new(at, TagFault::ManyTags));
                break;
            }
            match tag(at, body) {
                Ok(tag) => list.push(tag),
                Err(kind) => list.faults.push(Fault::new(at, kind)),
            }
        }
        list
    }

    /// Takes up a tag, with the faults that it has beside others.
    fn push(&mut self, tag: Tag<'a>) {
        if self.get(tag.name).is_some() {
            self.faults.push(Fault::new(tag.at, TagFault::Duplicate(tag.name.to_owned())));
        }
        if let Some(bad) = tag.value.iter().position(|octet| !matches!(octet, b'!'..=b'~') && !is_space(*octet)) {
            self.faults.push(Fault::new(tag.value_at + bad, TagFault::BadOctet));
        }
        self.tags.push(tag);
    }

    /// The first tag of the name, compared with case (RFC 6376 3.2).
    pub fn get(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags.iter().find(|tag| tag.name == name)
    }
}

/// Reads one tag that is not empty.
fn tag(at: usize, body: &[u8]) -> Result<Tag<'_>, TagFault> {
    let equals = body.iter().position(|octet| *octet == b'=').ok_or(TagFault::NoEquals)?;
    let (name, value) = body.split_at_checked(equals).ok_or(TagFault::NoEquals)?;
    let (_, name) = trimmed(name);
    let word = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'_');
    let name = std::str::from_utf8(name).ok().filter(|_| word).ok_or(TagFault::BadName)?;
    let (skipped, value) = trimmed(value.get(1..).unwrap_or_default());
    Ok(Tag { name, at, value, value_at: at + equals + 1 + skipped })
}

/// The pieces between separators, each with the place where it starts.
fn pieces(text: &[u8], separator: u8) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    text.split(move |octet| *octet == separator).map(move |piece| {
        let at = next;
        next += piece.len() + 1;
        (at, piece)
    })
}

/// Text without the white space around it, and how many octets were skipped in front.
pub(crate) fn trimmed(text: &[u8]) -> (usize, &[u8]) {
    let start = text.iter().position(|octet| !is_space(*octet)).unwrap_or(text.len());
    let end = text.iter().rposition(|octet| !is_space(*octet)).map_or(start, |last| last + 1);
    (start, text.get(start..end).unwrap_or_default())
}

/// Whether the octet is white space within a list: blanks, and the line ends of a folded header field.
const fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

/// Octets without any white space, for base64 (RFC 6376 2.10).
pub(crate) fn without_space(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|octet| !is_space(*octet)).collect()
}

/// The version tag of a record, as its specification wants it: first, and its value exact.
///
/// # Errors
/// Why the text is not a record of this version.
pub(crate) fn version(list: &TagList<'_>, text: &[u8], value: &str) -> Result<(), Fault<VersionFault>> {
    let first = list.tags.first().filter(|tag| tag.name.eq_ignore_ascii_case("v"));
    let (skipped, _) = trimmed(text);
    match first {
        Some(tag) if tag.at == 0 && tag.value == value.as_bytes() => Ok(()),
        Some(tag) if tag.at == 0 => Err(Fault::new(tag.value_at, VersionFault::Other)),
        Some(tag) if tag.at == skipped => Err(Fault::new(0, VersionFault::LeadingSpace)),
        _ => Err(Fault::new(skipped, VersionFault::Missing)),
    }
}

/// Why a text is not a record of the version looked for. Readers skip it as if it were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum VersionFault {
    /// White space in front of the version.
    #[error("white space stands in front of the version")]
    LeadingSpace,
    /// The text does not start with a version.
    #[error("the text does not start with the version")]
    Missing,
    /// Another version, or its letters in the wrong case.
    #[error("the version is another one, or its letters have the wrong case")]
    Other,
}

impl HasEffect for VersionFault {
    fn effect(&self) -> Effect {
        Effect::Void
    }
}

/// What a name holds, when exactly one record of a kind may stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OneRecord<T> {
    /// The record.
    Present {
        /// Its text, strings joined; places of faults count in it.
        text: CharString,
        /// What it says.
        record: T,
        /// How many texts of other kinds stand beside it.
        others: usize,
    },
    /// Several records, so none counts.
    Several {
        /// How many there are.
        count: usize,
        /// Their texts, at most [`MAX_TEXTS`].
        texts: Vec<CharString>,
    },
    /// Only texts of other kinds.
    OtherTexts {
        /// Why each is not the record, at most [`MAX_TEXTS`].
        texts: Vec<OtherText>,
    },
    /// No texts.
    Absent(Absence),
    /// Nobody could say.
    Unknown(Cause),
}

/// A text that is not the record looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherText {
    /// The text, strings joined.
    pub text: CharString,
    /// Why it is not the record.
    pub why: Fault<VersionFault>,
}

impl<T> OneRecord<T> {
    /// Picks the record out of an answer.
    pub fn pick(answer: Observed<&Records>, parse: impl Fn(&[u8]) -> Result<T, Fault<VersionFault>>) -> Self {
        let records = match answer {
            Observed::Present(records) => records,
            Observed::Absent(absence) => return Self::Absent(absence),
            Observed::Unknown(cause) => return Self::Unknown(cause),
        };
        let (mut found, mut texts, mut others) = (None, Vec::new(), Vec::new());
        let (mut count, mut other_count) = (0, 0);
        for text in records.texts() {
            match parse(&text) {
                Ok(record) => {
                    count += 1;
                    if found.is_none() {
                        found = Some(record);
                    }
                    if texts.len() < MAX_TEXTS {
                        texts.push(CharString(text));
                    }
                }
                Err(why) => {
                    other_count += 1;
                    if others.len() < MAX_TEXTS {
                        others.push(OtherText { text: CharString(text), why });
                    }
                }
            }
        }
        match (found, count) {
            (Some(record), 1) => {
                let text = texts.pop().unwrap_or(CharString(Vec::new()));
                Self::Present { text, record, others: other_count }
            }
            (Some(_), count) => Self::Several { count, texts },
            (None, _) => Self::OtherTexts { texts: others },
        }
    }

    /// The record, when there is exactly one.
    pub const fn record(&self) -> Option<&T> {
        match self {
            Self::Present { record, .. } => Some(record),
            _ => None,
        }
    }

    /// Why it is not known.
    pub const fn cause(&self) -> Option<Cause> {
        match self {
            Self::Unknown(cause) => Some(*cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_have_places() {
        let list = TagList::parse(b" v = 1 ;\r\n\tbh=a=\r\n b;h=x : y ; ");
        let tags: Vec<_> = list.tags.iter().map(|tag| (tag.name, tag.at, tag.value, tag.value_at)).collect();
        assert_eq!(tags, [("v", 1, b"1".as_slice(), 5), ("bh", 11, b"a=\r\n b", 14), ("h", 21, b"x : y", 23)]);
        assert_eq!(list.faults, []);
        let items: Vec<_> = list.get("h").expect("h").items(b':').collect();
        assert_eq!(items, [(23, b"x".as_slice()), (27, b"y")]);
    }

    #[test]
    fn faults_are_bounded_and_none_of_weight_is_lost() {
        let many = format!("v=DMARC1; p=none{}; x", ";".repeat(1_000));
        let parsed = crate::dmarc::parse(many.as_bytes()).expect("a record");
        assert_eq!(parsed.faults.len(), MAX_SAME_FAULTS + 1);
        assert_eq!(parsed.faults_from(Effect::PartIgnored).count(), 1);
        let many = format!("version: STSv1\n{}mode: x\n", "x:\n".repeat(1_000));
        let parsed = crate::mta_sts::parse_policy(many.as_bytes());
        assert!(parsed.is_void() && parsed.faults.len() < 2 * MAX_SAME_FAULTS, "{}", parsed.faults.len());
    }

    #[test]
    fn faults_have_places() {
        let faults = |text: &[u8]| -> Vec<(usize, TagFault)> {
            TagList::parse(text).faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
        };
        assert_eq!(faults(b"a=1;;b=2"), [(4, TagFault::EmptyTag)]);
        assert_eq!(faults(b"a=1; b"), [(5, TagFault::NoEquals)]);
        assert_eq!(faults(b"1a=1"), [(0, TagFault::BadName)]);
        assert_eq!(faults(b"=1"), [(0, TagFault::BadName)]);
        assert_eq!(faults(b"a=1; a=2"), [(5, TagFault::Duplicate("a".into()))]);
        assert_eq!(faults(b"a=x\xffy"), [(3, TagFault::BadOctet)]);
        assert_eq!(faults(b""), []);
        assert_eq!(
            faults("a=1;".repeat(1000).as_bytes()).last().map(|fault| fault.1.clone()),
            Some(TagFault::ManyTags)
        );
        assert_eq!(faults(&vec![b' '; MAX_LIST + 1]), [(MAX_LIST, TagFault::LongList)]);
    }

    proptest! {
        #[test]
        fn any_octets_are_read(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            for tag in TagList::parse(&text).tags {
                prop_assert_eq!(text.get(tag.value_at..tag.value_at + tag.value.len()), Some(tag.value));
                prop_assert_eq!(text.get(tag.at..tag.at + tag.name.len()), Some(tag.name.as_bytes()));
            }
        }

        #[test]
        fn lists_read_back(values in proptest::collection::vec("[!-:<-~]{0,20}", 0..20)) {
            let text: Vec<_> = values.iter().enumerate().map(|(n, value)| format!("t{n}={value}")).collect();
            let text = text.join("; ");
            let list = TagList::parse(text.as_bytes());
            prop_assert_eq!(list.faults, []);
            prop_assert_eq!(list.tags.iter().filter_map(Tag::text).collect::<Vec<_>>(), values);
        }
    }
}
