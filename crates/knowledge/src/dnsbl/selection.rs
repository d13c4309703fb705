//! Which lists a run asks: the built-in ones that answer anybody or have a key, or those that the user names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ptrust_names::Name;

use super::{List, Status, Subject, by_zone, lists, query};

/// What stands for the key in a zone of the table.
const KEY: &str = "{key}";

/// A list that is asked in this run, with the zone to ask.
#[derive(Clone, PartialEq, Eq)]
pub struct Selected {
    /// The list.
    pub list: Cow<'static, List>,
    /// The zone that is asked; it holds the key, so it is not for showing.
    zone: Name,
    /// The zone without the key.
    shown: Name,
}

impl std::fmt::Debug for Selected {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Selected").field("list", &self.list.id).field("zone", &self.shown.to_string()).finish()
    }
}

impl Selected {
    /// The name to ask for a subject; `None` when the list does not take it, or the name would be too long. It holds the
    /// user's key where the list has one: see [`Selected::shown_query`].
    pub fn query(&self, subject: &Subject) -> Option<Name> {
        self.list.takes(subject).then(|| query(&self.zone, subject)).flatten()
    }

    /// The same name without the key, for output.
    pub fn shown_query(&self, subject: &Subject) -> Option<Name> {
        self.list.takes(subject).then(|| query(&self.shown, subject)).flatten()
    }

    /// The zone without the key, for output.
    pub fn shown_zone(&self) -> &Name {
        &self.shown
    }

    /// Whether the zone that is asked holds a key.
    pub fn is_keyed(&self) -> bool {
        self.zone != self.shown
    }
}

/// Why keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectionError {
    /// The key does not fit into a name.
    #[error("the key of the list {id} cannot be part of a name")]
    BadKey {
        /// Id of the list.
        id: String,
    },
    /// No list has this id.
    #[error("there is no list with the id {id}")]
    UnknownList {
        /// The id.
        id: String,
    },
    /// The list has no zone for keys, nor does it need registration.
    #[error("the list {id} takes no key")]
    TakesNoKey {
        /// Id of the list.
        id: String,
    },
}

/// The lists to ask.
///
/// Without `zones`: every list that answers anybody, and those for which `keys` (id of the list to key) has an entry. A
/// list for registered users has no keyed zone: any entry for it says that this machine is registered. With `zones`:
/// those and no other; one that the table knows keeps its codes and its key, others are [plain](List::plain).
///
/// # Errors
/// When `keys` names a list that there is not or that takes none, or a key cannot be part of a name.
pub fn selection(keys: &BTreeMap<String, String>, zones: &[Name]) -> Result<Vec<Selected>, SelectionError> {
    for id in keys.keys() {
        let list = lists().iter().find(|list| list.id == *id);
        let list = list.ok_or_else(|| SelectionError::UnknownList { id: id.clone() })?;
        if template(list).is_none() && list.status != Status::Registration {
            return Err(SelectionError::TakesNoKey { id: id.clone() });
        }
    }
    if !zones.is_empty() {
        return zones.iter().map(|zone| named(keys, zone)).collect();
    }
    let wanted = |list: &&List| match list.status {
        Status::Active => template(list).is_none_or(|_| !list.zone.contains(KEY) || keys.contains_key(&list.id)),
        Status::Private | Status::Registration => keys.contains_key(&list.id),
        Status::Dead | Status::Unclear => false,
    };
    lists().iter().filter(wanted).map(|list| select(keys, list)).collect()
}

/// A list that the user names by its zone.
fn named(keys: &BTreeMap<String, String>, zone: &Name) -> Result<Selected, SelectionError> {
    match by_zone(zone) {
        // A zone beside the main one has the same codes, but is asked under its own name.
        Some(list) if keys.contains_key(&list.id) && is_main(list, zone) => select(keys, list),
        Some(list) => Ok(Selected { list: Cow::Borrowed(list), zone: zone.clone(), shown: zone.clone() }),
        None => Ok(Selected { list: Cow::Owned(List::plain(zone)), zone: zone.clone(), shown: zone.clone() }),
    }
}

/// Whether a zone is the main one of a list.
fn is_main(list: &List, zone: &Name) -> bool {
    list.zone.parse::<Name>().is_ok_and(|main| main == *zone)
}

/// The zone of a list that holds a key.
fn template(list: &List) -> Option<&str> {
    list.keyed_zone.as_deref().or_else(|| list.zone.contains(KEY).then_some(list.zone.as_str()))
}

/// A list of the table with its key, if there is one.
fn select(keys: &BTreeMap<String, String>, list: &'static List) -> Result<Selected, SelectionError> {
    let bad = || SelectionError::BadKey { id: list.id.clone() };
    let keyed = template(list).zip(keys.get(&list.id));
    let (zone, shown) = match keyed {
        // A key with a dot would move the query into another zone.
        Some((_, key)) if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
            return Err(bad());
        }
        Some((template, key)) => (template.replace(KEY, key), template.replace(&format!("{KEY}."), "")),
        None => (list.zone.clone(), list.zone.clone()),
    };
    let name = |text: &str| text.parse::<Name>().map_err(|_| bad());
    Ok(Selected { list: Cow::Borrowed(list), zone: name(&zone)?, shown: name(&shown)? })
}
