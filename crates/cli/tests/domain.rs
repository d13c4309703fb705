//! `ptrust dkim` and `ptrust dmarc`: selectors on the command line, wildcards and slips, over a world.

use std::process::{Command, Stdio};

/// A key of RSA with 1024 bits.
const KEY: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC6w1PWw3qKc0hxwHru7nuRIUcIZ/ntWCnOPxT73bxPsdVaDHfsx4NMTD10HKlFRWkZ8ZsapZw5\
                   kxIqUzt2A80cmTFm5tHi2Mhm+eD14kZFAu4Xqx3JA/HAEHHI+EfwFCMgqPn+GIUlRk+8cEwm5ssZ14l40BAw+U+3Y14uSMsVgQIDAQAB";

/// Domains with a wildcard of keys, with one that revokes, and without; one with a record that is nearly one.
fn world() -> String {
    format!(
        "\
zone example.com ns1.example.net ns2.example.net
@ MX 10 mail.example.com.
mail A 203.0.113.25
*._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
google._domainkey TXT \"v=DKIM1; p={KEY}\"
_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@example.com,https://example.com/r,b@example.com\"
zone example.org ns1.example.net ns2.example.net
@ MX 0 .
*._domainkey TXT \"v=DKIM1; p=\"
_dmarc TXT \"v=dmarc1; p=reject\"
zone example.net ns1.example.net ns2.example.net
@ MX 10 mail.example.com.
s1._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
zone dark.example ns1.example.net ns2.example.net
@ MX 10 mail.example.com.
google._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"
!servfail ns1.example.net ptrust-no-such-selector._domainkey.dark.example
!servfail ns2.example.net ptrust-no-such-selector._domainkey.dark.example
"
    )
}

/// What a run printed, what it complained of, and its exit code.
fn ran(arguments: &[&str]) -> (String, String, Option<i32>) {
    let folder =
        std::env::temp_dir().join(format!("ptrust-domain-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("world");
    std::fs::write(&file, world()).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
    command.args(arguments).arg("--world").arg(&file).env("XDG_CONFIG_HOME", &folder).stdin(Stdio::null());
    let output = command.output().expect("it starts");
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    let text = |octets| String::from_utf8(octets).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// The JSON of a run.
fn json(arguments: &[&str]) -> serde_json::Value {
    let (text, error, _) = ran(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|wrong| panic!("{wrong}: {text}{error}"))
}

#[test]
fn selectors_that_are_none_are_refused_in_one_line() {
    for (selector, part) in [
        ("", "no selector"),
        ("s1._domainkey.example.net", "write --selector s1"),
        ("S1._DomainKey", "write --selector S1"),
        ("a b._domainkey", "in front of ._domainkey"),
        ("s 1", "letters, digits, hyphens and dots"),
        ("s1-", "letters, digits"),
        ("s1.", "letters, digits"),
        ("s1..s2", "letters, digits"),
        ("s=s1", "letters, digits"),
        (&format!("{0}.{0}.{0}.{0}", "a".repeat(60)), "too long below example.net"),
    ] {
        let (text, error, code) = ran(&["dkim", "example.net", "--selector", selector]);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{selector}: {text}{error}");
        assert!(error.contains(part) && error.contains("dkim --selector"), "{selector}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    for selector in ["s1", "s1, S1", "S1"] {
        let found = json(&["dkim", "example.net", "--selector", selector]);
        assert_eq!(found["mail"]["dkim"]["keys"].as_array().map(Vec::len), Some(1), "{selector}");
    }
}

#[test]
fn a_wildcard_is_told_and_its_guesses_are_not() {
    let found = json(&["dkim", "example.com"])["mail"]["dkim"].clone();
    assert_eq!(found["wildcard"], "usable");
    let keys: Vec<&str> =
        found["keys"].as_array().expect("keys").iter().filter_map(|key| key["selector"].as_str()).collect();
    assert_eq!(keys, ["google"], "only what differs from the wildcard");
    let named = json(&["dkim", "example.com", "--selector", "s9"])["mail"]["dkim"].clone();
    assert_eq!(named["keys"][0]["selector"], "s9");
    assert!(
        ran(&["dkim", "example.com"]).0.replace("\n                  ", " ").contains("a wildcard at *._domainkey")
    );

    let found = json(&["dkim", "example.org"])["mail"]["dkim"].clone();
    assert_eq!((&found["wildcard"], &found["keys"]), (&"revoked".into(), &serde_json::json!([])));
    assert!(ran(&["dkim", "example.org"]).0.contains("revokes every selector"));

    assert_eq!(json(&["dkim", "example.net"])["mail"]["dkim"]["wildcard"], serde_json::Value::Null);

    let found = json(&["dkim", "dark.example"])["mail"]["dkim"].clone();
    assert_eq!((&found["wildcard"], &found["keys"][0]["selector"]), (&"unknown".into(), &"google".into()));
}

#[test]
fn dmarc_reports_go_to_mailboxes_and_slips_are_named() {
    let found = json(&["dmarc", "example.com"]);
    assert_eq!(found["mail"]["dmarc"]["reports"], serde_json::json!(["mailto:a@example.com"]));
    let (text, _, _) = ran(&["dmarc", "example.com"]);
    assert!(
        text.contains("mailto:a@example.com,mailto:b@example.com"),
        "the entry without its scheme is mended: {text}"
    );
    let (text, _, _) = ran(&["dmarc", "example.org"]);
    assert!(text.contains("capital letters") && text.contains("\"v=DMARC1; p=reject\""), "{text}");
}
