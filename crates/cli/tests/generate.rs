//! `ptrust generate` and `ptrust port`: what they print, where keys go, and one line for everything that is wrong.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A domain with two mail exchangers, of which one is open; one that takes no mail, and one that nobody can tell.
const WORLD: &str = "\
zone example.com ns1.example.net ns2.example.net
@ MX 10 mail
@ MX 20 backup
mail A 203.0.113.25
backup A 203.0.113.26
inside A 10.0.0.1
secure A 203.0.113.27
zone example.org ns1.example.org
@ MX 0 .
zone example.edu ns1.example.edu
!servfail ns1.example.edu example.edu
!servfail ns1.example.edu mail.example.edu
smtp 203.0.113.25 220 mail.example.com ESMTP
smtp 203.0.113.27 220 secure.example.com ESMTP
tls 203.0.113.27 names=secure.example.com
tls 203.0.113.27:465 names=other.example.com
";

/// A directory of one test with the world in it, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ptrust-generate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        std::fs::write(path.join("world"), WORLD).expect("a file");
        Self(path)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
        command.args(arguments).args(["--world", "world"]).current_dir(&self.0);
        command.env("XDG_CONFIG_HOME", &self.0).stdin(Stdio::null()).output().expect("it starts")
    }

    /// What a run that succeeds prints.
    fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--format", "json"]].concat();
        serde_json::from_str(&self.printed(&arguments)).expect("JSON")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The first line of some output.
fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn records_are_ready_to_paste() {
    let folder = Folder::new("paste");
    for (arguments, line) in [
        (
            &["spf", "example.com", "--ip", "203.0.113.25,2001:db8::/48", "--mx", "--a=www.example.com"][..],
            "example.com. 3600 IN TXT \"v=spf1 ip4:203.0.113.25 ip6:2001:db8::/48 a:www.example.com mx ~all\"",
        ),
        (&["spf", "example.com", "--all", "fail"], "example.com. 3600 IN TXT \"v=spf1 -all\""),
        (
            &[
                "dmarc",
                "example.com",
                "--policy",
                "reject",
                "--rua",
                "d@example.com",
                "--np",
                "none",
                "--aspf",
                "strict",
            ],
            "_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=reject; np=none; aspf=s; rua=mailto:d@example.com\"",
        ),
        (
            &["tls-rpt", "example.com", "--rua", "https://r.example.net/tls"],
            "_smtp._tls.example.com. 3600 IN TXT \"v=TLSRPTv1; rua=https://r.example.net/tls\"",
        ),
        (
            &["bimi", "example.com", "--logo", "https://example.com/l.svg", "--selector", "v2"],
            "v2._bimi.example.com. 3600 IN TXT \"v=BIMI1; l=https://example.com/l.svg; a=;\"",
        ),
    ] {
        let text = folder.printed(&[&["generate"], arguments].concat());
        assert_eq!(first(&text), line);
        assert!(text.lines().skip(1).all(|line| line.is_empty() || line.starts_with("  ")), "{text}");
    }
}

#[test]
fn the_record_can_be_tried_as_if_it_were_there() {
    let folder = Folder::new("assume");
    let made = folder.json(&["generate", "spf", "example.com", "--mx", "--all", "fail"]);
    assert_eq!((&made["owner"], &made["type"]), (&Value::from("example.com"), &Value::from("TXT")));
    assert_eq!(made["data"], "v=spf1 mx -all");
    let line = made["zone_line"].as_str().expect("text");
    let tried = folder.run(&["spf", "example.com", "--ip", "203.0.113.26", "--assume", line]);
    assert_eq!(tried.status.code(), Some(0), "{}", String::from_utf8_lossy(&tried.stdout));
}

#[test]
fn keys_go_to_a_new_file_of_their_owner() {
    let folder = Folder::new("keys");
    for algorithm in ["rsa", "ed25519"] {
        let arguments = ["generate", "dkim", "example.com", "--selector", algorithm, "--algorithm", algorithm];
        let printed = folder.printed(&arguments);
        let file = folder.0.join(format!("{algorithm}._domainkey.example.com.pem"));
        let key = std::fs::read_to_string(&file).expect("the key");
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let secret: Vec<&str> = key.lines().filter(|line| !line.starts_with("-----")).collect();
        assert!(secret.iter().all(|line| !printed.contains(line)), "the private key is not printed");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).expect("the key").permissions().mode() & 0o777, 0o600);
        }
        let again = folder.run(&arguments);
        assert_eq!(again.status.code(), Some(2));
        assert!(again.stdout.is_empty());
        assert_eq!(std::fs::read_to_string(&file).expect("the key"), key, "the key that was there is untouched");
        let file = file.display().to_string();
        let same = folder.printed(&["generate", "dkim", "example.com", "--selector", algorithm, "--existing", &file]);
        assert_eq!(first(&same), first(&printed));
        let tlsa = folder.printed(&["generate", "tlsa", "--host", "mail.example.com", "--key", &file]);
        assert!(tlsa.starts_with("_25._tcp.mail.example.com. 3600 IN TLSA 3 1 1 "), "{tlsa}");
    }
    let wrong = folder.run(&["generate", "dkim", "example.com", "--selector", "new", "--format", "sarif"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(!folder.0.join("new._domainkey.example.com.pem").exists(), "no key without its record");
}

#[test]
fn policies_follow_the_mx_records() {
    let folder = Folder::new("sts");
    let made = folder.json(&["generate", "mta-sts", "example.com", "--from-mx", "--mode", "enforce"]);
    let text = made["documents"][0]["text"].as_str().expect("a file");
    let hosts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("mx: ")).collect();
    assert_eq!(hosts, ["mail.example.com", "backup.example.com"]);
    assert_eq!(made["documents"][0]["url"], "https://mta-sts.example.com/.well-known/mta-sts.txt");
    let covered = folder.json(&["generate", "mta-sts", "example.com", "--from-mx", "--mx", "*.example.com"]);
    assert!(covered["documents"][0]["text"].as_str().expect("a file").contains("mx: *.example.com\r\nmax_age"));
    assert_eq!(folder.run(&["generate", "mta-sts", "example.org", "--from-mx"]).status.code(), Some(2));
    assert_eq!(folder.run(&["generate", "mta-sts", "example.edu", "--from-mx"]).status.code(), Some(3));
}

#[test]
fn whatever_is_wrong_is_told_in_one_line() {
    let folder = Folder::new("wrong");
    let includes: Vec<String> = (0..300).map(|number| format!("spf{number}.example.net")).collect();
    let includes = includes.join(",");
    for arguments in [
        &["generate"][..],
        &["generate", "spf", "example.com"],
        &["generate", "spf", "com", "--mx"],
        &["generate", "spf", "192.0.2.1", "--mx"],
        &["generate", "spf", "a..b", "--mx"],
        &["generate", "spf", "example.com", "--ip", "1.2.3.4.5"],
        &["generate", "spf", "example.com", "--ip", "10.0.0.1"],
        &["generate", "spf", "example.com", "--ip", "0.0.0.0/0"],
        &["generate", "spf", "example.com", "--ip", ""],
        &["generate", "spf", "example.com", "--include", &includes],
        &["generate", "spf", "example.com", "--include", "localhost"],
        &["generate", "spf", "example.com", "--esp", "Nobody\u{1b}[31m"],
        &["generate", "dkim", "example.com"],
        &["generate", "dkim", "example.com", "--selector", "../x"],
        &["generate", "dkim", "example.com", "--selector", "x", "--existing", "world"],
        &["generate", "dkim", "example.com", "--selector", "x", "--key-file", "none/x.pem"],
        &["generate", "dmarc", "example.com"],
        &["generate", "dmarc", "example.com", "--policy", "none", "--rua", ""],
        &["generate", "mta-sts", "example.com"],
        &["generate", "mta-sts", "example.com", "--mx", "192.0.2.1"],
        &["generate", "mta-sts", "example.com", "--mx", "mail.example.com", "--max-age", "99999999"],
        &["generate", "tls-rpt", "example.com"],
        &["generate", "tlsa", "--host", "mail.example.com"],
        &["generate", "tlsa", "--host", "mail.example.com", "--certificate", "world"],
        &["generate", "tlsa", "--host", "mail.example.com", "--certificate", "world", "--key", "world"],
        &["generate", "bimi", "example.com", "--logo", "http://example.com/logo.svg"],
        &["port"],
        &["port", "mail.example.com"],
        &["port", "mail.example.com:0"],
        &["port", "mail.example.com:65536"],
        &["port", "mail.example.com:+25"],
        &["port", "2001:db8::25:25"],
        &["port", "203.0.113.0/24:25"],
        &["port", "10.0.0.1:25"],
    ] {
        let output = folder.run(arguments);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(said.starts_with("ptrust: ") && !said.contains('\u{1b}') && said.len() < 600, "{said}");
    }
    assert!(!Path::new(&folder.0).join("x._domainkey.example.com.pem").exists());
}

#[test]
fn ports_are_tried_at_every_address() {
    let folder = Folder::new("port");
    let text = folder.printed(&["port", "mail.example.com:25", "203.0.113.25:25"]);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().take(3).collect()).collect();
    assert_eq!(lines, [["mail.example.com:25", "203.0.113.25", "open"], ["203.0.113.25:25", "open", "0"]]);
    for (arguments, state, code) in [
        (&["port", "mail.example.com:25"][..], "open", 0),
        (&["port", "backup.example.com:25"], "refused", 1),
        (&["port", "none.example.com:25"], "no-address", 1),
        (&["port", "inside.example.com:25"], "not-public", 3),
        (&["port", "mail.example.edu:25"], "unknown", 3),
    ] {
        let output = folder.run(&[arguments, &["--format", "json"]].concat());
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(found["ports"][0]["state"], state, "{found}");
        assert_eq!(output.status.code(), Some(code), "{found}");
    }
    let secure = folder.printed(&["port", "secure.example.com:25", "secure.example.com:465", "--tls"]);
    for told in
        ["TLS 1.3, ", "certificate for secure.example.com, until ", ", trusted\n", ", trusted, not for this host\n"]
    {
        assert!(secure.contains(told), "{told}: {secure}");
    }
    let bare = folder.run(&["port", "mail.example.com:25", "--tls"]);
    assert_eq!(bare.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&bare.stdout).contains("no TLS: no STARTTLS"));
}
