//! Tests of the fingerprints

use super::*;
use std::collections::BTreeSet;

const MARKS: [Mark; 4] = [Mark::DkimCname, Mark::Mx, Mark::Ptr, Mark::ReturnPath];

fn first(mark: Mark, name: &str) -> Option<&'static str> {
    let name: Name = name.parse().expect("a name");
    recognize(mark, &name).first().map(|esp| esp.id.as_str())
}

#[test]
fn rows_hold_their_rules() {
    let mut ids = BTreeSet::new();
    for esp in esps() {
        assert!(ids.insert(&esp.id), "{} twice", esp.id);
        assert!(!esp.spf.is_empty(), "{}", esp.id);
        // A provider of mail is the same sort of service; one of hosts may offer mail as well.
        if let Some(provider) = esp.provider().filter(|provider| provider.kind.is_esp_or_mailbox()) {
            let kind = if esp.kind == Kind::Mailbox { providers::Kind::Mailbox } else { providers::Kind::Esp };
            assert_eq!(provider.kind, kind, "{}", esp.id);
        }
        for target in &esp.spf {
            let found = recognize(Mark::Spf, target);
            assert!(found.iter().any(|other| other.id == esp.id), "{target}");
        }
        for mark in MARKS {
            for pattern in esp.patterns(mark) {
                assert!(regex::Regex::new(pattern).is_ok_and(|regex| !regex.is_match("")), "{}: {pattern}", esp.id);
            }
        }
    }
    assert!(MARKS.into_iter().all(|mark| patterns(mark).is_some()));
}

#[test]
fn providers_of_mail_have_fingerprints() {
    for provider in providers::providers().iter().filter(|provider| provider.kind.is_esp_or_mailbox()) {
        assert!(esp(&provider.id).is_some(), "{}", provider.id);
    }
}

#[test]
fn names_lead_to_their_service() {
    for (mark, name, id) in [
        (Mark::Spf, "_spf.google.com", "google-workspace"),
        (Mark::Spf, "SPF.protection.outlook.com", "microsoft-365"),
        (Mark::Spf, "u1234.wl.sendgrid.net", "sendgrid"),
        (Mark::Spf, "amazonses.com", "aws-ses"),
        (Mark::Spf, "eu._netblocks.mimecast.com", "mimecast"),
        (Mark::Mx, "aspmx.l.google.com", "google-workspace"),
        (Mark::Mx, "alt1.aspmx.l.google.com", "google-workspace"),
        (Mark::Mx, "example-com.mail.protection.outlook.com", "microsoft-365"),
        (Mark::Mx, "mxa.eu.mailgun.org", "mailgun"),
        (Mark::Mx, "mx01.ionos.de", "ionos"),
        (Mark::Mx, "in1-smtp.messagingengine.com", "fastmail"),
        (Mark::Mx, "mxa-00000001.gslb.pphosted.com", "proofpoint"),
        (Mark::ReturnPath, "u1234567.wl123.sendgrid.net", "sendgrid"),
        (Mark::ReturnPath, "pm.mtasv.net", "postmark"),
        (Mark::ReturnPath, "eu-west-1.amazonses.com", "aws-ses"),
        (Mark::DkimCname, "abc.dkim.amazonses.com", "aws-ses"),
        (Mark::DkimCname, "selector1-example-com._domainkey.example.onmicrosoft.com", "microsoft-365"),
        (Mark::DkimCname, "dkim2.mcsv.net", "mailchimp"),
        (Mark::DkimCname, "fm1.example.com.dkim.fmhosted.com", "fastmail"),
        (Mark::Ptr, "a8-31.smtp-out.amazonses.com", "aws-ses"),
        (Mark::Ptr, "mail-sor-f41.google.com", "google-workspace"),
        (Mark::Ptr, "mail-eopbgr00001.outbound.protection.outlook.com", "microsoft-365"),
    ] {
        assert_eq!(first(mark, name), Some(id), "{mark:?} {name}");
    }
    for (mark, name) in [
        (Mark::Spf, "google.com"),
        (Mark::Spf, "notamazonses.com"),
        (Mark::Mx, "mail.example.com"),
        (Mark::Mx, "aspmx.l.google.com.example.net"),
        (Mark::Ptr, "mail.example.com"),
        (Mark::DkimCname, "s1._domainkey.example.com"),
    ] {
        assert_eq!(first(mark, name), None, "{mark:?} {name}");
    }
}

#[test]
fn services_that_share_names_are_all_found() {
    let name: Name = "amazonses.com".parse().expect("a name");
    let ids: Vec<&str> = recognize(Mark::Spf, &name).iter().map(|esp| esp.id.as_str()).collect();
    assert_eq!(ids, ["aws-ses", "resend"]);
    assert_eq!(owner_of_include(&name).map(|esp| esp.kind), Some(Kind::Esp));
}
