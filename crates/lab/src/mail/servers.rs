//! Postfix's listeners, Dovecot and nginx: one process of each for all hosts.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, Result};

use super::certificates::file;
use super::hosts::{Greeting, HOSTS, MailHost, More, Tls};
use super::{CERTIFICATES, MailDomain};
use crate::daemons::{Daemon, Draft, Ready, line, program, text};

/// An address as configurations and URLs write it.
fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Lines of `master.cf`: port 25 of each host, and the submission ports of some.
pub(super) fn postfix_listeners(state: &Path) -> String {
    let folder = state.join(CERTIFICATES);
    let mut text = String::new();
    for host in HOSTS.iter().filter(|host| host.greeting == Greeting::Postfix) {
        let name = host.host_name();
        let mut own = format!("-o myhostname={name} -o {{ smtpd_banner = {name} ESMTP }}");
        if host.tls != Tls::Absent {
            let _ = write!(
                own,
                " -o smtpd_tls_security_level=may -o smtpd_tls_chain_files={}",
                file(&folder, host.number).display()
            );
        }
        if host.tls == Tls::Old {
            own += " -o smtpd_tls_protocols=>=TLSv1";
        }
        for address in host.addresses() {
            let at = format!("[{address}]");
            let _ = writeln!(text, "{at}:25 inet n - n - - smtpd {own}");
            if host.more == More::Users {
                let auth = format!(
                    "{own} -o smtpd_sasl_auth_enable=yes -o smtpd_sasl_type=dovecot -o smtpd_sasl_path={}",
                    state.join("dovecot/auth").display()
                );
                let _ = writeln!(text, "{at}:587 inet n - n - - smtpd {auth} -o smtpd_tls_security_level=encrypt");
                let _ = writeln!(text, "{at}:465 inet n - n - - smtpd {auth} -o smtpd_tls_wrappermode=yes");
            }
        }
    }
    text
}

/// Hosts with one of these services.
fn hosts(wanted: &[More]) -> impl Iterator<Item = &'static MailHost> {
    HOSTS.iter().filter(move |host| wanted.contains(&host.more))
}

/// The addresses on which Dovecot listens.
pub(crate) fn imap_addresses() -> Vec<IpAddr> {
    hosts(&[More::Users, More::PlainImap]).flat_map(MailHost::addresses).collect()
}

/// Dovecot: IMAP, and the passwords behind Postfix's submission. It has no users.
pub(super) fn dovecot(state: &Path) -> Result<(Daemon, Vec<Draft>)> {
    let folder = state.join("dovecot");
    let certificates = state.join(CERTIFICATES);
    let list = |wanted: &[More]| {
        hosts(wanted).flat_map(MailHost::addresses).map(|address| address.to_string()).collect::<Vec<_>>().join(" ")
    };
    let first = hosts(&[More::Users]).next().context("a host has users")?;
    let own = folder.display();
    let mut config = format!(
        "base_dir = {own}/run\nstate_dir = {own}/state\nlog_path = /dev/stderr\nprotocols = imap\n\
         disable_plaintext_auth = yes\nmail_location = maildir:{own}/mail/%u\n\
         passdb {{\n  driver = passwd-file\n  args = {own}/users\n}}\n\
         userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={own}/mail/%u\n}}\n\
         service imap-login {{\n  chroot =\n  inet_listener imap {{\n    address = {0} {1}\n    port = 143\n  }}\n  \
         inet_listener imaps {{\n    address = {0}\n    port = 993\n    ssl = yes\n  }}\n}}\n\
         service anvil {{\n  chroot =\n}}\n\
         service auth {{\n  unix_listener {own}/auth {{\n    mode = 0666\n  }}\n}}\n\
         ssl = required\nssl_cert = <{2}\nssl_key = <{2}\n",
        list(&[More::Users]),
        list(&[More::PlainImap]),
        file(&certificates, first.number).display(),
    );
    for host in hosts(&[More::Users, More::PlainImap]) {
        for address in host.addresses() {
            let certificate = file(&certificates, host.number);
            let body = if host.more == More::PlainImap {
                "ssl = no".to_owned()
            } else {
                format!("ssl_cert = <{0}\n  ssl_key = <{0}", certificate.display())
            };
            let _ = writeln!(config, "local {address} {{\n  {body}\n}}");
        }
    }
    let daemon = Daemon {
        name: "dovecot".into(),
        line: line("dovecot", &["-F", "-c"], &folder.join("dovecot.conf"))?,
        ready: Ready::Listens(first.addresses()[0], 143),
    };
    Ok((daemon, vec![("dovecot/dovecot.conf".into(), config), ("dovecot/users".into(), String::new())]))
}

/// nginx: the policies of MTA-STS and the logos of BIMI.
pub(super) fn nginx(state: &Path, domains: &[MailDomain]) -> Result<(Daemon, Vec<Draft>)> {
    let folder = state.join("web");
    let own = folder.display();
    let mut config = format!(
        "daemon off;\nuser root;\nworker_processes 1;\npid {own}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n  \
         access_log off;\n  default_type application/octet-stream;\n  \
         types {{\n    text/plain txt;\n    image/svg+xml svg;\n  }}\n"
    );
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(config, "  {kind}_temp_path {own}/{kind};");
    }
    for host in hosts(&[More::Web, More::SlowWeb]) {
        config += "  server {\n";
        for address in host.addresses() {
            let _ = writeln!(config, "    listen {}:443 ssl;", bracketed(address));
        }
        let certificate = file(&state.join(CERTIFICATES), host.number);
        let _ = writeln!(config, "    ssl_certificate {0};\n    ssl_certificate_key {0};", certificate.display());
        if host.more == More::SlowWeb {
            config += "    limit_rate_after 400;\n    limit_rate 1;\n";
        }
        let _ = writeln!(config, "    root {own}/$host;\n  }}");
    }
    config += "}\n";
    let mut drafts: Vec<Draft> = vec![("web/nginx.conf".into(), config)];
    for page in domains.iter().flat_map(MailDomain::pages) {
        drafts.push((Path::new("web").join(page.host).join(page.path), page.text));
    }
    let first = hosts(&[More::Web]).next().context("a host has pages")?;
    let daemon = Daemon {
        name: "web".into(),
        // Without -e it opens the system's log first.
        line: vec![
            program("nginx")?,
            "-e".into(),
            "stderr".into(),
            "-p".into(),
            text(&folder),
            "-c".into(),
            text(&folder.join("nginx.conf")),
        ],
        ready: Ready::Listens(first.addresses()[0], 443),
    };
    Ok((daemon, drafts))
}
