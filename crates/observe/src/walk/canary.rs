//! The canary: what the first queries to the roots say about this machine's network.
//!
//! Asks the roots for their own NS set (the priming query, RFC 8109), per address family, beside the first walk. A
//! root answers it with authority and without recursion; anything else on the path gives itself away.

use super::Walker;
use super::query::BRISK;
use crate::ask::{AskError, ask_once};
use crate::ports::{Channel, PathError};
use crate::wire::{Flags, rcode};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::{Family, Run, WalkState};
use ptrust_names::{Name, Question, RecordType};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Roots asked at once at first; the rest follow when none of these answers.
const FIRST: usize = 2;

/// What one family's roots showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A root answered as roots do.
    Open,
    /// Something else answered.
    Intercepted,
    /// All were silent.
    Silent,
    /// Every one failed locally.
    Local,
}

impl Walker {
    /// The circumstances of this run; asked once.
    pub async fn run(&self) -> Run {
        let off = Run { walk: WalkState::Off, registry_zones: self.settings.registry_zones.clone(), ..Run::default() };
        if !self.settings.walk {
            return off;
        }
        let (v4, v6) = tokio::join!(self.seen(true), self.seen(false));
        let walk = match (v4, v6) {
            (Seen::Open, _) | (_, Seen::Open) => WalkState::Open,
            (Seen::Intercepted, _) | (_, Seen::Intercepted) => WalkState::Intercepted,
            _ => WalkState::Closed,
        };
        let family = |seen| {
            if seen == Seen::Open { Family::Available } else { Family::Unavailable }
        };
        Run { walk, ipv4: family(v4), ipv6: family(v6), ..off }
    }

    /// Whether a family can be used, as its roots showed.
    pub(super) async fn family(&self, server: IpAddr) -> Family {
        // Roots themselves are always asked: they are how a family is found out.
        if self.root.glue.iter().any(|(_, address)| *address == server) {
            return Family::Available;
        }
        match self.seen(server.is_ipv4()).await {
            Seen::Open => Family::Available,
            Seen::Intercepted | Seen::Silent | Seen::Local => Family::Unavailable,
        }
    }

    async fn seen(&self, v4: bool) -> Seen {
        let cell = if v4 { &self.canary_v4 } else { &self.canary_v6 };
        *cell.get_or_init(|| self.look(v4)).await
    }

    /// Asks the roots of one family.
    async fn look(&self, v4: bool) -> Seen {
        let roots: Vec<IpAddr> =
            self.root.glue.iter().map(|(_, address)| *address).filter(|address| address.is_ipv4() == v4).collect();
        let (first, rest) = roots.split_at(roots.len().min(FIRST));
        let mut seen = Seen::Local;
        for batch in [first, rest] {
            let mut asked: FuturesUnordered<_> = batch.iter().map(|root| self.ask_root(*root)).collect();
            while let Some(one) = asked.next().await {
                match one {
                    Seen::Open => return Seen::Open,
                    Seen::Intercepted => seen = Seen::Intercepted,
                    Seen::Silent if seen == Seen::Local => seen = Seen::Silent,
                    Seen::Silent | Seen::Local => {}
                }
            }
            if seen == Seen::Intercepted {
                return seen;
            }
        }
        seen
    }

    async fn ask_root(&self, root: IpAddr) -> Seen {
        let question = Question::new(Name::root(), RecordType::NS);
        let wait = BRISK.first().copied().unwrap_or(Duration::from_secs(1));
        let server = SocketAddr::new(root, 53);
        match ask_once(&*self.ports.exchange, server, &question, Flags::default(), Channel::Udp, wait).await {
            // A busy root that refuses or fails is still a root; one that recurses or lacks authority is none.
            Ok(reply) if reply.rcode == rcode::NOERROR && (!reply.aa || reply.ra) => Seen::Intercepted,
            Ok(reply) if reply.ra => Seen::Intercepted,
            Ok(_) | Err(AskError::Garbled) => Seen::Open,
            Err(AskError::Path(PathError::Local)) => Seen::Local,
            Err(AskError::Path(_)) => Seen::Silent,
        }
    }
}
