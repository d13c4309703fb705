//! What the checks of the greeting share.

use crate::prelude::*;
use ptrust_facts::Party;
use ptrust_names::escape;

/// The greeting as the server sent it, its first line.
pub(super) fn greeting(facts: &Facts) -> Evidence {
    let smtp = facts.smtp();
    let said = smtp.present().map(|smtp| {
        let line = smtp.transcript.iter().find(|line| line.party == Party::Server).map(|line| escape(&line.text));
        line.unwrap_or_else(|| format!("{} {}", smtp.code, escape(smtp.greeting.as_deref().unwrap_or_default())))
    });
    let port = facts.target.smtp_port.unwrap_or(25);
    let server = format!("{} port {port}", facts.target.address);
    evidence::by(facts, "SMTP greeting", server, said.unwrap_or_default())
}
