//! The addresses of a host name, by the resolvers and by the name's own servers.

use futures_util::future::{Either, join, select};
use ptrust_diagnose::Engine;
use ptrust_names::{Cause, Name, Observed, Question, RecordType};
use ptrust_observe::walk::Policy;
use std::net::IpAddr;
use std::pin::pin;

/// What is known about a host's addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// These, sorted, each once.
    Addresses(Vec<IpAddr>),
    /// Proven: none.
    Absent,
    /// Nobody could tell.
    Unknown(Cause),
}

/// Asks the resolvers and, where walks are on, the name's own servers. The first view with an address wins; only when
/// there is none, a denial counts, and then a failure.
pub(crate) async fn addresses(engine: &Engine, host: &Name) -> Found {
    let (resolved, walked) = (pin!(resolved(engine, host)), pin!(walked(engine, host)));
    let (one, other) = match select(resolved, walked).await {
        Either::Left((found @ Found::Addresses(_), _)) | Either::Right((found @ Found::Addresses(_), _)) => {
            return found;
        }
        Either::Left((found, walked)) => (found, walked.await),
        Either::Right((found, resolved)) => (resolved.await, found),
    };
    both(one, other)
}

/// Two views as one: of the resolvers, and of the walk.
fn both(resolved: Found, walked: Found) -> Found {
    match (resolved, walked) {
        (found @ Found::Addresses(_), _) | (_, found @ Found::Addresses(_)) => found,
        (Found::Absent, _) | (_, Found::Absent) => Found::Absent,
        // The name's own servers know better why they fail, unless they were not asked.
        (Found::Unknown(cause), Found::Unknown(Cause::NotAsked | Cause::Budget | Cause::Local)) => {
            Found::Unknown(cause)
        }
        (_, Found::Unknown(cause)) => Found::Unknown(cause),
    }
}

/// The resolvers' view.
async fn resolved(engine: &Engine, host: &Name) -> Found {
    if engine.settings().resolvers.is_empty() {
        return Found::Unknown(Cause::NotAsked);
    }
    match engine.addresses(host).await {
        Ok(addresses) => sorted(addresses),
        // Every resolver denied it: a resolver has no name servers that could have no address.
        Err(Cause::Unresolvable) => Found::Absent,
        Err(cause) => Found::Unknown(cause),
    }
}

/// The view of the name's own servers.
async fn walked(engine: &Engine, host: &Name) -> Found {
    if !engine.settings().walk {
        return Found::Unknown(Cause::NotAsked);
    }
    let walk = async |rtype| {
        let fact = engine.walker().start(Question::new(host.clone(), rtype), Policy::Answer).walk().await;
        match fact.observed {
            Observed::Present(walk) => walk.answer,
            // No way out of here is no word about the name.
            Observed::Absent(_) | Observed::Unknown(Cause::Unavailable) => Observed::Unknown(Cause::NotAsked),
            Observed::Unknown(cause) => Observed::Unknown(cause),
        }
    };
    let (v6, v4) = join(walk(RecordType::AAAA), walk(RecordType::A)).await;
    let mut found = Vec::new();
    let mut unknown = None;
    for answer in [v6, v4] {
        match answer {
            Observed::Present(records) => found.extend(records.addresses()),
            Observed::Absent(_) => {}
            Observed::Unknown(cause) => unknown = Some(cause),
        }
    }
    match unknown {
        _ if !found.is_empty() => sorted(found),
        Some(cause) => Found::Unknown(cause),
        None => Found::Absent,
    }
}

/// Addresses in order, each once.
fn sorted(mut addresses: Vec<IpAddr>) -> Found {
    addresses.sort_unstable();
    addresses.dedup();
    Found::Addresses(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_outweighs_a_denial_and_a_denial_a_failure() {
        let here = || Found::Addresses(vec!["192.0.2.1".parse().expect("an address")]);
        let unknown = Found::Unknown;
        for (resolved, walked, expected) in [
            (Found::Absent, here(), here()),
            (here(), unknown(Cause::Timeout), here()),
            (Found::Absent, unknown(Cause::Timeout), Found::Absent),
            (unknown(Cause::ServFail), Found::Absent, Found::Absent),
            (unknown(Cause::ServFail), unknown(Cause::Timeout), unknown(Cause::Timeout)),
            (unknown(Cause::ServFail), unknown(Cause::NotAsked), unknown(Cause::ServFail)),
            (unknown(Cause::NotAsked), unknown(Cause::Unresolvable), unknown(Cause::Unresolvable)),
        ] {
            assert_eq!(both(resolved, walked), expected);
        }
    }
}
