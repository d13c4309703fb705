//! Tests of the logo's profile

use super::*;
use proptest::prelude::*;
use std::io::Write;

/// A logo that holds every rule.
const GOOD: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.2" baseProfile="tiny-ps" viewBox="0 0 64 64">
  <title>Example</title>
  <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="https://example.com/"/></metadata>
  <defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
  <g fill="url(#a)"><path d="M0 0h64v64z"/><use xlink:href="#a"/></g>
</svg>
"##;

/// The good logo with something else in place of a part.
fn with(part: &str, other: &str) -> String {
    assert!(GOOD.contains(part), "{part}");
    GOOD.replace(part, other)
}

fn kinds(file: &str) -> Vec<ViolationKind> {
    examine(file.as_bytes()).expect("an SVG").violations.iter().map(|violation| violation.kind).collect()
}

fn gzip(octets: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(octets).expect("memory");
    writer.finish().expect("memory")
}

#[test]
fn a_good_logo_conforms_plain_and_packed() {
    let logo = examine(GOOD.as_bytes()).expect("an SVG");
    assert_eq!(logo.violations, []);
    assert!(logo.conforms() && !logo.compressed);
    assert_eq!((logo.title.as_deref(), logo.view_box.as_deref()), (Some("Example"), Some("0 0 64 64")));
    let packed = examine(&gzip(GOOD.as_bytes())).expect("an SVG");
    assert_eq!(packed, Logo { compressed: true, ..logo });
}

#[test]
fn metadata_hides_no_script() {
    use ViolationKind as Kind;
    let in_metadata = |inner: &str| kinds(&with("</metadata>", &format!("{inner}</metadata>")));
    assert_eq!(in_metadata("<x:note xmlns:x=\"https://example.com/ns\" onload=\"\"/>"), []);
    assert_eq!(in_metadata("<script>alert(1)</script>"), [Kind::Script]);
    assert_eq!(in_metadata("<script xmlns=\"http://www.w3.org/1999/xhtml\"/>"), [Kind::ForeignElement]);
}

#[test]
fn every_rule_is_held() {
    use ViolationKind as Kind;
    let in_g = |inner: &str| with("<path d=\"M0 0h64v64z\"/>", inner);
    let on_root = |attributes: &str| with("version=\"1.2\"", &format!("version=\"1.2\" {attributes}"));
    for (file, kind) in [
        (with("tiny-ps", "tiny"), Kind::BaseProfile),
        (with(" baseProfile=\"tiny-ps\"", ""), Kind::BaseProfile),
        (with("\"1.2\"", "\"1.1\""), Kind::Version),
        (with("<title>Example</title>", ""), Kind::TitleMissing),
        (with("Example", " "), Kind::TitleMissing),
        (with("Example", &"long ".repeat(14)), Kind::TitleLong),
        (with("0 0 64 64", "0 0 64 32"), Kind::ViewBox),
        (with("0 0 64 64", "0 0 64"), Kind::ViewBox),
        (with("0 0 64 64", "0 0 NaN NaN"), Kind::ViewBox),
        (with(" viewBox=\"0 0 64 64\"", ""), Kind::ViewBox),
        (on_root("x=\"0\""), Kind::RootPosition),
        (on_root("y=\"0px\""), Kind::RootPosition),
        (on_root("zoomAndPan=\"magnify\""), Kind::AttributeValue),
        (on_root("snapshotTime=\"1\""), Kind::AttributeValue),
        (on_root("onload=\"f()\""), Kind::EventHandler),
        (on_root("xml:base=\"https://example.com/\""), Kind::ExternalReference),
        (on_root("xmlns:i=\"urn:i\" i:version=\"1\""), Kind::ForeignAttribute),
        (in_g("<script>f()</script>"), Kind::Script),
        (in_g("<animate attributeName=\"x\"/>"), Kind::Animation),
        (in_g("<set attributeName=\"x\"/>"), Kind::Animation),
        (in_g("<image width=\"1\" height=\"1\"/>"), Kind::RasterImage),
        (in_g("<a><path d=\"M0 0\"/></a>"), Kind::Interactivity),
        (in_g("<video/>"), Kind::Multimedia),
        (in_g("<style>path{fill:red}</style>"), Kind::Style),
        (in_g("<path style=\"fill:red\" d=\"M0 0\"/>"), Kind::Style),
        (in_g("<path onClick=\"f()\" d=\"M0 0\"/>"), Kind::EventHandler),
        (in_g("<path nav-next=\"auto\" d=\"M0 0\"/>"), Kind::Interactivity),
        (in_g("<filter id=\"f\"/>"), Kind::Element),
        (in_g("<svg/>"), Kind::Element),
        (in_g("<p xmlns=\"http://www.w3.org/1999/xhtml\"/>"), Kind::ForeignElement),
        (in_g("<use href=\"other.svg#a\"/>"), Kind::ExternalReference),
        (in_g("<use xlink:href=\"https://example.com/a.svg\"/>"), Kind::ExternalReference),
        (in_g("<use xlink:href=\"data:image/png;base64,AA\"/>"), Kind::ExternalReference),
        (in_g("<path fill=\"URL( 'https://example.com/#a' )\"/>"), Kind::ExternalReference),
        (in_g("<path fill=\"url(#a) url(b.svg\"/>"), Kind::ExternalReference),
        (with("<svg", "<?xml-stylesheet href=\"a.css\"?><svg"), Kind::ExternalReference),
    ] {
        assert_eq!(kinds(&file), [kind], "{file}");
        let conforms = examine(file.as_bytes()).expect("an SVG").conforms();
        assert_eq!(conforms, kind.is_advice(), "{kind:?}");
    }
    let large = with("M0 0h64v64z", &"M0 0h64v64z".repeat(3000));
    assert_eq!(kinds(&large), [Kind::Size]);
}

#[test]
fn violations_say_where() {
    let logo = examine(with("<path ", "<script/><path ").as_bytes()).expect("an SVG");
    let [violation] = logo.violations.as_slice() else { panic!("{logo:?}") };
    assert_eq!((violation.line, violation.column, violation.what.as_str()), (6, 21, "script"));
    let many = examine(with("<path d=\"M0 0h64v64z\"/>", &"<image/>".repeat(100)).as_bytes()).expect("an SVG");
    assert_eq!((many.violations.len(), many.left_out), (MAX_VIOLATIONS, 100 - MAX_VIOLATIONS));
    assert!(!many.conforms());
}

#[test]
fn what_is_not_looked_at_is_refused() {
    let error = |file: &[u8]| examine(file).expect_err("refused");
    assert_eq!(error(with("<svg", "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg").as_bytes()), SvgError::Dtd);
    assert_eq!(error(b"<html/>"), SvgError::NotSvg);
    assert_eq!(error(b"<svg/>"), SvgError::NotSvg);
    assert_eq!(error(b"<svg>\xff"), SvgError::NotUtf8 { at: 5 });
    assert!(matches!(error(b"<svg><g></svg>"), SvgError::Xml { line: 1, .. }));
    assert!(matches!(error(b""), SvgError::NotSvg | SvgError::Xml { .. }));
    assert_eq!(error(&vec![b' '; MAX_SIZE + 1]), SvgError::TooLarge);
    assert_eq!(error(&gzip(&vec![b' '; MAX_SIZE + 1])), SvgError::TooLarge);
    assert_eq!(error(&[0x1f, 0x8b, 0]), SvgError::BadGzip);
    let deep =
        |levels: usize| with("<path ", &format!("{}{}<path ", "<g a=\"/>\">".repeat(levels), "</g>".repeat(levels)));
    assert_eq!(error(deep(15_000).as_bytes()), SvgError::TooDeep);
    assert!(examine(deep(MAX_DEPTH - 10).as_bytes()).is_ok());
    let numbered = |count: usize, before: &str, after: &str| -> String {
        (0..count).flat_map(|n| [before.to_owned(), n.to_string(), after.to_owned()]).collect()
    };
    let many = format!("<path{} ", numbered(20_000, " a", "=\">\""));
    assert_eq!(error(with("<path ", &many).as_bytes()), SvgError::TooDense);
    let names = format!("{}<path ", numbered(5_000, "<g xmlns:a", "=\"u\">"));
    assert_eq!(error(with("<path ", &names).as_bytes()), SvgError::TooDense);
    let wide = with("<path d=\"M0 0h64v64z\"/>", &"<g/>".repeat(60_000));
    assert_eq!(error(wide.as_bytes()), SvgError::TooManyNodes);
}

proptest! {
    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(examine(&octets).is_err());
    }

    #[test]
    fn damaged_logos_never_panic(at in any::<prop::sample::Index>(), other in "\\PC{0,3}|[<>&\"'/]{1,3}") {
        let at = GOOD.floor_char_boundary(at.index(GOOD.len()));
        let file = [&GOOD[..at], &other, &GOOD[at..]].concat();
        if let Ok(logo) = examine(file.as_bytes()) {
            prop_assert!(logo.violations.len() <= MAX_VIOLATIONS);
            prop_assert!(logo.violations.iter().all(|violation| violation.at <= file.len()));
        }
    }
}
