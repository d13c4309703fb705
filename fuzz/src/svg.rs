//! The logo of BIMI.

use crate::invariant::{check_json, check_text};
use crate::published::Published;
use ptrust_mail::bimi::svg::{ADVISED_SIZE, Logo, MAX_SIZE, ViolationKind, examine, unpack};

/// Violations that are listed, as `bimi::svg` says.
const MAX_VIOLATIONS: usize = 64;
/// Octets of what is shown at most: 80 characters of three octets, each of which escaping makes four.
const MAX_SHOWN: usize = 80 * 12;
/// Where the logo is.
const URL: &str = "https://example.com/logo.svg";

/// Namespaces that renderers know.
const RENDERED: [&str; 2] = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"];
/// Elements that run or fetch something.
const HARMFUL: [&str; 7] = ["a", "animate", "foreignObject", "iframe", "image", "script", "style"];
/// Beginnings of references that leave the file.
const AWAY: [&str; 5] = ["url(http", "url('http", "url(\"http", "url(//", "url(data:"];

/// The input is a logo, plain or packed.
pub fn svg(bytes: &[u8]) {
    match examine(bytes) {
        Ok(logo) => {
            let plain = unpack(bytes).expect("it was unpacked before");
            check_logo(std::str::from_utf8(&plain).expect("it was UTF-8 before"), &logo);
        }
        Err(error) => {
            check_json(&error);
            check_text(&error.to_string());
        }
    }
    Published::new()
        .text("default._bimi", format!("v=BIMI1; l={URL};").as_bytes())
        .document(URL, "image/svg+xml", bytes)
        .judge();
}

/// What is wrong has its place in the unpacked file, and what conforms can do no harm.
fn check_logo(text: &str, logo: &Logo) {
    check_json(logo);
    assert!(logo.size == text.len() && logo.size <= MAX_SIZE, "another size");
    for shown in [&logo.title, &logo.view_box].into_iter().flatten() {
        assert!(shown.len() <= MAX_SHOWN, "a long text");
    }
    assert!(logo.violations.len() <= MAX_VIOLATIONS, "too many violations");
    assert!(logo.left_out == 0 || logo.violations.len() == MAX_VIOLATIONS, "left out without need");
    assert!(logo.violations.is_sorted_by_key(|violation| violation.at), "out of order");
    for violation in &logo.violations {
        assert!(violation.what.len() <= MAX_SHOWN, "a long text");
        let before = text.get(..violation.at).expect("a place within the text");
        let lines = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let place = (usize::try_from(violation.line), usize::try_from(violation.column));
        assert_eq!(place, (Ok(lines), Ok(column)), "{violation:?} is elsewhere");
        assert!(violation.kind != ViolationKind::Size || logo.size > ADVISED_SIZE, "small, and too large");
    }
    if logo.conforms() {
        check_harmless(text);
    }
}

/// A logo that receivers may show runs nothing and fetches nothing: looked at apart from the walk that says so, and only
/// where renderers look.
fn check_harmless(text: &str) {
    let document = roxmltree::Document::parse(text).expect("it was XML before");
    let rendered =
        |node: &roxmltree::Node<'_, '_>| node.tag_name().namespace().is_some_and(|ns| RENDERED.contains(&ns));
    for node in document.descendants().filter(rendered) {
        let name = node.tag_name().name();
        assert!(!HARMFUL.contains(&name), "{name} conforms");
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value().to_ascii_lowercase());
            assert!(!name.starts_with("on"), "{name} conforms");
            assert!(name != "href" || value.trim_start().starts_with('#'), "a reference to {value} conforms");
            assert!(!AWAY.iter().any(|away| value.contains(away)), "{value} conforms");
        }
    }
}
