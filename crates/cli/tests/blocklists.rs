//! Blocklists with a user's key, through the binary: the key goes to the list, and nowhere else. Nothing here touches a
//! network.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The key, which no output may show.
const SECRET: &str = "S3cr3tK3y";
/// The server of the domain is listed with the key only: the public zone knows nothing of it, and asks nobody without one.
const WORLD: &str = "\
!audit example.com
zone example.com ns1.example.net ns2.example.net
@ MX 10 mail.example.com.
@ TXT \"v=spf1 ip4:203.0.113.25 ip4:203.0.113.26 -all\"
mail A 203.0.113.25
zone zen.spamhaus.org ns1.list.example
2.0.0.127 A 127.0.0.2
zone dq.spamhaus.net ns1.list.example
2.0.0.127.s3cr3tk3y.zen A 127.0.0.2
25.113.0.203.s3cr3tk3y.zen A 127.0.0.4
25.113.0.203.s3cr3tk3y.zen TXT \"https://check.spamhaus.org/s3cr3tk3y\"
26.113.0.203.s3cr3tk3y.zen CNAME listed.s3cr3tk3y.zen.dq.spamhaus.net.
listed.s3cr3tk3y.zen A 127.0.0.9
test.s3cr3tk3y.dbl A 127.0.1.2
!servfail ns1.list.example example.com.s3cr3tk3y.dbl.dq.spamhaus.net A
";
/// Both lists with the key.
const KEYS: &str = "[blocklists.keys]\nspamhaus-zen = \"S3cr3tK3y\"\nspamhaus-dbl = \"S3cr3tK3y\"\n";
/// Every way to write reports.
const FORMATS: [&str; 7] = ["text", "json", "ndjson", "junit", "sarif", "github", "nagios"];

/// A directory of one test, gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ptrust-blocklists-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    /// Runs ptrust over a world and a configuration; what it wrote to both ends has no key in it.
    fn ptrust(&self, world: &str, config: &str, arguments: &[&str]) -> String {
        let (world, config) = (self.file("test.world", world), self.file("config.toml", config));
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PTRUST_")) {
            command.env_remove(name);
        }
        command.env("XDG_CONFIG_HOME", &self.0).env("XDG_CACHE_HOME", &self.0).stdin(Stdio::null());
        let ran = command.args(["--world", &world, "--config", &config]).args(arguments).output().expect("ptrust runs");
        let out = String::from_utf8(ran.stdout).expect("UTF-8");
        let said = format!("{out}{}", String::from_utf8(ran.stderr).expect("UTF-8"));
        assert!(!said.to_ascii_lowercase().contains(&SECRET.to_ascii_lowercase()), "{arguments:?}\n{said}");
        said
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The finding of a check in a report.
fn finding<'a>(report: &'a Value, id: &str) -> Option<&'a Value> {
    report["findings"].as_array().expect("findings").iter().find(|finding| finding["id"] == id)
}

#[test]
fn no_output_shows_a_key() {
    let scratch = Scratch::new("formats");
    for command in ["blocklists", "audit", "pool"] {
        for format in FORMATS {
            let said = scratch.ptrust(WORLD, KEYS, &[command, "example.com", "--format", format]);
            assert!(!said.is_empty(), "{command} {format}");
        }
    }
    // An assumed record, and what stays unmet of it, are told too.
    let assume = "27.113.0.203.zen.spamhaus.org A 127.0.0.2";
    scratch.ptrust(WORLD, KEYS, &["blocklists", "example.com", "--assume", assume]);
    scratch.ptrust(WORLD, KEYS, &["blocklists", "example.com", "--no-walk"]);
    // A walk to the name as it stands in the report asks for no key.
    scratch.ptrust(WORLD, KEYS, &["trace", "25.113.0.203.{key}.zen.dq.spamhaus.net"]);
    scratch.ptrust(WORLD, KEYS, &["lookup", "25.113.0.203.{key}.zen.dq.spamhaus.net"]);
}

#[test]
fn an_answer_to_a_key_is_that_of_its_list() {
    let scratch = Scratch::new("listed");
    let arguments = ["blocklists", "example.com", "--format", "json"];
    let report: Value = serde_json::from_str(&scratch.ptrust(WORLD, KEYS, &arguments)).expect("JSON");
    let listed = finding(&report, "dnsbl-listed").unwrap_or_else(|| panic!("{report:#}"));
    let explanation = listed["explanation"].as_str().expect("an explanation");
    assert!(explanation.contains("The Spamhaus Project lists 203.0.113.25"), "{explanation}");
    let seen = listed["evidence"].to_string();
    for part in
        ["25.113.0.203.{key}.zen.dq.spamhaus.net", "XBL (CBL)", "26.113.0.203.{key}.zen.dq.spamhaus.net", "DROP"]
    {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    // The other list did not answer with its key, so nothing is said of it: least of all that it lists.
    assert!(!listed.to_string().contains("spamhaus-dbl"), "{listed:#}");
    // Without a key, and with one that the list does not know, nothing is listed.
    for keys in ["", "[blocklists.keys]\nspamhaus-zen = \"other\"\n"] {
        let report: Value = serde_json::from_str(&scratch.ptrust(WORLD, keys, &arguments)).expect("JSON");
        assert_eq!(finding(&report, "dnsbl-listed"), None, "{keys}\n{report:#}");
    }
}

#[test]
fn complaints_about_keys_do_not_show_them() {
    let scratch = Scratch::new("complaints");
    let arguments = ["blocklists", "example.com"];
    for (config, complaint) in [
        ("[blocklists.keys]\nnobody = \"S3cr3tK3y\"\n", "no list with keys is called so"),
        ("[blocklists.keys]\nspamhaus-zen = [\"S3cr3tK3y\"]\n", "the key of spamhaus-zen must be text in quotes"),
        ("[blocklists.keys]\nspamhaus-zen = S3cr3tK3y\n", "config.toml:2"),
    ] {
        let said = scratch.ptrust(WORLD, config, &arguments);
        assert!(said.contains(complaint), "{said}");
    }
    let number = scratch.ptrust(WORLD, "[blocklists.keys]\nspamhaus-zen = 4711471147114711\n", &arguments);
    assert!(number.contains("must be text in quotes") && !number.contains("4711"), "{number}");
}
