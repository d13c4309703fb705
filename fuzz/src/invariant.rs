//! What holds for everything that comes out of hostile bytes.

use ptrust_names::{Data, MAX_LABEL, MAX_NAME, Name, Record, escape, reverse_name, zone_block};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

/// A name is within its limits and reads back from every form that is printed.
pub(crate) fn check_name(name: &Name) {
    assert!(name.wire().len() <= MAX_NAME, "{name:?}: too long");
    assert!(name.labels().all(|label| !label.is_empty() && label.len() <= MAX_LABEL), "{name:?}: a label is too long");
    let text = name.to_string();
    check_text(&text);
    assert!(!text.contains(['<', '>', '&', '"', '\'', '`', ' ']) && text.is_ascii(), "{text}: markup");
    for text in [text, name.absolute()] {
        assert_eq!(text.parse().as_ref(), Ok(name), "{text} reads back");
    }
    assert_eq!(Name::from_wire(name.wire()).as_ref(), Ok(name));
    if let Some(block) = zone_block(name) {
        let address = block.addr();
        assert!(reverse_name(address).is_at_or_below(name), "{name}: {block}");
    }
}

/// Text is safe to print: nothing is left to escape.
pub(crate) fn check_text(text: &str) {
    assert_eq!(escape(text), text, "text is escaped");
}

/// A record is bounded, and is the same after a round through JSON.
pub(crate) fn check_record(record: &Record) {
    check_name(&record.owner);
    // RFC 2181 8.
    assert!(record.ttl <= 0x7fff_ffff, "{record}: TTL");
    match &record.data {
        Data::Cname(name) | Data::Dname(name) | Data::Mx(_, name) | Data::Ns(name) | Data::Ptr(name) => {
            check_name(name);
        }
        Data::Soa(soa) => {
            check_name(&soa.mname);
            check_name(&soa.rname);
        }
        Data::Txt(_) | Data::Other(..) | Data::A(_) | Data::Aaaa(_) => {}
    }
    check_text(&record.to_string());
}

/// A value is the same after a round through JSON, and none of its texts needs escaping.
pub(crate) fn check_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_value(value).expect("our values are JSON");
    check_texts(&json);
    let back: T = serde_json::from_value(json).expect("our JSON reads back");
    assert_eq!(&back, value, "JSON round trip");
}

/// No text in the value needs escaping.
fn check_texts(value: &Value) {
    match value {
        Value::String(text) => check_text(text),
        Value::Array(items) => items.iter().for_each(check_texts),
        Value::Object(members) => members.values().for_each(check_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
