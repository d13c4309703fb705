//! Hellos of TLS versions and cipher suites that no library speaks any more, and the first words of the answer.
//!
//! Only the answer's kind is read: a ServerHello says that the server would go on, an alert that it would not. No key is
//! ever agreed on.

use ptrust_facts::session::{Accepted, TlsVersion};

/// Octets of an answer that are looked at: a ServerHello has some hundred.
pub const MAX_HEARD: usize = 16 * 1024;
/// Record type of a handshake message (RFC 5246 A.1).
const HANDSHAKE: u8 = 22;
/// Record type of an alert.
const ALERT: u8 = 21;
/// Octets of an alert: level and description (RFC 5246 7.2).
const ALERT_LENGTH: usize = 2;
/// Level of an alert that ends nothing.
const WARNING: u8 = 1;
/// Description of the alert that says goodbye, which is a warning too.
const CLOSE_NOTIFY: u8 = 0;
/// Handshake type of a ServerHello (RFC 5246 7.4).
const SERVER_HELLO: u8 = 2;
/// Octets of a record's head.
const RECORD_HEAD: usize = 5;
/// Octets in front of the session id of a ServerHello: type, length, version, random.
const TO_SESSION_ID: usize = 38;

/// Cipher suites of TLS 1.0 and 1.1 that servers of their time have: AES and 3DES in CBC mode, with and without
/// ephemeral keys (IANA TLS parameters).
const OLD_SUITES: [u16; 10] = [0xc014, 0xc013, 0xc00a, 0xc009, 0x0039, 0x0033, 0x0035, 0x002f, 0xc012, 0x000a];
/// Suites that nobody should accept: no encryption, export keys, RC4, DES and 3DES (RFC 9325 4.1, RFC 7465). Suites
/// without authentication are not among them: between mail servers that do not verify certificates they lose nothing,
/// and Postfix accepts them for that reason.
const WEAK_SUITES: [u16; 17] = [
    0x0001, 0x0002, 0x003b, 0xc001, 0xc006, 0xc00b, 0xc010, 0x0003, 0x0006, 0x0008, 0x0004, 0x0005, 0xc007, 0xc011,
    0x0009, 0x0015, 0x000a,
];

/// A hello to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The version asked for.
    version: TlsVersion,
    /// The suites offered.
    suites: Vec<u16>,
}

impl Hello {
    /// Offers one old version.
    pub fn version(version: TlsVersion) -> Self {
        Self { version, suites: OLD_SUITES.to_vec() }
    }

    /// Offers weak suites only, in the newest version that has any.
    pub fn weak() -> Self {
        Self { version: TlsVersion::V1_2, suites: WEAK_SUITES.to_vec() }
    }

    /// The number of the version on the wire.
    const fn number(&self) -> [u8; 2] {
        match self.version {
            TlsVersion::V1_0 => [3, 1],
            TlsVersion::V1_1 => [3, 2],
            TlsVersion::V1_2 | TlsVersion::V1_3 => [3, 3],
        }
    }

    /// The ClientHello record (RFC 5246 7.4.1.2) for a server name.
    pub fn encode(&self, name: &str) -> Vec<u8> {
        let mut body = self.number().to_vec();
        // The random is no secret where no key is agreed on.
        body.extend([0x5a; 32]);
        body.push(0);
        body.extend(prefixed(&self.suites.iter().flat_map(|suite| suite.to_be_bytes()).collect::<Vec<_>>()));
        body.extend([1, 0]);
        body.extend(prefixed(&extensions(name, self.version)));
        let mut message = vec![1, 0];
        message.extend(prefixed(&body));
        let mut record = vec![HANDSHAKE, 3, 1];
        record.extend(prefixed(&message));
        record
    }

    /// What the answer so far says; `None` when it is not complete enough to tell. Warnings are passed over: some servers
    /// say in one that they do not know the server name, and go on (RFC 6066 3).
    pub fn read(&self, heard: &[u8]) -> Option<Accepted> {
        let mut heard = heard;
        while heard.first() == Some(&ALERT) {
            let length = heard.get(3..RECORD_HEAD)?;
            if length.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)) != ALERT_LENGTH {
                return Some(Accepted::No);
            }
            let (alert, rest) = heard.get(RECORD_HEAD..)?.split_at_checked(ALERT_LENGTH)?;
            if alert.first() != Some(&WARNING) || alert.get(1) == Some(&CLOSE_NOTIFY) {
                return Some(Accepted::No);
            }
            heard = rest;
        }
        match *heard.first()? {
            HANDSHAKE => {
                let hello = heard.get(RECORD_HEAD..)?;
                if hello.first()? != &SERVER_HELLO {
                    return Some(Accepted::Unknown);
                }
                let version = hello.get(4..6)?;
                let session_id = usize::from(*hello.get(TO_SESSION_ID)?);
                let at = TO_SESSION_ID + 1 + session_id;
                let suite = hello.get(at..at + 2)?;
                let suite = suite.iter().fold(0u16, |suite, octet| (suite << 8) | u16::from(*octet));
                let agreed = version == self.number() && self.suites.contains(&suite);
                Some(if agreed { Accepted::Yes } else { Accepted::No })
            }
            _ => Some(Accepted::Unknown),
        }
    }
}

/// Octets behind their length in two octets.
fn prefixed(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), octets].concat()
}

/// One extension.
fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &prefixed(data)].concat()
}

/// Server name (RFC 6066 3), curves and point formats (RFC 8422 5.1), and for TLS 1.2 signature algorithms (RFC 5246
/// 7.4.1.4.1): old servers fall back to SHA-1 without them, and new ones refuse.
fn extensions(name: &str, version: TlsVersion) -> Vec<u8> {
    let host = [&[0][..], &prefixed(name.as_bytes())].concat();
    let mut all = extension(0, &prefixed(&host));
    all.extend(extension(10, &prefixed(&[0, 29, 0, 23, 0, 24])));
    all.extend(extension(11, &[1, 0]));
    if version == TlsVersion::V1_2 {
        all.extend(extension(13, &prefixed(&[4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 2, 1])));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A ServerHello that agrees on a version and a suite.
    fn agrees(version: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
        let mut body = version.to_vec();
        body.extend([7; 32]);
        body.extend([0, suite[0], suite[1], 0]);
        let mut record = vec![HANDSHAKE, 3, 1, 0, 42, SERVER_HELLO, 0, 0, 38];
        record.extend(body);
        record
    }

    #[test]
    fn answers_are_told_apart() {
        let hello = Hello::version(TlsVersion::V1_0);
        assert_eq!(hello.read(&agrees([3, 1], [0, 0x2f])), Some(Accepted::Yes));
        assert_eq!(hello.read(&agrees([3, 3], [0, 0x2f])), Some(Accepted::No), "another version");
        assert_eq!(hello.read(&agrees([3, 1], [0x13, 1])), Some(Accepted::No), "a suite that was not offered");
        assert_eq!(hello.read(&[ALERT, 3, 1, 0, 2, 2, 70]), Some(Accepted::No));
        let warning = [ALERT, 3, 1, 0, 2, WARNING, 112];
        assert_eq!(hello.read(&warning), None);
        assert_eq!(hello.read(&[&warning[..], &agrees([3, 1], [0, 0x2f])].concat()), Some(Accepted::Yes), "it goes on");
        assert_eq!(hello.read(&[ALERT, 3, 1, 0, 2, WARNING, CLOSE_NOTIFY]), Some(Accepted::No));
        assert_eq!(hello.read(&[ALERT, 3, 1, 0, 0]), Some(Accepted::No));
        assert_eq!(hello.read(b"500 what"), Some(Accepted::Unknown));
        assert_eq!(hello.read(&[HANDSHAKE, 3, 1]), None);
        assert_eq!(Hello::weak().read(&agrees([3, 3], [0, 5])), Some(Accepted::Yes));
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Hello::weak().read(&bytes);
        }
    }
}
