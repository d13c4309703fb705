//! Tests of the fingerprints

use super::*;
use crate::providers;
use std::collections::BTreeSet;

/// How a name is looked up.
type Lookup = fn(&Name) -> Option<&'static Esp>;

fn first(lookup: Lookup, name: &str) -> Option<&'static str> {
    lookup(&name.parse().expect("a name")).map(|esp| esp.id.as_str())
}

#[test]
fn rows_hold_their_rules() {
    let mut ids = BTreeSet::new();
    for esp in services() {
        assert!(ids.insert(&esp.id), "{} twice", esp.id);
        assert!(!esp.spf.is_empty(), "{}", esp.id);
        assert!(matches!(esp.evidence.as_str(), "seen" | "background"), "{}", esp.id);
        assert_eq!(by_name(&esp.name.to_uppercase()).map(|found| &found.id), Some(&esp.id));
        // A provider of mail is the same sort of service; one of hosts may offer mail as well.
        if let Some(provider) = providers::provider(&esp.id).filter(|provider| provider.kind.is_esp_or_mailbox()) {
            let kind = if esp.kind == Kind::Mailbox { providers::Kind::Mailbox } else { providers::Kind::Esp };
            assert_eq!(provider.kind, kind, "{}", esp.id);
        }
        for target in &esp.spf {
            // Services that send through another one share its target.
            let found = by_include(target).expect("its own target");
            assert!(found.id == esp.id || found.spf.contains(target), "{target}");
        }
        for pattern in [&esp.mx, &esp.return_path, &esp.dkim_cname, &esp.ptr].into_iter().flatten() {
            assert!(!pattern.is_match(""), "{}: {pattern}", esp.id);
        }
    }
}

#[test]
fn providers_of_mail_have_fingerprints() {
    for provider in providers::providers().iter().filter(|provider| provider.kind.is_esp_or_mailbox()) {
        assert!(by_id(&provider.id).is_some(), "{}", provider.id);
    }
}

#[test]
fn names_lead_to_their_service() {
    for (lookup, name, id) in [
        (by_include as Lookup, "_spf.google.com", "google-workspace"),
        (by_include, "SPF.protection.outlook.com", "microsoft-365"),
        (by_include, "u1234.wl.sendgrid.net", "sendgrid"),
        (by_include, "amazonses.com", "aws-ses"),
        (by_include, "eu._netblocks.mimecast.com", "mimecast"),
        (by_mx, "aspmx.l.google.com", "google-workspace"),
        (by_mx, "alt1.aspmx.l.google.com", "google-workspace"),
        (by_mx, "example-com.mail.protection.outlook.com", "microsoft-365"),
        (by_mx, "mxa.eu.mailgun.org", "mailgun"),
        (by_mx, "mx01.ionos.de", "ionos"),
        (by_mx, "in1-smtp.messagingengine.com", "fastmail"),
        (by_mx, "mxa-00000001.gslb.pphosted.com", "proofpoint"),
        (by_return_path, "u1234567.wl123.sendgrid.net", "sendgrid"),
        (by_return_path, "pm.mtasv.net", "postmark"),
        (by_return_path, "eu-west-1.amazonses.com", "aws-ses"),
        (by_dkim_cname, "abc.dkim.amazonses.com", "aws-ses"),
        (by_dkim_cname, "selector1-example-com._domainkey.example.onmicrosoft.com", "microsoft-365"),
        (by_dkim_cname, "dkim2.mcsv.net", "mailchimp"),
        (by_dkim_cname, "fm1.example.com.dkim.fmhosted.com", "fastmail"),
        (by_ptr, "a8-31.smtp-out.amazonses.com", "aws-ses"),
        (by_ptr, "mail-sor-f41.google.com", "google-workspace"),
        (by_ptr, "mail-eopbgr00001.outbound.protection.outlook.com", "microsoft-365"),
    ] {
        assert_eq!(first(lookup, name), Some(id), "{name}");
    }
    for (lookup, name) in [
        (by_include as Lookup, "google.com"),
        (by_include, "notamazonses.com"),
        (by_mx, "mail.example.com"),
        (by_mx, "aspmx.l.google.com.example.net"),
        (by_ptr, "mail.example.com"),
        (by_dkim_cname, "s1._domainkey.example.com"),
    ] {
        assert_eq!(first(lookup, name), None, "{name}");
    }
}
