//! The canary: what the first queries to the roots say about this machine's network.
//!
//! Asks the roots for their own NS set (the priming query, RFC 8109), per address family, beside the first walk. A
//! root answers it with authority and without recursion; anything else on the path gives itself away.

use super::Walker;
use crate::ask::{AskError, ask_once};
use crate::ports::{Channel, PathError};
use crate::wire::{Flags, rcode};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use ptrust_facts::{Family, Run, WalkState};
use ptrust_names::{Name, Question, RecordType};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::time::sleep;

/// Roots asked at once; the rest follow when none of these answers soon.
const FIRST: usize = 2;
/// When the rest follow. Root servers are anycast, and mostly a few milliseconds away.
const HEDGE: Duration = Duration::from_millis(250);
/// How long each is waited for before all silence means that port 53 is closed here: longer than a slow satellite link.
const WAIT: Duration = Duration::from_millis(2500);
/// How long a family is waited for while the other one works.
const SOON: Duration = Duration::from_millis(800);

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

    /// Whether some family is open, as soon as that is known; else what the roots of both showed.
    pub(super) async fn usable(&self) -> bool {
        let (v4, v6) = (self.seen(true), self.seen(false));
        tokio::pin!(v4, v6);
        tokio::select! {
            first = &mut v4 => first == Seen::Open || v6.await == Seen::Open,
            first = &mut v6 => first == Seen::Open || v4.await == Seen::Open,
        }
    }

    /// Asks the roots of one family: two, and all of them when those do not answer soon. One that answers as roots do
    /// outweighs others that do not.
    async fn look(&self, v4: bool) -> Seen {
        let roots = self.root.glue.iter().map(|(_, address)| *address).filter(|address| address.is_ipv4() == v4);
        let mut asked: FuturesUnordered<_> = roots
            .enumerate()
            .map(|(place, root)| async move {
                if place >= FIRST {
                    sleep(HEDGE).await;
                }
                self.ask_root(root).await
            })
            .collect();
        let other = if v4 { &self.canary_v6 } else { &self.canary_v4 };
        let mut seen = Seen::Local;
        let soon = sleep(SOON);
        tokio::pin!(soon);
        let mut patient = true;
        loop {
            let one = tokio::select! {
                biased;
                one = asked.next() => one,
                () = &mut soon, if patient => {
                    // Where the other family works, a silent one is not waited for: it must not make every check slow.
                    if other.get() == Some(&Seen::Open) {
                        return if seen == Seen::Local { Seen::Silent } else { seen };
                    }
                    patient = false;
                    continue;
                }
            };
            let Some(one) = one else { break };
            match one {
                Seen::Open => return Seen::Open,
                Seen::Intercepted => seen = Seen::Intercepted,
                Seen::Silent if seen == Seen::Local => seen = Seen::Silent,
                Seen::Silent | Seen::Local => {}
            }
        }
        seen
    }

    async fn ask_root(&self, root: IpAddr) -> Seen {
        let question = Question::new(Name::root(), RecordType::NS);
        let server = SocketAddr::new(root, 53);
        match ask_once(&*self.ports.exchange, server, &question, Flags::default(), Channel::Udp, WAIT).await {
            Ok(reply) if reply.rcode == rcode::NOERROR && reply.aa && !reply.ra => Seen::Open,
            // Whatever else answers here is no root server.
            Ok(_) | Err(AskError::Garbled) => Seen::Intercepted,
            Err(AskError::Path(PathError::Local)) => Seen::Local,
            Err(AskError::Path(_)) => Seen::Silent,
        }
    }
}
