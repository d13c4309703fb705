//! Names, as text and in wire form.

use crate::invariant::{check_json, check_name, check_text};
use ptrust_names::{
    Name, RecordType, address_of_reverse, host_fault, is_address_as_name, is_public_suffix, registrable, reverse_name,
};
use std::cmp::Ordering;

/// The input is text of a name, a name in wire form, and labels cut at the octet 0.
pub fn names(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    check_text(&ptrust_names::escape(&text));
    let mut names = vec![Name::root()];
    // Several names at once, so that they can be compared.
    for line in text.split('\n').take(8) {
        names.extend(line.parse::<Name>());
        if let Ok(rtype) = line.parse::<RecordType>() {
            assert_eq!(rtype.to_string().parse::<RecordType>(), Ok(rtype));
        }
    }
    if let Ok(name) = Name::from_wire(bytes) {
        assert_eq!(name.wire(), bytes.to_ascii_lowercase());
        names.push(name);
    }
    names.extend(Name::from_labels(bytes.split(|byte| *byte == 0)));
    for name in &names {
        check_one(name);
    }
    for one in &names {
        for other in &names {
            check_two(one, other);
        }
    }
}

/// What holds for one name.
fn check_one(name: &Name) {
    check_name(name);
    check_json(name);
    assert_eq!(Name::from_labels(name.labels()).as_ref(), Ok(name));
    assert_eq!(name.ancestors().count(), name.label_count());
    assert_eq!(name.ancestors().last().is_some(), !name.is_root());
    assert!(name.ancestors().all(|above| name.is_below(&above)));
    if let Some((parent, first)) = name.parent().zip(name.labels().next()) {
        assert_eq!(parent.prepend(first).as_ref(), Ok(name));
    }
    let _ = (host_fault(name), is_address_as_name(name));
    if let Some(address) = address_of_reverse(name) {
        assert_eq!(&reverse_name(address), name);
    }
    let suffix = is_public_suffix(name);
    if let Some(found) = registrable(name) {
        assert!(name.is_at_or_below(&found.domain), "{name}: registrable domain {:?} lies elsewhere", found.domain);
        assert!(!suffix, "{name} is a public suffix and below one");
    }
}

/// What holds for two names.
fn check_two(one: &Name, other: &Name) {
    assert_eq!(one == other, one.cmp(other) == Ordering::Equal);
    assert_eq!(one.cmp(other), other.cmp(one).reverse());
    assert_eq!(one.is_at_or_below(other), one == other || one.ancestors().any(|above| above == *other));
    if one.is_below(other) {
        assert!(one > other, "canonical order puts {other} in front of {one}");
        let moved = one.replace_suffix(other, &Name::root());
        let moved = moved.expect("a shorter name fits");
        assert_eq!(moved.replace_suffix(&Name::root(), other).as_ref(), Some(one));
    } else {
        assert_eq!(one.replace_suffix(other, &Name::root()), None);
    }
}
