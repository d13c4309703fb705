//! The world's authority and the certificates of its servers, made anew with each world.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

use super::MailDomain;
use super::hosts::{HOSTS, MailHost, More, Tls};

/// The file of the authority's certificate.
pub(super) const AUTHORITY: &str = "authority.pem";
/// The name that a certificate of the wrong name is for.
const OTHER_NAME: &str = "other.healthy-example.com";
/// Seconds of a mean year: the validity only has to begin before and end after today.
const YEAR: u64 = 31_556_952;

/// What was made.
pub(crate) struct Certificates {
    /// The SHA-256 digest of each host's key, in hexadecimal, by the host's number.
    keys: BTreeMap<u8, String>,
}

/// The file of a host's key and certificate, one after the other.
pub(super) fn file(folder: &Path, number: u8) -> PathBuf {
    folder.join(format!("host-{number}.pem"))
}

impl Certificates {
    /// Makes the authority and a certificate for each host that needs one.
    pub(super) fn make(folder: &Path, domains: &[MailDomain]) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
        let put = |path: &Path, text: &str| {
            fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
        };
        let key = KeyPair::generate().context("failed to make a key")?;
        let mut params = params(Vec::new(), "Closed Internet Test Authority", 0)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).context("failed to sign the authority's certificate")?;
        put(&folder.join(AUTHORITY), &certificate.pem())?;
        let issuer = Issuer::new(params, key);
        let mut keys = BTreeMap::new();
        for host in HOSTS.iter().filter(|host| host.tls != Tls::Absent) {
            let key = KeyPair::generate().context("failed to make a key")?;
            let params = host_params(host, domains)?;
            let certificate =
                if host.tls == Tls::SelfSigned { params.self_signed(&key) } else { params.signed_by(&key, &issuer) };
            let certificate = certificate.with_context(|| format!("failed to sign {}", host.name))?;
            // Postfix wants the key first.
            put(&file(folder, host.number), &(key.serialize_pem() + &certificate.pem()))?;
            let digest = Sha256::digest(key.subject_public_key_info());
            keys.insert(host.number, digest.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().concat());
        }
        Ok(Self { keys })
    }

    /// Fills the digests of keys into a zone's line.
    pub(crate) fn fill(&self, line: &str) -> String {
        let mut line = line.to_owned();
        if line.contains("{key:") {
            for (number, digest) in &self.keys {
                line = line.replace(&format!("{{key:{number}}}"), digest);
            }
        }
        line
    }
}

/// What a host's certificate says.
fn host_params(host: &MailHost, domains: &[MailDomain]) -> Result<CertificateParams> {
    let own = if host.tls == Tls::WrongName { OTHER_NAME } else { host.host_name() };
    let mut names = vec![own.to_owned()];
    if matches!(host.more, More::Web | More::SlowWeb) {
        names.extend(domains.iter().flat_map(MailDomain::web_hosts));
    }
    let mut params = params(names, own, if host.tls == Tls::Expired { 3 } else { 0 })?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// A certificate for some names, valid from the year before last to the year after next, so many years ago.
fn params(names: Vec<String>, common: &str, years_ago: i32) -> Result<CertificateParams> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let year = 1970 + i32::try_from(now.as_secs() / YEAR).context("the clock is far off")? - years_ago;
    let mut params = CertificateParams::new(names).context("a table holds a name that is none")?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params.not_before = date_time_ymd(year - 1, 1, 1);
    params.not_after = date_time_ymd(year + 2, 1, 1);
    Ok(params)
}
