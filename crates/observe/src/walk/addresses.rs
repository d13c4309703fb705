//! Addresses of name servers, looked up by walks of their own with a budget of their own.

use super::Walker;
use super::context::Budget;
use ptrust_names::{Cause, Name, Observed, Question, RecordType};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use tokio::sync::OnceCell;

/// What is known of a server name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// Its addresses, IPv4 first.
    pub(super) found: Vec<IpAddr>,
    /// Whether the name is an alias (RFC 2181 10.3 forbids it).
    pub(super) alias: bool,
    /// Why a family could not be looked up; `None` when both answered.
    pub(super) unknown: Option<Cause>,
}

/// The cells in which lookups are shared.
pub(super) type Cells = std::collections::HashMap<Name, Arc<OnceCell<Addresses>>>;

impl Walker {
    /// The addresses of a server name. Lookups for targets are shared; lookups inside lookups only read what is
    /// complete, so that no two can wait for each other.
    pub(super) async fn addresses(&self, name: &Name, budget: &Budget) -> Addresses {
        let cell = {
            let mut cells = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(name.clone()).or_default())
        };
        if let Some(known) = cell.get() {
            return known.clone();
        }
        let Some(inner) = budget.deeper() else {
            return Addresses { unknown: Some(Cause::Budget), ..Addresses::default() };
        };
        if budget.depth == 0 {
            let shared = cell.get_or_try_init(|| async {
                let found = self.look_up(name, &inner).await;
                // Cut short by one walk's budget: the next walk may do better.
                if found.unknown == Some(Cause::Budget) { Err(found) } else { Ok(found) }
            });
            return match shared.await {
                Ok(found) => found.clone(),
                Err(found) => found,
            };
        }
        let found = self.look_up(name, &inner).await;
        if found.unknown != Some(Cause::Budget) {
            // Somebody else may have been faster; both are right.
            let _ = cell.set(found.clone());
        }
        found
    }

    /// Looks up both families.
    async fn look_up(&self, name: &Name, budget: &Budget) -> Addresses {
        let a = Question::new(name.clone(), RecordType::A);
        let aaaa = Question::new(name.clone(), RecordType::AAAA);
        let (a, aaaa) = tokio::join!(self.resolve(&a, budget), self.resolve(&aaaa, budget));
        let mut all = Addresses::default();
        for observed in [a, aaaa] {
            match observed {
                Observed::Present(records) => {
                    all.alias |= !records.aliases.is_empty();
                    all.found.extend(records.addresses());
                }
                Observed::Absent(_) => {}
                Observed::Unknown(cause) => all.unknown = all.unknown.or(Some(cause)),
            }
        }
        all.found.sort_unstable();
        all.found.dedup();
        all
    }
}
