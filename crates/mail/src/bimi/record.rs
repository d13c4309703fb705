//! The BIMI assertion record (draft-brand-indicators-for-message-identification section 4.3).

use crate::dmarc::{ReportUri, Target};
use crate::tags::{Effect, Fault, HasEffect, OneRecord, Parsed, Tag, TagFault, TagList, VersionFault, version};
use crate::{Answers, Step};
use ptrust_names::{Name, NameError, Question, RecordType, escape};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// The selector that is used when a message names none.
pub const DEFAULT_SELECTOR: &str = "default";

/// Which image a domain wants to be shown, when the sender has one of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AvatarPreference {
    /// The domain's. The default.
    #[default]
    Brand,
    /// The sender's own.
    Personal,
}

/// An assertion record. Prints as a record that reads back to the same value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BimiRecord {
    /// Where the image is; `None` declines.
    pub location: Option<String>,
    /// Where the certificate of the mark is; `None` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Which image is preferred.
    pub avatar: AvatarPreference,
    /// Whether local parts of addresses are selectors too.
    pub local_part_selectors: bool,
}

impl BimiRecord {
    /// Whether the domain declines to take part: neither image nor certificate.
    pub const fn declines(&self) -> bool {
        self.location.is_none() && self.evidence.is_none()
    }
}

impl fmt::Display for BimiRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |uri: &Option<String>| uri.clone().unwrap_or_default();
        write!(f, "v=BIMI1; l={}; a={};", text(&self.location), text(&self.evidence))?;
        if self.avatar == AvatarPreference::Personal {
            f.write_str(" avp=personal;")?;
        }
        if self.local_part_selectors {
            f.write_str(" lps=true;")?;
        }
        Ok(())
    }
}

/// What can be wrong with an assertion record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BimiFault {
    /// A value that is not an `https` URI with a fully qualified host.
    #[error("{0} must be an https URI")]
    BadUri(String),
    /// A value that the tag does not take.
    #[error("the tag {0} does not take this value")]
    BadValue(String),
    /// A certificate without an image: readers take the image of the record, not that of the certificate.
    #[error("a certificate is named, but no image")]
    EvidenceWithoutLocation,
    /// No `l`.
    #[error("the tag l is missing")]
    MissingLocation,
    /// An image that is named neither `.svg` nor `.svgz`.
    #[error("the image's name does not end in .svg or .svgz")]
    NotSvg,
    /// A comma in a URI: it must be percent-encoded, since older records listed several.
    #[error("a comma must be percent-encoded")]
    Comma,
    /// A fault of the list of tags.
    #[error(transparent)]
    Tags(TagFault),
    /// A tag that the draft does not know; readers ignore it.
    #[error("{0} is not a tag of BIMI")]
    UnknownTag(String),
}

impl HasEffect for BimiFault {
    fn effect(&self) -> Effect {
        match self {
            // Readers must not mend errors: a value that is not well-formed is an error of the record.
            Self::BadUri(_) | Self::MissingLocation | Self::NotSvg | Self::Comma => Effect::Void,
            Self::Tags(fault) if *fault != TagFault::EmptyTag => Effect::Void,
            Self::BadValue(_) => Effect::PartIgnored,
            Self::EvidenceWithoutLocation | Self::Tags(_) | Self::UnknownTag(_) => Effect::Remark,
        }
    }
}

/// An assertion record as read.
pub type ParsedBimi = Parsed<BimiRecord, BimiFault>;

/// The question for the record of a selector: `<selector>._bimi.<domain>`.
///
/// # Errors
/// When the name would be too long, or the selector is no name.
pub fn record_question(selector: &str, domain: &Name) -> Result<Question, NameError> {
    let selector: Name = selector.parse()?;
    let labels = selector.labels().chain([b"_bimi".as_slice()]).chain(domain.labels());
    Ok(Question::new(Name::from_labels(labels)?, RecordType::TXT))
}

/// Looks for the record that a question is about.
pub fn record_at(question: &Question, answers: &impl Answers) -> Step<OneRecord<ParsedBimi>> {
    match answers.answer(question) {
        Some(answer) => Step::Done(OneRecord::pick(answer, parse)),
        None => Step::Ask { now: BTreeSet::from([question.clone()]), soon: BTreeSet::new() },
    }
}

/// The selector that a local part stands for with `lps=true` (section 4.5); `None` when it cannot be one.
pub fn local_part_selector(local: &str) -> Option<String> {
    let base = local.split_once('+').map_or(local, |(base, _)| base);
    // A run of dashes that the sender wrote stays; only underscores and dots are replaced, each run by one dash.
    let mut selector = String::with_capacity(base.len());
    let mut replaced = false;
    for letter in base.chars() {
        if matches!(letter, '_' | '.') {
            replaced = true;
            continue;
        }
        if std::mem::take(&mut replaced) {
            selector.push('-');
        }
        selector.push(letter.to_ascii_lowercase());
    }
    let selector = selector.trim_matches('-').to_owned();
    let plain = selector.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    (plain && (1..=ptrust_names::MAX_LABEL).contains(&selector.len())).then_some(selector)
}

/// Reads an assertion record. Everything compares with case: readers must not mend capitals.
///
/// # Errors
/// When the text is not an assertion record: readers pass over it.
pub fn parse(text: &[u8]) -> Result<ParsedBimi, Fault<VersionFault>> {
    let list = TagList::parse(text);
    version(&list, text, "BIMI1")?;
    let mut record = BimiRecord::default();
    let mut faults: Vec<_> =
        list.faults.iter().map(|fault| Fault::new(fault.at, BimiFault::Tags(fault.kind.clone()))).collect();
    for tag in list.tags.iter().skip(1) {
        match tag.name {
            "l" => {
                record.location = uri(tag, &mut faults);
                if record.location.as_deref().is_some_and(|uri| !is_svg(uri)) {
                    faults.push(Fault::new(tag.value_at, BimiFault::NotSvg));
                }
            }
            "a" => record.evidence = uri(tag, &mut faults),
            "avp" => match tag.value {
                b"brand" => record.avatar = AvatarPreference::Brand,
                b"personal" => record.avatar = AvatarPreference::Personal,
                _ => faults.push(Fault::new(tag.value_at, BimiFault::BadValue("avp".to_owned()))),
            },
            "lps" => match tag.value {
                b"true" => record.local_part_selectors = true,
                b"false" => record.local_part_selectors = false,
                _ => faults.push(Fault::new(tag.value_at, BimiFault::BadValue("lps".to_owned()))),
            },
            _ => faults.push(Fault::new(tag.at, BimiFault::UnknownTag(escape(tag.name)))),
        }
    }
    match list.get("l") {
        None => faults.push(Fault::new(text.len(), BimiFault::MissingLocation)),
        Some(tag) if tag.value.is_empty() && record.evidence.is_some() => {
            faults.push(Fault::new(tag.at, BimiFault::EvidenceWithoutLocation));
        }
        Some(_) => {}
    }
    Ok(Parsed::new(record, faults))
}

/// Reads a URI; `None` when it is empty, or faulty with the fault told.
fn uri(tag: &Tag<'_>, faults: &mut Vec<Fault<BimiFault>>) -> Option<String> {
    if tag.value.is_empty() {
        return None;
    }
    if let Some(comma) = tag.value.iter().position(|octet| *octet == b',') {
        faults.push(Fault::new(tag.value_at + comma, BimiFault::Comma));
        return None;
    }
    let read = ReportUri::parse(tag.value).ok().filter(|uri| matches!(uri.target, Target::Https { .. }));
    if read.is_none() {
        faults.push(Fault::new(tag.value_at, BimiFault::BadUri(tag.name.to_owned())));
    }
    read.map(|uri| uri.to_string())
}

/// Whether the path of a URI ends like an SVG image.
fn is_svg(uri: &str) -> bool {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    extension.is_some_and(|extension| ["svg", "svgz"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_have_places() {
        use BimiFault as F;
        let faults = |text: &str| -> Vec<(usize, F)> {
            let parsed = parse(text.as_bytes()).expect("a record");
            parsed.faults.into_iter().map(|fault| (fault.at, fault.kind)).collect()
        };
        assert_eq!(faults("v=BIMI1; l=https://e.com/logo.svg; a=https://e.com/vmc.pem; avp=personal; lps=true"), []);
        assert_eq!(faults("v=BIMI1; l=https://e.com/logo.svgz?x=1"), []);
        assert_eq!(faults("v=BIMI1; l=; a=;"), []);
        assert_eq!(faults("v=BIMI1"), [(7, F::MissingLocation)]);
        assert_eq!(faults("v=BIMI1; l=http://e.com/logo.svg"), [(11, F::BadUri("l".into()))]);
        assert_eq!(faults("v=BIMI1; l=https://e/logo.svg"), [(11, F::BadUri("l".into()))]);
        assert_eq!(faults("v=BIMI1; l=https://e.com/logo.png"), [(11, F::NotSvg)]);
        assert_eq!(faults("v=BIMI1; l=https://e.com/a.svg,https://e.com/b.svg"), [(30, F::Comma)]);
        assert_eq!(faults("v=BIMI1; l=; a=https://e.com/vmc.pem"), [(9, F::EvidenceWithoutLocation)]);
        assert_eq!(
            faults("v=BIMI1; l=; avp=Brand; lps=1; s=x"),
            [(17, F::BadValue("avp".into())), (28, F::BadValue("lps".into())), (31, F::UnknownTag("s".into())),]
        );
        for other in ["v=bimi1; l=", "l=; v=BIMI1", "v=BIMI2; l=", ""] {
            assert!(parse(other.as_bytes()).is_err(), "{other}");
        }
        assert!(parse(b"v=BIMI1; l=; a=;").expect("a record").value.declines());
    }

    #[test]
    fn selectors_make_names() {
        let domain = "example.com".parse().expect("a name");
        let question = record_question(DEFAULT_SELECTOR, &domain).expect("a question");
        assert_eq!(question.to_string(), "default._bimi.example.com TXT");
        assert!(record_question("a..b", &domain).is_err());
        let cases = [
            ("news", Some("news")),
            ("News.Letter_Daily+tag", Some("news-letter-daily")),
            ("._a__b.", Some("a-b")),
            ("-a-", Some("a")),
            ("a--b", Some("a--b")),
            ("o'neil", None),
            ("+tag", None),
            ("__", None),
        ];
        for (local, selector) in cases {
            assert_eq!(local_part_selector(local).as_deref(), selector, "{local}");
        }
        assert_eq!(local_part_selector(&"a".repeat(64)), None);
    }

    prop_compose! {
        fn any_record()(
            location in prop::option::of("https://[a-z]{1,8}\\.example/[a-z]{1,8}\\.svg"),
            evidence in "https://[a-z]{1,8}\\.example/[a-z]{1,8}\\.pem",
            certified: bool,
            personal: bool,
            local_part_selectors: bool,
        ) -> BimiRecord {
            let evidence = Some(evidence).filter(|_| certified && location.is_some());
            let avatar = if personal { AvatarPreference::Personal } else { AvatarPreference::Brand };
            BimiRecord { location, evidence, avatar, local_part_selectors }
        }
    }

    proptest! {
        #[test]
        fn records_read_back(record in any_record()) {
            let parsed = parse(record.to_string().as_bytes()).expect("a record");
            prop_assert_eq!(parsed.value, record);
            prop_assert_eq!(parsed.faults, []);
        }

        #[test]
        fn any_text_is_read(text in "v=BIMI1;((l|a|avp)=[ -~]{0,40};?){0,3}", local in "\\PC{0,70}") {
            if let Ok(parsed) = parse(text.as_bytes()) {
                prop_assert!(parsed.faults.iter().all(|fault| fault.at <= text.len()));
            }
            let selector = local_part_selector(&local);
            prop_assert!(selector.is_none_or(|selector| record_question(&selector, &Name::root()).is_ok()));
        }
    }
}
