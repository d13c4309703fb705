//! The servers of the mail domains: that they are right, or wrong, as told.

use std::process::Stdio;

use super::support::lab;

/// Runs a shell script in the lab and returns what it printed, complaints included.
fn shell(script: &str) -> String {
    let mut command = ptrust_lab::inside("bash").expect("the lab is up");
    let output =
        command.args(["-c", &format!("exec 2>&1\n{script}")]).stdin(Stdio::null()).output().expect("bash runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Asks the validating resolver for one name.
fn ask(name: &str, kind: &str) -> String {
    shell(&format!("dig @{} +dnssec +time=10 +tries=1 {name} {kind}", ptrust_lab::VALIDATOR))
}

#[test]
fn signed_zones_are_secure_and_the_others_are_not() {
    if !lab() {
        return;
    }
    for (name, kind, secure) in [
        ("healthy-example.com", "MX", true),
        ("_25._tcp.mx1.healthy-example.com", "TLSA", true),
        ("_25._tcp.mx.dane-mismatch-example.com", "TLSA", true),
        ("spf.sender-example.com", "TXT", true),
        ("_25._tcp.mx.dane-insecure-example.com", "TLSA", false),
        ("spf-all-example.com", "TXT", false),
    ] {
        let text = ask(name, kind);
        assert!(text.contains("status: NOERROR") && !text.contains("ANSWER: 0"), "{name} {kind}:\n{text}");
        assert_eq!(text.contains(" ad;"), secure, "{name} {kind}:\n{text}");
    }
    // What is not there is proven not to be there.
    let text = ask("_25._tcp.mx3.healthy-example.com", "TLSA");
    assert!(text.contains("status: NXDOMAIN") && text.contains(" ad;"), "no proof:\n{text}");
    assert!(ask("spf.servfail-example.com", "TXT").contains("SERVFAIL"));
    assert!(ask("flood-example.com", "TXT").contains("ANSWER: 3901"));
}

#[test]
fn tlsa_records_match_the_key_or_do_not() {
    if !lab() {
        return;
    }
    let key = |host: &str| {
        shell(&format!(
            "openssl s_client -connect {host}:25 -starttls smtp </dev/null 2>/dev/null | openssl x509 -noout -pubkey | \
             openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1"
        ))
    };
    for (host, matches) in [
        ("mx1.healthy-example.com", true),
        ("mx2.healthy-example.com", true),
        ("mx.dane-insecure-example.com", true),
        ("mx.dane-mismatch-example.com", false),
    ] {
        let record = shell(&format!("dig +short @{} _25._tcp.{host} TLSA", ptrust_lab::VALIDATOR));
        let digest: String = record.split_whitespace().skip(3).collect();
        let key = key(host);
        assert!(!digest.is_empty() && key.trim().len() == 64, "{host}: {record} {key}");
        assert_eq!(digest.eq_ignore_ascii_case(key.trim()), matches, "{host}: {record} {key}");
    }
}

#[test]
fn servers_offer_what_the_table_says() {
    if !lab() {
        return;
    }
    let sound = "Verify return code: 0 (ok)";
    for (host, port, more, wanted) in [
        ("mx1.healthy-example.com", 25, "-starttls smtp", sound),
        ("mx2.healthy-example.com", 587, "-starttls smtp", sound),
        ("mx1.healthy-example.com", 465, "", sound),
        ("mx1.healthy-example.com", 143, "-starttls imap", sound),
        ("mx2.healthy-example.com", 993, "", sound),
        ("mx1.healthy-example.com", 25, "-starttls smtp -tls1_1 -cipher ALL:@SECLEVEL=0", "alert protocol version"),
        ("mx.tls-old-example.com", 25, "-starttls smtp -tls1 -cipher ALL:@SECLEVEL=0", "New, TLSv1.0"),
        ("mx.tls-expired-example.com", 25, "-starttls smtp", "certificate has expired"),
        ("mx.tls-name-example.com", 25, "-starttls smtp", "ostname mismatch"),
        ("mx.tls-self-example.com", 25, "-starttls smtp", "self-signed certificate"),
        ("mx.smtp-plain-example.com", 25, "-starttls smtp", "Didn't find STARTTLS"),
        ("mx.imap-plain-example.com", 143, "-starttls imap", "STARTTLS"),
        ("mta-sts.healthy-example.com", 443, "", sound),
        ("bimi.spf-all-example.com", 443, "", sound),
        ("mta-sts.mta-sts-certificate-example.com", 443, "", "self-signed certificate"),
    ] {
        let text = shell(&format!(
            "timeout 10 openssl s_client -connect {host}:{port} {more} -CAfile $SSL_CERT_FILE -verify_hostname {host}"
        ));
        assert!(text.contains(wanted), "{host}:{port} {more}: no {wanted:?} in:\n{text}");
    }
}

#[test]
fn policies_and_logos_are_served() {
    if !lab() {
        return;
    }
    for (host, path, wanted) in [
        ("mta-sts.healthy-example.com", ".well-known/mta-sts.txt", "mx: mx2.healthy-example.com"),
        ("mta-sts.mta-sts-404-example.com", ".well-known/mta-sts.txt", "404 Not Found"),
        ("mta-sts.mta-sts-mismatch-example.com", ".well-known/mta-sts.txt", "mx: mx.mta-sts-mismatch-example.com"),
        ("bimi.healthy-example.com", "logo.svg", "image/svg+xml"),
        ("bimi.bimi-script-example.com", "logo.svg", "<script>"),
        ("bimi.bimi-changed-example.com", "vmc.pem", "-----BEGIN CERTIFICATE-----"),
    ] {
        let text = shell(&format!(
            "printf 'GET /{path} HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\r\\n' | timeout 10 openssl s_client \
             -quiet -connect {host}:443 -servername {host} -CAfile $SSL_CERT_FILE"
        ));
        assert!(text.contains(wanted), "{host}/{path}: no {wanted:?} in:\n{text}");
    }
}

#[test]
fn blocklists_answer_as_their_kinds_do() {
    if !lab() {
        return;
    }
    let (test6, listed6) = (
        "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
        "7.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.1.b.e.0.a.2",
    );
    for (name, zone, wanted) in [
        ("2.0.0.127", "zen.spamhaus.org", "127.0.0.2"),
        ("1.0.0.127", "zen.spamhaus.org", ""),
        ("37.80.200.193", "zen.spamhaus.org", "127.0.0.2"),
        ("10.80.200.193", "zen.spamhaus.org", ""),
        (test6, "zen.spamhaus.org", "127.0.0.2"),
        (listed6, "zen.spamhaus.org", "127.0.0.2"),
        ("37.80.200.193", "bl.spamcop.net", "127.0.0.2"),
        ("37.80.200.193", "dnsbl.dronebl.org", ""),
        ("test", "dbl.spamhaus.org", "127.0.1.2"),
        ("invalid", "dbl.spamhaus.org", ""),
        ("listed-example.com", "dbl.spamhaus.org", "127.0.1.2"),
        ("1.0.0.127", "bl.0spam.org", "127.0.0.2"),
        ("10.80.200.193", "b.barracudacentral.org", "127.255.255.255"),
    ] {
        let answer = shell(&format!("dig +short @{} {name}.{zone} A", ptrust_lab::VALIDATOR));
        assert_eq!(answer.trim(), wanted, "{name}.{zone}");
    }
}

#[test]
fn hostile_servers_have_no_end() {
    if !lab() {
        return;
    }
    let greeting = shell("exec 3<>/dev/tcp/193.200.80.38/25; timeout 5 head -c 200000 <&3 | tail -n 2 | head -n 1");
    assert!(greeting.starts_with("220-"), "{greeting}");
    let octets = shell(
        "(printf 'GET /.well-known/mta-sts.txt HTTP/1.1\\r\\nHost: mta-sts.drip-example.com\\r\\n\\r\\n'; sleep 4) | timeout 4 \
         openssl s_client -quiet -connect mta-sts.drip-example.com:443 -servername mta-sts.drip-example.com 2>/dev/null | wc -c",
    );
    let octets: usize = octets.trim().parse().expect("wc counts");
    assert!((1..1000).contains(&octets), "{octets} octets of a policy of 3,700 in four seconds");
}
