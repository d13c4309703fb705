//! Configuration files.

use super::*;

fn config(text: &str) -> Result<Config, String> {
    read(text, Path::new("/etc/ptrust/config.toml")).map_err(|error| error.to_string())
}

#[test]
fn every_key_is_read() {
    let text = "\
[dns]
resolvers = [\"192.0.2.53\", \"[2001:db8::53]:5353\"]
root-hints = \"hints\"
walk = false
per-server = 8
timeout = \"3s\"
[bimi]
roots = \"marks.pem\"
[dnssec]
trust-anchor = \"/etc/anchor\"
[smtp]
port = 2525
helo = \"probe.example.org\"
probe = false
[checks]
select = [\"ptr\"]
ignore = [\"ptr-apex-name\"]
ptr-limit = 5
[checks.severity]
ptr-multiple = \"warning\"
[rdap]
cache = \"cache\"
";
    let config = config(text).expect("sound");
    assert_eq!(config.dns.resolvers.len(), 2);
    assert_eq!(config.dns.root_hints.as_deref(), Some(Path::new("/etc/ptrust/hints")));
    assert_eq!(config.bimi.roots.as_deref(), Some(Path::new("/etc/ptrust/marks.pem")));
    assert_eq!(config.dnssec.trust_anchor.as_deref(), Some(Path::new("/etc/anchor")));
    assert_eq!((config.dns.walk, config.dns.per_server), (Some(false), Some(8)));
    assert_eq!(config.dns.timeout, Some(Duration::from_secs(3)));
    assert_eq!((config.smtp.port, config.smtp.probe), (Some(2525), Some(false)));
    assert_eq!(config.checks.severity.get("ptr-multiple"), Some(&Severity::Warning));
    assert_eq!(config.rdap.cache.as_deref(), Some(Path::new("/etc/ptrust/cache")));
}

#[test]
fn an_empty_file_changes_nothing() {
    let path = "/etc/ptrust/config.toml".into();
    assert_eq!(config(""), Ok(Config { path, ..Config::default() }));
}

#[test]
fn complaints_name_file_line_and_key() {
    for (text, part) in [
        ("[dns]\nresolver = []\n", "/etc/ptrust/config.toml:2: unknown key `resolver`"),
        ("\n[dsn]\n", ":2: unknown key `dsn`"),
        ("[dns]\nwalk = 3\n", ":2: walk: "),
        ("[dns]\nresolvers = [\"x\"]\n", ":2: resolvers: \"x\" is no resolver"),
        ("[dns]\ntimeout = \"soon\"\n", ":2: timeout: write a time"),
        ("[smtp]\nport = 70000\n", ":2: port: "),
        ("[checks.severity]\nptr-multiple = \"fatal\"\n", ":2: ptr-multiple: "),
        ("[dns]\nper-server = 0\n", "dns.per-server must be"),
        ("[dns\n", ":1: "),
    ] {
        let error = config(text).expect_err(text);
        assert!(error.contains(part), "{text}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
