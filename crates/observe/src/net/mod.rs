//! The real ports: sockets, HTTPS and the clock of this machine. Nothing is logged, and nothing is cached.

mod clock;
mod dial;
mod fetch;
pub mod hints;
mod udp_tcp;

pub use clock::SystemClock;
pub use dial::SystemDial;
pub use fetch::SystemFetch;
pub(crate) use fetch::system_roots;
pub use hints::{HintsError, parse_root_hints, root_hints, system_resolvers};
pub use udp_tcp::SystemExchange;

use crate::ports::{PathError, Ports};
use crate::settings::Settings;
use std::io;
use std::sync::Arc;

/// The ports of this machine under the settings.
pub fn system(settings: &Settings) -> Ports {
    Ports {
        exchange: Arc::new(SystemExchange),
        dial: Arc::new(SystemDial),
        fetch: Arc::new(SystemFetch::new(settings)),
        clock: Arc::new(SystemClock),
    }
}

/// What a socket error says about the path. Errors that are not known to come from the far end count as local, since
/// a server must not be blamed for them.
fn path_error(error: &io::Error) -> PathError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => PathError::Refused,
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted | io::ErrorKind::UnexpectedEof => {
            PathError::Closed
        }
        io::ErrorKind::TimedOut => PathError::Timeout,
        // ENETUNREACH, EHOSTUNREACH, EACCES, EPERM, EAFNOSUPPORT, EADDRNOTAVAIL, EMFILE and what else there is.
        _ => PathError::Local,
    }
}
