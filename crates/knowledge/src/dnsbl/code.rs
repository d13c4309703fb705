//! Return codes of lists, as the table writes them.

use serde::Deserialize;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// A return code, or several: `127.0.0.2`, `127.0.0.10-12`, `127.0.x.1`, `127.0.0.0/24`, or `bit 4` of the last octet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Code {
    /// A bit of the last octet; the answer is below 127.0.0.
    Bit(u8),
    /// Each octet within its bounds.
    Octets([(u8, u8); 4]),
}

/// The text is no return code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no return code")]
pub struct NotCode(String);

impl Code {
    /// Whether an answer is one of these.
    pub fn fits(&self, answer: Ipv4Addr) -> bool {
        let octets = answer.octets();
        match self {
            Self::Bit(bit) => matches!(octets, [127, 0, 0, last] if last & bit != 0),
            Self::Octets(bounds) => octets.iter().zip(bounds).all(|(octet, (low, high))| (low..=high).contains(&octet)),
        }
    }
}

impl FromStr for Code {
    type Err = NotCode;

    fn from_str(text: &str) -> Result<Self, NotCode> {
        let wrong = || NotCode(text.to_owned());
        if let Some(bit) = text.strip_prefix("bit ") {
            let bit = bit.parse().ok().filter(|bit: &u8| bit.is_power_of_two());
            return bit.map(Self::Bit).ok_or_else(wrong);
        }
        let (octets, whole) = text.strip_suffix("/24").map_or((text, false), |octets| (octets, true));
        let octet = |part: &str| match part.split_once('-') {
            None if part == "x" => Some((0, u8::MAX)),
            None => part.parse().ok().map(|value: u8| (value, value)),
            Some((low, high)) => Some((low.parse().ok()?, high.parse().ok()?)).filter(|(low, high)| low <= high),
        };
        let bounds: Vec<(u8, u8)> = octets.split('.').map(octet).collect::<Option<_>>().ok_or_else(wrong)?;
        let mut bounds: [(u8, u8); 4] = bounds.try_into().map_err(|_| wrong())?;
        if whole {
            bounds[3] = (0, u8::MAX);
        }
        Ok(Self::Octets(bounds))
    }
}

impl TryFrom<String> for Code {
    type Error = NotCode;

    fn try_from(text: String) -> Result<Self, NotCode> {
        text.parse()
    }
}
