//! Reading facts back from a stored report, so that it can be judged again without network.

use crate::report::SCHEMA;
use jiff::Timestamp;
use ptrust_facts::{AnyFact, Fact, FactKind, Facts, Key, Run, Target};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why facts could not be read back from a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// The fact's value has another shape than its kind says.
    #[error("failed to read the {kind} fact of {subject:?}")]
    Fact {
        /// Its kind.
        kind: &'static str,
        /// Its subject.
        subject: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The report as a whole does not have the fields that facts need.
    #[error("failed to read target, run and facts of the report")]
    Fields(#[source] serde_json::Error),
    /// It is no report, or one of another version.
    #[error("failed to read the report: its schema is {found:?}, not {SCHEMA:?}")]
    Schema {
        /// What it says it is.
        found: String,
    },
    /// A subject that does not fit the kind.
    #[error("failed to read the subject {subject:?} of a {kind} fact")]
    Subject {
        /// The kind.
        kind: &'static str,
        /// The subject.
        subject: String,
    },
}

/// The fields of a report that facts are made of.
#[derive(Deserialize)]
struct Stored {
    /// When the observation began.
    observed_at: Timestamp,
    /// What was checked.
    target: Target,
    /// Circumstances.
    run: Run,
    /// The facts, each still of any kind.
    facts: Vec<StoredFact>,
}

/// One fact, its value not read yet.
#[derive(Deserialize)]
struct StoredFact {
    /// Its kind.
    kind: FactKind,
    /// Its subject.
    subject: String,
    /// `observed` and `sources`.
    #[serde(flatten)]
    value: serde_json::Map<String, Value>,
}

/// Reads the facts of a report back. A report without `truncated` judges to the same findings; from one that was cut,
/// only what is left can be judged.
///
/// # Errors
/// When the value is not a report of this version, or a fact does not have the shape of its kind.
pub fn facts_from_json(report: &Value) -> Result<Facts, StoredError> {
    let found = report.get("schema").and_then(Value::as_str).unwrap_or_default();
    if found != SCHEMA {
        return Err(StoredError::Schema { found: found.to_owned() });
    }
    let stored = Stored::deserialize(report).map_err(StoredError::Fields)?;
    let mut facts = Facts::new(stored.target, stored.observed_at, stored.run);
    for one in stored.facts {
        let kind = one.kind.as_str();
        let Some(key) = Key::parse(one.kind, &one.subject) else {
            return Err(StoredError::Subject { kind, subject: one.subject });
        };
        let value = Value::Object(one.value);
        let fact =
            any_fact(one.kind, value).map_err(|source| StoredError::Fact { kind, subject: one.subject, source })?;
        facts.insert(key, fact);
    }
    Ok(facts)
}

/// The fact by its kind: the value alone does not tell, since all unknown facts look the same.
fn any_fact(kind: FactKind, value: Value) -> Result<AnyFact, serde_json::Error> {
    fn read<T: DeserializeOwned>(value: Value) -> Result<Fact<T>, serde_json::Error> {
        serde_json::from_value(value)
    }
    Ok(match kind {
        FactKind::Answer | FactKind::Resolver => AnyFact::Records(read(value)?),
        FactKind::Chain => AnyFact::Chain(read(value)?),
        FactKind::Document => AnyFact::Document(read(value)?),
        FactKind::Owner => AnyFact::Owner(read(value)?),
        FactKind::Session => AnyFact::Session(read(value)?),
        FactKind::Smtp => AnyFact::Smtp(read(value)?),
        FactKind::Walk => AnyFact::Walk(read(value)?),
    })
}
