//! Decisions taken out of fuzz bytes.

/// Reads an input over and over, so that a short one still decides a long run.
#[derive(Clone, Debug)]
pub(crate) struct Bytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    /// From the start of an input.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// From where another reader stopped.
    pub(crate) const fn resume(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where this reader is.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// The next octet; zero when there are none at all.
    pub(crate) fn octet(&mut self) -> u8 {
        let octet = self.bytes.get(self.at % self.bytes.len().max(1)).copied().unwrap_or(0);
        self.at = self.at.wrapping_add(1);
        octet
    }

    /// The next number below a bound, which is at least 1.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.octet()) % bound.max(1)
    }

    /// The next two octets.
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_be_bytes([self.octet(), self.octet()])
    }

    /// So many octets.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.octet()).collect()
    }
}
