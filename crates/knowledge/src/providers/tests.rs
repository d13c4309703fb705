//! Tests of the provider table

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use regex::Regex;

use super::*;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
const V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x25));

fn get(id: &str) -> &'static Provider {
    provider(id).expect("known id")
}

#[test]
fn ids_are_unique_and_not_empty() {
    let mut ids: Vec<&str> = providers().iter().map(|p| p.id.as_str()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(all > 30);
    assert!(providers().iter().all(|p| !p.console.is_empty() && !p.methods.is_empty()));
}

#[test]
fn every_regex_is_anchored_and_compiles() {
    for p in providers() {
        for pattern in &p.generic_ptr {
            assert!(Regex::new(pattern).is_ok(), "{}: {pattern}", p.id);
            assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{}: {pattern}", p.id);
        }
    }
}

#[test]
fn every_example_matches_its_provider() {
    let mut seen = 0;
    for (index, p) in providers().iter().enumerate() {
        for example in &p.generic_examples {
            // "(none by default)" explains, "name (octets reversed)" names and explains.
            let name = example.split(" (").next().unwrap_or_default();
            if p.generic_ptr.is_empty() || name.is_empty() || name.contains(['(', ' ']) {
                continue;
            }
            assert!(owners_of(name).any(|o| o == index), "{}: {name}", p.id);
            assert!(default_name(name).is_some());
            seen += 1;
        }
    }
    assert!(seen > 25);
}

#[test]
fn senders_are_flagged() {
    for id in ["aws-ses", "sendgrid", "mailgun", "google-workspace", "microsoft-365", "fastmail"] {
        assert!(get(id).kind.is_esp_or_mailbox(), "{id}");
    }
    for id in ["aws-ec2", "hetzner-cloud", "ovh", "isp-access", "rir-direct"] {
        assert!(!get(id).kind.is_esp_or_mailbox(), "{id}");
    }
    let sender = default_name("o167-89-97-77.outbound-mail.sendgrid.net").expect("known");
    assert!(sender.kind.is_esp_or_mailbox());
}

#[test]
fn default_names() {
    let id = |name: &str| default_name(name).map(|p| p.id.as_str());
    assert_eq!(id("static.4.3.2.1.clients.your-server.de"), Some("hetzner-cloud"));
    assert_eq!(id("ec2-1-2-3-4.compute-1.amazonaws.com"), Some("aws-ec2"));
    assert_eq!(id("mail.example.com"), None);
    assert_eq!(id(""), None);
    assert_eq!(id(&"a".repeat(5_000_000)), None);
    assert_eq!(id("\u{0}\u{1b}[31m\u{fffd}.\u{e9}"), None);
}

#[test]
fn holders() {
    let ids = |holders: &[&str], names: &[&str]| -> Vec<&str> {
        by_holder(holders, names).iter().map(|p| p.id.as_str()).collect()
    };
    assert_eq!(ids(&["ORG-HOA1-RIPE"], &[]), ["hetzner-cloud", "hetzner-robot"]);
    assert_eq!(ids(&["HETZNER ONLINE"], &[]), ["hetzner-cloud", "hetzner-robot"]);
    assert_eq!(ids(&["Leaseweb Netherlands BV"], &[]), ["leaseweb"]);
    assert_eq!(ids(&["scaleway sas"], &[]), ["scaleway"]);
    let amazon = "Amazon Technologies, Inc";
    assert_eq!(ids(&[amazon], &[]), ["aws-ec2", "aws-ses"]);
    assert_eq!(ids(&[amazon], &["a8-31.smtp-out.amazonses.com"]), ["aws-ses", "aws-ec2"]);
    assert_eq!(ids(&["MSFT"], &[]), ["azure", "microsoft-365"]);
    assert!(ids(&["", "...", "Inc.", "Example GmbH"], &["mail.example.com"]).is_empty());
}

#[test]
fn normalisation() {
    assert_eq!(normalise("Leaseweb Netherlands B.V."), "leaseweb netherlands");
    assert_eq!(normalise("Scaleway S.A.S."), "scaleway");
    assert_eq!(normalise("ACEVILLE PTE.LTD."), "aceville");
    assert_eq!(normalise("Co., Ltd."), "co");
}

#[test]
fn steps_carry_the_real_values() {
    let steps = get("hetzner-cloud").steps(V4, "mx.example.net.");
    let command = steps.command.expect("has a command");
    assert_eq!(command.text, "hcloud server set-rdns SERVER --ip 198.51.100.7 --hostname mx.example.net");
    assert!(!command.advice);
    assert!(steps.steps[0].advice, "console labels are not confirmed");
    assert!(steps.preconditions[0].advice, "port policy is not confirmed");
    let api = steps.api.expect("has an API");
    assert!(api.text.contains(r#"{"ip":"198.51.100.7","dns_ptr":"mx.example.net"}"#));
    for p in providers() {
        for address in [V4, V6] {
            let all = format!("{:?}", p.steps(address, "mx.example.net"));
            assert!(!all.contains("192.0.2.") && !all.contains("mail.example.com"), "{}: {all}", p.id);
        }
    }
}

#[test]
fn values_are_not_replaced_twice_and_stay_safe() {
    let p = get("upcloud");
    let own = p.steps(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), "mail.example.com").command.expect("has a command");
    assert_eq!(own.text, "upctl ip-address modify 192.0.2.1 --ptr-record mail.example.com");
    for hostile in ["$(reboot).example", "-x.example", "a;b", "a b", "", "a\"b", "\u{1b}[2J", "\u{e9}.example"] {
        let text = p.steps(V4, hostile).command.expect("has a command").text;
        assert_eq!(text, "upctl ip-address modify 198.51.100.7 --ptr-record mail.example.com");
    }
}

#[test]
fn background_is_only_advice() {
    for p in providers().iter().filter(|p| p.evidence == Evidence::Background) {
        let steps = p.steps(V4, "mx.example.net");
        let advice = |step: &Step| step.advice;
        assert!(steps.steps.iter().all(advice) && steps.preconditions.iter().all(advice), "{}", p.id);
        assert!(steps.command.iter().all(advice) && steps.api.iter().all(advice), "{}", p.id);
        assert!(steps.traps.is_empty() && steps.docs.is_empty(), "{}", p.id);
    }
}

#[test]
fn unconfirmed_parts_are_advice() {
    let gcp = get("gcp").steps(V4, "mx.example.net");
    assert!(gcp.steps[0].advice && gcp.command.is_some_and(|s| s.advice) && gcp.api.is_some_and(|s| s.advice));
    assert!(!gcp.traps.iter().any(|t| t.contains("TCP 25")));
    let aws = get("aws-ec2").steps(V4, "mx.example.net");
    assert!(!aws.traps.iter().any(|t| t.contains("released")));
    assert!(aws.traps.iter().any(|t| t.contains("PENDING")));
    assert!(!aws.preconditions[0].advice && aws.preconditions[2].advice);
    assert!(aws.api.is_some_and(|s| !s.advice && s.text.contains("DomainName=mx.example.net")));
    let leaseweb = get("leaseweb").steps(V4, "mx.example.net");
    assert!(leaseweb.command.is_some_and(|s| s.advice));
    assert!(get("ovh").steps(V4, "mx.example.net").docs.is_empty());
}

#[test]
fn ipv6_has_its_own_call_or_none() {
    let vultr = get("vultr").steps(V6, "mx.example.net");
    assert!(vultr.command.is_none());
    assert!(vultr.api.is_some_and(|s| s.text.contains("/ipv6/reverse")));
    let azure = get("azure").steps(V6, "mx.example.net");
    assert!(azure.command.is_none() && azure.api.is_none());
    assert!(azure.preconditions[0].text.starts_with("IPv6 PTR: no"));
    assert!(get("linode").steps(V6, "mx.example.net").command.is_some_and(|s| s.text.contains("2001:db8::25")));
    assert!(get("aws-ec2").steps(V6, "mx.example.net").command.is_some_and(|s| s.advice));
}
