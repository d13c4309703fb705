//! Who sent a message, as SPF sees it: address, HELO and envelope sender, each with how it is known.

use super::Letter;
use ptrust_mail::message::Why;
use ptrust_mail::spf::CheckHost;
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// Who sent a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Envelope {
    /// The sending address.
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    /// How it is known; null when it is not.
    pub address_by: Option<KnownBy>,
    /// What it said in HELO or EHLO.
    pub helo: Option<String>,
    /// The envelope sender (MAIL FROM); empty for the null sender.
    pub mail_from: Option<String>,
    /// How it is known; null when it is not.
    pub mail_from_by: Option<KnownBy>,
}

/// How a value of the envelope is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KnownBy {
    /// The receiver's own authentication fields name it.
    AuthenticationField,
    /// The user said so.
    Given,
    /// The hops tell, in this way.
    Hops(Why),
    /// The last host noted it in Return-Path.
    ReturnPath,
}

impl Letter<'_> {
    /// Who sent the message.
    pub fn envelope(&self) -> &Envelope {
        self.envelope.get_or_init(|| self.make_envelope())
    }

    /// Puts the envelope together: what the user says stands over what the message tells.
    fn make_envelope(&self) -> Envelope {
        let (given, message) = (&self.facts.target, &self.facts.message);
        let sending = message.boundary.sending.as_ref();
        let told = sending.map(|sending| {
            let by = match sending.why {
                Why::ClaimOnly => KnownBy::AuthenticationField,
                why => KnownBy::Hops(why),
            };
            (sending.address, by)
        });
        let address = given.address.map(|address| (address, KnownBy::Given)).or(told);
        let helo = given.helo.clone().or_else(|| sending.filter(|_| given.address.is_none())?.helo.clone());
        let mail_from = given
            .mail_from
            .clone()
            .map(|from| (from, KnownBy::Given))
            .or_else(|| Some((message.return_path.clone()?, KnownBy::ReturnPath)))
            .or_else(|| Some((self.claimed_sender()?, KnownBy::AuthenticationField)));
        Envelope {
            address: address.map(|(address, _)| address.to_canonical()),
            address_by: address.map(|(_, by)| by),
            helo,
            mail_from_by: mail_from.as_ref().map(|(_, by)| *by),
            mail_from: mail_from.map(|(from, _)| from),
        }
    }

    /// The envelope sender that an authentication field names: the topmost, which the last host wrote.
    fn claimed_sender(&self) -> Option<String> {
        let message = &self.facts.message;
        let spf = message.received_spf.iter().find_map(|field| field.envelope_from.clone());
        let results = || {
            let spf = message.authentication_results.iter().find_map(|field| field.method("spf"))?;
            let property = spf.properties.iter().find(|property| property.name == "smtp.mailfrom")?;
            Some(property.value.clone())
        };
        spf.or_else(results)
    }

    /// The arguments of SPF's check: `None` when address or envelope sender are not known.
    pub(super) fn check_host(&self) -> Option<CheckHost> {
        let envelope = self.envelope();
        let helo = envelope.helo.as_deref().unwrap_or_default();
        let check = CheckHost::mail_from(envelope.address?, envelope.mail_from.as_deref()?, helo);
        Some(CheckHost { time: u64::try_from(self.facts.observed_at.as_second()).unwrap_or(0), ..check })
    }
}
