//! The mail of a domain in the words of the JSON: one short summary a family, which the text output reads too.

mod auth;
mod bimi;
mod lists;
mod mx;
mod spf;
mod transport;

pub use auth::{Dkim, DkimKey, Dmarc};
pub use bimi::{Bimi, MarkEvidence};
pub use lists::{Listed, Lists};
pub use mx::{Mx, MxHost, MxState};
pub use spf::{Spf, SpfState};
pub use transport::{DaneHost, MailServer, MtaSts};

use ptrust_checks::Posture;
use ptrust_facts::Need;
use ptrust_facts::domain::Role;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// What was found, by family; null where a run did not look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mail {
    /// The mail exchangers.
    pub mx: Option<Mx>,
    /// The SPF record.
    pub spf: Option<Spf>,
    /// The DKIM keys.
    pub dkim: Option<Dkim>,
    /// The DMARC policy.
    pub dmarc: Option<Dmarc>,
    /// The mail servers that were spoken to.
    pub servers: Option<Vec<MailServer>>,
    /// MTA-STS.
    pub mta_sts: Option<MtaSts>,
    /// TLS-RPT: `published`, `missing`, `several` or `unknown`.
    pub tls_rpt: Option<&'static str>,
    /// DANE of each mail exchanger.
    pub dane: Option<Vec<DaneHost>>,
    /// BIMI.
    pub bimi: Option<Bimi>,
    /// Blocklists.
    pub lists: Option<Lists>,
}

impl Mail {
    /// The summaries of what these needs looked at.
    pub(crate) fn of(posture: &Posture, needs: &BTreeSet<Need>) -> Self {
        let looked = |need| {
            needs.contains(&need)
                && match posture.facts.target.role {
                    Role::Address => need == Need::Lists,
                    Role::Domain => true,
                    // A host has no policies of a domain.
                    Role::Host => !matches!(need, Need::Bimi | Need::MtaSts | Need::TlsRpt),
                }
        };
        Self {
            mx: looked(Need::Mx).then(|| mx::summary(posture)),
            spf: looked(Need::Spf).then(|| spf::summary(posture)),
            dkim: looked(Need::Dkim).then(|| auth::dkim(posture)),
            dmarc: looked(Need::Dmarc).then(|| auth::dmarc(posture)),
            servers: (looked(Need::Servers) || looked(Need::Imap)).then(|| transport::servers(posture)),
            mta_sts: looked(Need::MtaSts).then(|| transport::mta_sts(posture)),
            tls_rpt: looked(Need::TlsRpt).then(|| transport::tls_rpt(posture)),
            // Whether records fit shows only at the servers.
            dane: (looked(Need::Dane) && looked(Need::Servers)).then(|| transport::dane(posture)),
            bimi: looked(Need::Bimi).then(|| bimi::bimi(posture)),
            lists: looked(Need::Lists).then(|| lists::lists(posture)),
        }
    }
}
