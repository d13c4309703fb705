//! The rules of the profile, element by element.

use super::{Findings, SVG, ViolationKind};
use roxmltree::{Document, Node};

/// Elements of the profile.
const ALLOWED: &[&str] = &[
    "circle",
    "defs",
    "desc",
    "ellipse",
    "font",
    "font-face",
    "g",
    "glyph",
    "hkern",
    "line",
    "linearGradient",
    "metadata",
    "missing-glyph",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "solidColor",
    "stop",
    "svg",
    "text",
    "textArea",
    "title",
    "use",
];

/// Elements outside the profile, by what is wrong with them.
const FORBIDDEN: &[(&str, ViolationKind)] = &[
    ("a", ViolationKind::Interactivity),
    ("animate", ViolationKind::Animation),
    ("animateColor", ViolationKind::Animation),
    ("animateMotion", ViolationKind::Animation),
    ("animateTransform", ViolationKind::Animation),
    ("animation", ViolationKind::Animation),
    ("audio", ViolationKind::Multimedia),
    ("cursor", ViolationKind::Interactivity),
    ("discard", ViolationKind::Animation),
    ("feImage", ViolationKind::RasterImage),
    ("handler", ViolationKind::Script),
    ("image", ViolationKind::RasterImage),
    ("listener", ViolationKind::Script),
    ("mpath", ViolationKind::Animation),
    ("prefetch", ViolationKind::ExternalReference),
    ("script", ViolationKind::Script),
    ("set", ViolationKind::Animation),
    ("style", ViolationKind::Style),
    ("video", ViolationKind::Multimedia),
    ("view", ViolationKind::Interactivity),
];

/// Attributes of the root that may have one value only.
const FIXED: &[(&str, &str)] = &[
    ("externalResourcesRequired", "false"),
    ("focusable", "false"),
    ("snapshotTime", "none"),
    ("zoomAndPan", "disable"),
];

/// Attributes by which elements can be focused or lead elsewhere.
const INTERACTIVE: &[&str] = &[
    "focusHighlight",
    "nav-down",
    "nav-down-left",
    "nav-down-right",
    "nav-left",
    "nav-next",
    "nav-prev",
    "nav-right",
    "nav-up",
    "nav-up-left",
    "nav-up-right",
    "target",
];

/// Characters of a title at most: receivers read it aloud.
const MAX_TITLE: usize = 64;

/// The namespace of links.
const XLINK: &str = "http://www.w3.org/1999/xlink";

/// The namespace of XHTML.
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// The namespace of `xml:` attributes.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Holds a document against the profile; the title's text is returned.
pub(super) fn walk(document: &Document<'_>, findings: &mut Findings<'_, '_>) -> Option<String> {
    for node in document.root().children().filter(Node::is_pi) {
        // Style sheets are the only instructions that renderers follow.
        if let Some(instruction) = node.pi().filter(|instruction| instruction.target == "xml-stylesheet") {
            findings.add(ViolationKind::ExternalReference, node.range().start, instruction.target);
        }
    }
    let root = document.root_element();
    let title = head(root, findings);
    for node in document.descendants().filter(Node::is_element) {
        let in_metadata = node.ancestors().skip(1).any(|above| above.has_tag_name((SVG, "metadata")));
        // Renderers pass over what they do not know in metadata, and run scripts of SVG and XHTML wherever these stand.
        let is_known = matches!(node.tag_name().namespace(), Some(SVG | XHTML));
        if !in_metadata || is_known {
            element(node, findings);
        }
    }
    title
}

/// The root's own rules.
fn head(root: Node<'_, '_>, findings: &mut Findings<'_, '_>) -> Option<String> {
    let start = root.range().start;
    for (name, wanted, kind) in
        [("baseProfile", "tiny-ps", ViolationKind::BaseProfile), ("version", "1.2", ViolationKind::Version)]
    {
        match root.attribute_node(name) {
            Some(attribute) if attribute.value() == wanted => {}
            Some(attribute) => findings.add(kind, attribute.range().start, attribute.value()),
            None => findings.add(kind, start, &format!("no {name}")),
        }
    }
    for attribute in root.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let (name, value, at) = (attribute.name(), attribute.value(), attribute.range().start);
        if matches!(name, "x" | "y") {
            findings.add(ViolationKind::RootPosition, at, name);
        }
        if FIXED.iter().any(|(fixed, wanted)| *fixed == name && *wanted != value) {
            findings.add(ViolationKind::AttributeValue, at, &format!("{name}=\"{value}\""));
        }
    }
    match root.attribute_node("viewBox") {
        Some(attribute) if is_square(attribute.value()) => {}
        Some(attribute) => findings.add(ViolationKind::ViewBox, attribute.range().start, attribute.value()),
        None => findings.add(ViolationKind::ViewBox, start, "no viewBox"),
    }
    let node = root.children().find(|node| node.has_tag_name((SVG, "title")));
    let title: String = node.iter().flat_map(Node::descendants).filter_map(own_text).collect();
    let title = title.trim().to_owned();
    let at = node.map_or(start, |node| node.range().start);
    if title.is_empty() {
        findings.add(ViolationKind::TitleMissing, at, if node.is_some() { "empty title" } else { "no title" });
    } else if title.chars().count() > MAX_TITLE {
        findings.add(ViolationKind::TitleLong, at, &title);
    }
    (!title.is_empty()).then_some(title)
}

/// The text of a text node.
fn own_text<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    if node.is_text() { node.text() } else { None }
}

/// Whether a `viewBox` has four numbers, of which the last two are equal and positive.
fn is_square(view_box: &str) -> bool {
    let parts = view_box.split([' ', ',', '\t', '\r', '\n']).filter(|part| !part.is_empty());
    let numbers: Option<Vec<f64>> = parts.map(|part| part.parse().ok().filter(|n: &f64| n.is_finite())).collect();
    match numbers.as_deref() {
        // Editors write rounded sizes: a thousandth is nothing that anybody sees.
        Some([_, _, width, height]) => *width > 0.0 && (width - height).abs() <= width * 0.001,
        _ => false,
    }
}

/// The rules of every element outside `metadata`.
fn element(node: Node<'_, '_>, findings: &mut Findings<'_, '_>) {
    let (name, at) = (node.tag_name().name(), node.range().start);
    if node.tag_name().namespace() != Some(SVG) {
        findings.add(ViolationKind::ForeignElement, at, name);
    } else if let Some((_, kind)) = FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == name) {
        findings.add(*kind, at, name);
    } else if !ALLOWED.contains(&name) || (name == "svg" && node.parent_element().is_some()) {
        findings.add(ViolationKind::Element, at, name);
    }
    for attribute in node.attributes() {
        let (name, value, at) = (attribute.name(), attribute.value(), attribute.range().start);
        let is_link = match attribute.namespace() {
            None | Some(XLINK) => name == "href",
            Some(XML) => {
                if name == "base" {
                    findings.add(ViolationKind::ExternalReference, at, value);
                }
                continue;
            }
            Some(_) => {
                findings.add(ViolationKind::ForeignAttribute, at, name);
                continue;
            }
        };
        if is_link {
            if !is_local(value) {
                findings.add(ViolationKind::ExternalReference, at, value);
            }
        } else if attribute.namespace().is_none() {
            plain_attribute(name, value, at, findings);
        }
    }
}

/// The rules of an attribute without a namespace.
fn plain_attribute(name: &str, value: &str, at: usize, findings: &mut Findings<'_, '_>) {
    if name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("on")) {
        findings.add(ViolationKind::EventHandler, at, name);
    } else if name == "style" {
        findings.add(ViolationKind::Style, at, value);
    } else if INTERACTIVE.contains(&name) {
        findings.add(ViolationKind::Interactivity, at, name);
    }
    if urls(value).any(|target| !is_local(target)) {
        findings.add(ViolationKind::ExternalReference, at, value);
    }
}

/// Whether a reference stays in the document.
fn is_local(target: &str) -> bool {
    target.trim().starts_with('#')
}

/// The targets of every `url(…)` in a value.
fn urls(value: &str) -> impl Iterator<Item = &str> {
    let starts = value.as_bytes().windows(4).enumerate();
    let found = starts.filter(|(_, window)| window.eq_ignore_ascii_case(b"url(")).map(|(at, _)| at + 4);
    found.filter_map(|at| {
        let target = value.get(at..)?;
        let target = target.split_once(')').map_or(target, |(target, _)| target);
        Some(target.trim().trim_matches(['"', '\'']))
    })
}
