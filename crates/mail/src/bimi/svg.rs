//! The logo: an SVG of the profile Tiny Portable/Secure (draft-svg-tiny-ps-abrotman, on top of SVG Tiny 1.2).
//!
//! Everything that breaks the profile is listed with its place, since a logo is mended in an editor. A file that is no
//! SVG at all, or too large to look at, is refused as a whole.

use ptrust_names::escape;
use roxmltree::{Document, ParsingOptions};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::Read;

mod profile;

/// Octets of a logo that receivers accept (BIMI group's advice: 32 kilobytes).
pub const ADVISED_SIZE: usize = 32 * 1024;

/// Octets of a logo at most, unpacked too: eight times what receivers accept is still worth a list of faults.
pub const MAX_SIZE: usize = 256 * 1024;

/// Nodes at most: a drawing of the size above has some thousands.
const MAX_NODES: u32 = 50_000;

/// Elements inside each other at most; drawings nest a dozen groups.
const MAX_DEPTH: usize = 64;

/// Attributes of an element at most: the parser compares each with all others.
const MAX_ATTRIBUTES: usize = 500;

/// Namespace declarations at most: the parser copies all that are in force to each element that declares another.
const MAX_NAMESPACES: usize = 100;

/// Violations that are listed: an unsuitable file has the same one hundreds of times.
const MAX_VIOLATIONS: usize = 64;

/// Characters of the file that are shown in a violation.
const MAX_SHOWN: usize = 80;

/// The namespace of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";

/// Why a file is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "error")]
#[non_exhaustive]
pub enum SvgError {
    /// It begins like gzip, but does not unpack.
    #[error("the gzip form is damaged")]
    BadGzip,
    /// It has a document type definition, which could define entities.
    #[error("the file has a document type definition")]
    Dtd,
    /// Its root is not `svg` in the namespace of SVG.
    #[error("the root element is not svg in the namespace http://www.w3.org/2000/svg")]
    NotSvg,
    /// It is not UTF-8.
    #[error("octet {at} is not UTF-8")]
    NotUtf8 {
        /// Offset of the first octet that is not.
        at: usize,
    },
    /// An element has too many attributes, or the file too many namespaces.
    #[error("an element has more than 500 attributes, or the file more than 100 namespaces")]
    TooDense,
    /// Elements are nested too deep.
    #[error("elements are nested deeper than 64 levels")]
    TooDeep,
    /// It is larger than [`MAX_SIZE`], perhaps after unpacking.
    #[error("the file is larger than 256 KiB")]
    TooLarge,
    /// It has too many nodes.
    #[error("the file has more than 50000 nodes")]
    TooManyNodes,
    /// It is not well-formed XML.
    #[error("the file is not well-formed XML: {reason}")]
    Xml {
        /// Line, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
        /// What the parser says.
        reason: String,
    },
}

/// A logo that could be read, and what breaks the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Logo {
    /// Octets, unpacked.
    pub size: usize,
    /// Whether it came as gzip (`.svgz`).
    pub compressed: bool,
    /// Text of the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The `viewBox`, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_box: Option<String>,
    /// What breaks the profile, and advice, in the order of the file.
    pub violations: Vec<Violation>,
    /// How many more there are.
    #[serde(default)]
    pub left_out: usize,
}

impl Logo {
    /// Whether receivers may show it: nothing but advice is left.
    pub fn conforms(&self) -> bool {
        self.left_out == 0 && self.violations.iter().all(|violation| violation.kind.is_advice())
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Violation {
    /// What is wrong.
    pub kind: ViolationKind,
    /// Offset in octets, in the unpacked file.
    pub at: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The element, attribute or value.
    pub what: String,
}

/// What can be wrong with a logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ViolationKind {
    /// An animation.
    Animation,
    /// An attribute has a value that the profile rules out.
    AttributeValue,
    /// `baseProfile` is not `tiny-ps`.
    BaseProfile,
    /// An element that the profile does not have.
    Element,
    /// An event handler.
    EventHandler,
    /// A reference that leaves the document.
    ExternalReference,
    /// An attribute of a namespace that the profile does not have.
    ForeignAttribute,
    /// An element of another namespace, outside `metadata`.
    ForeignElement,
    /// Links, cursors, focus: a logo reacts to nothing.
    Interactivity,
    /// Sound or film.
    Multimedia,
    /// A raster image.
    RasterImage,
    /// `x` or `y` on the root.
    RootPosition,
    /// A script.
    Script,
    /// Advice: larger than 32 KiB.
    Size,
    /// Style sheets, or a `style` attribute: the profile has presentation attributes only.
    Style,
    /// No title, or an empty one.
    TitleMissing,
    /// Advice: a title of more than 64 characters.
    TitleLong,
    /// `version` is not `1.2`.
    Version,
    /// Advice: the `viewBox` is missing, cannot be read, or is not square.
    ViewBox,
}

impl std::fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Animation => "an animation",
            Self::AttributeValue => "a value that the profile rules out",
            Self::BaseProfile => "baseProfile is not tiny-ps",
            Self::Element => "an element that the profile does not have",
            Self::EventHandler => "an event handler",
            Self::ExternalReference => "a reference to another file",
            Self::ForeignAttribute => "an attribute of another namespace",
            Self::ForeignElement => "an element of another namespace",
            Self::Interactivity => "something that reacts to the reader",
            Self::Multimedia => "sound or film",
            Self::RasterImage => "a raster image",
            Self::RootPosition => "x or y on the root element",
            Self::Script => "a script",
            Self::Size => "more than 32 KiB",
            Self::Style => "a style sheet",
            Self::TitleMissing => "no title",
            Self::TitleLong => "a title of more than 64 characters",
            Self::Version => "version is not 1.2",
            Self::ViewBox => "no square viewBox",
        })
    }
}

impl ViolationKind {
    /// Whether it is advice that many receivers give, rather than a rule of the profile.
    pub const fn is_advice(self) -> bool {
        matches!(self, Self::Size | Self::TitleLong | Self::ViewBox)
    }
}

/// Examines a file: plain SVG or gzip.
///
/// # Errors
/// When it cannot be looked at as a whole.
pub fn examine(file: &[u8]) -> Result<Logo, SvgError> {
    let octets = unpack(file)?;
    let text = std::str::from_utf8(&octets).map_err(|error| SvgError::NotUtf8 { at: error.valid_up_to() })?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    if is_dense(text) {
        return Err(SvgError::TooDense);
    }
    let document = Document::parse_with_options(text, options).map_err(|error| refused(&error))?;
    if document.descendants().any(|node| node.ancestors().nth(MAX_DEPTH).is_some()) {
        return Err(SvgError::TooDeep);
    }
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(SvgError::NotSvg);
    }
    let mut findings = Findings { document: &document, violations: Vec::new(), left_out: 0 };
    if octets.len() > ADVISED_SIZE {
        findings.add(ViolationKind::Size, 0, &format!("{} octets", octets.len()));
    }
    let title = profile::walk(&document, &mut findings);
    let mut violations = findings.violations;
    violations.sort_by_key(|violation| (violation.at, violation.kind));
    Ok(Logo {
        size: octets.len(),
        compressed: is_gzip(file),
        title: title.as_deref().map(shown),
        view_box: root.attribute("viewBox").map(shown),
        violations,
        left_out: findings.left_out,
    })
}

/// The plain octets of a file that may be gzip, with a bound.
///
/// # Errors
/// When it is too large or does not unpack.
pub fn unpack(file: &[u8]) -> Result<Cow<'_, [u8]>, SvgError> {
    if file.len() > MAX_SIZE {
        return Err(SvgError::TooLarge);
    }
    if !is_gzip(file) {
        return Ok(Cow::Borrowed(file));
    }
    let mut plain = Vec::new();
    let bound = MAX_SIZE as u64 + 1;
    let mut reader = flate2::read::MultiGzDecoder::new(file).take(bound);
    reader.read_to_end(&mut plain).map_err(|_| SvgError::BadGzip)?;
    if plain.len() > MAX_SIZE { Err(SvgError::TooLarge) } else { Ok(Cow::Owned(plain)) }
}

/// Whether a file begins like gzip (RFC 1952 2.3.1).
fn is_gzip(file: &[u8]) -> bool {
    file.starts_with(&[0x1f, 0x8b])
}

/// Whether parsing would take more than its share, seen before the parser does: an attribute value holds no `<`, so that
/// the equal signs up to the next one bound the attributes of an element.
fn is_dense(text: &str) -> bool {
    let attributes = |tag: &str| tag.bytes().filter(|octet| *octet == b'=').count();
    text.split('<').any(|tag| attributes(tag) > MAX_ATTRIBUTES) || text.matches("xmlns").count() > MAX_NAMESPACES
}

/// The parser's refusal in our words.
fn refused(error: &roxmltree::Error) -> SvgError {
    match error {
        roxmltree::Error::DtdDetected => SvgError::Dtd,
        roxmltree::Error::NodesLimitReached => SvgError::TooManyNodes,
        roxmltree::Error::NoRootNode => SvgError::NotSvg,
        other => {
            let position = other.pos();
            SvgError::Xml { line: position.row, column: position.col, reason: shown(&other.to_string()) }
        }
    }
}

/// Text of the file, safe to show and short.
fn shown(text: &str) -> String {
    let text = text.trim();
    let cut = text.char_indices().nth(MAX_SHOWN).map_or(text.len(), |(at, _)| at);
    escape(text.get(..cut).unwrap_or_default())
}

/// What was found so far.
struct Findings<'a, 'input> {
    /// The document, for positions.
    document: &'a Document<'input>,
    /// The first [`MAX_VIOLATIONS`].
    violations: Vec<Violation>,
    /// The others.
    left_out: usize,
}

impl Findings<'_, '_> {
    /// Adds one.
    fn add(&mut self, kind: ViolationKind, at: usize, what: &str) {
        if self.violations.len() >= MAX_VIOLATIONS {
            self.left_out += 1;
            return;
        }
        let position = self.document.text_pos_at(at);
        self.violations.push(Violation { kind, at, line: position.row, column: position.col, what: shown(what) });
    }
}

#[cfg(test)]
mod tests;
