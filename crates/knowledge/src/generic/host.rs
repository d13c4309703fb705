//! The part of a name that its operator chose, prepared for the search.

use std::ops::Range;

/// What separates the parts of an address in a name.
const SEPARATORS: [u8; 3] = *b"-._";

/// The labels left of the registrable domain, in the forms that the search needs.
///
/// Everything here is ASCII and as long as the original, so that a place in one form is a place in all.
pub(super) struct Host<'a> {
    /// The labels as they were given.
    original: &'a str,
    /// Lower-case, with escapes and other text than ASCII replaced by `?`: the digits of `\027` are no number.
    pub(super) masked: String,
    /// Whether the name was a registrable domain itself; then this is its first label.
    pub(super) is_apex: bool,
    /// The runs of decimal digits, from left to right.
    pub(super) runs: Vec<Run>,
    /// The text without separators, for addresses of fixed width that were cut in some way.
    joined: String,
    /// For each byte of `joined` its place in the name.
    places: Vec<usize>,
}

/// A run of decimal digits.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Where it is.
    pub(super) range: Range<usize>,
    /// Its value, if it can be an octet: one to three digits up to 255, zeros in front allowed.
    pub(super) octet: Option<u8>,
}

impl<'a> Host<'a> {
    /// Cuts off the registrable domain and prepares the rest.
    pub(super) fn new(name: &'a str, registrable: Option<&str>) -> Self {
        let name = name.strip_suffix('.').unwrap_or(name);
        let masked = mask(name);
        let end = host_len(&masked, registrable.unwrap_or_default());
        let (end, is_apex) = match end {
            Some(0) => (masked.find('.').unwrap_or(masked.len()), true),
            Some(end) => (end, false),
            None => (masked.len(), false),
        };
        let masked = masked[..end].to_owned();
        let mut joined = String::with_capacity(masked.len());
        let mut places = Vec::with_capacity(masked.len());
        for (place, char) in masked.char_indices() {
            if char.is_ascii() && !SEPARATORS.contains(&(char as u8)) {
                joined.push(char);
                places.push(place);
            }
        }
        Self { original: name.get(..end).unwrap_or_default(), runs: runs(&masked), masked, is_apex, joined, places }
    }

    /// The text of the name at this place.
    pub(super) fn text(&self, range: Range<usize>) -> String {
        self.original.get(range).unwrap_or_default().to_owned()
    }

    /// The digits of a run.
    pub(super) fn digits(&self, run: &Run) -> &str {
        &self.masked[run.range.clone()]
    }

    /// The one character between two runs, if it is one that separates the parts of an address.
    pub(super) fn separator(&self, left: &Run, right: &Run) -> Option<u8> {
        match self.masked.as_bytes()[left.range.end..right.range.start] {
            [byte] if byte == b'x' || SEPARATORS.contains(&byte) => Some(byte),
            _ => None,
        }
    }

    /// Where `digits` stand, however they are separated.
    pub(super) fn find_joined(&self, digits: &str) -> Option<Range<usize>> {
        let start = self.joined.find(digits)?;
        let last = (start + digits.len()).checked_sub(1)?;
        Some(*self.places.get(start)?..self.places.get(last)? + 1)
    }

    /// Where `text` stands as it is, not as a part of longer numbers.
    pub(super) fn find_bounded(&self, text: &str) -> Option<Range<usize>> {
        let bytes = self.masked.as_bytes();
        self.masked.match_indices(text).map(|(start, found)| start..start + found.len()).find(|range| {
            // Letters may stand in front, as in `node2001-db8`, although `e` is a digit of hex numbers.
            let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
            !before.is_some_and(u8::is_ascii_digit) && !bytes.get(range.end).is_some_and(u8::is_ascii_hexdigit)
        })
    }
}

/// Lower-case ASCII of the same length, in which escapes and other text are `?`.
fn mask(name: &str) -> String {
    let mut masked = String::with_capacity(name.len());
    let mut chars = name.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '\\' {
            masked.push('?');
            // `\027` is one octet in four characters; any other character after a backslash stands for itself.
            let digits = if chars.peek().is_some_and(char::is_ascii_digit) { 3 } else { 1 };
            for char in chars.by_ref().take(digits) {
                masked.extend(std::iter::repeat_n('?', char.len_utf8()));
            }
        } else if char.is_ascii() {
            masked.push(char.to_ascii_lowercase());
        } else {
            masked.extend(std::iter::repeat_n('?', char.len_utf8()));
        }
    }
    masked
}

/// How much of the name lies left of the registrable domain and its dot; `None` if it does not end in that domain.
fn host_len(masked: &str, registrable: &str) -> Option<usize> {
    let domain = mask(registrable.strip_suffix('.').unwrap_or(registrable));
    if domain.is_empty() {
        return None;
    }
    let rest = masked.strip_suffix(&domain)?;
    if rest.is_empty() { Some(0) } else { rest.strip_suffix('.').map(str::len) }
}

/// The runs of decimal digits of a text.
fn runs(masked: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    for part in masked.as_bytes().chunk_by(|left, right| left.is_ascii_digit() == right.is_ascii_digit()) {
        let range = at..at + part.len();
        at = range.end;
        if part.first().is_some_and(u8::is_ascii_digit) {
            let octet = (part.len() <= 3).then(|| masked[range.clone()].parse().ok()).flatten();
            runs.push(Run { range, octet });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_labels_left_of_the_registrable_domain_stay() {
        let host = |name, domain| Host::new(name, domain).masked;
        assert_eq!(host("a.b.example.com", Some("example.com")), "a.b");
        assert_eq!(host("a.example.com.", Some("example.com")), "a");
        assert_eq!(host("a.example.com", None), "a.example.com");
        assert_eq!(host("a.example.com", Some("")), "a.example.com");
        assert_eq!(host("a.example.com", Some("ample.com")), "a.example.com");
        assert_eq!(host("1-2.example.com", Some("1-2.example.com")), "1-2");
        assert!(Host::new("example.com", Some("example.com")).is_apex);
    }

    #[test]
    fn escapes_hide_digits_and_dots() {
        let host = Host::new("a\\027\\.7-\\é2.example.com", Some("example.com"));
        assert_eq!(host.masked, "a??????7-???2");
        let octets: Vec<_> = host.runs.iter().map(|run| run.octet).collect();
        assert_eq!(octets, [Some(7), Some(2)]);
    }

    #[test]
    fn octets_are_one_to_three_digits() {
        let host = Host::new("0.007.255.256.0001.a9b", None);
        let octets: Vec<_> = host.runs.iter().map(|run| run.octet).collect();
        assert_eq!(octets, [Some(0), Some(7), Some(255), None, None, Some(9)]);
    }

    #[test]
    fn joined_digits_are_found_where_they_stand() {
        let host = Host::new("c-3e-c6.ec81-x", None);
        let place = host.find_joined("3ec6ec81").unwrap();
        assert_eq!(host.text(place), "3e-c6.ec81");
        assert_eq!(host.find_joined(""), None);
    }
}
