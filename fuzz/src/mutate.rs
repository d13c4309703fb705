//! A small mutator, so that stable Rust and CI can try inputs that nobody wrote. The same seed gives the same inputs.

use std::io;
use std::path::{Path, PathBuf};

/// Octets of a mutated input at most; longer ones are slow and find no more.
const MAX_INPUT: usize = 16 * 1024;
/// Changes made to one input at most.
const MAX_CHANGES: usize = 6;
/// Octets that are edges of something: lengths, pointers, text.
const EDGES: [u8; 16] = [0, 1, 12, 0x20, b'"', b'-', b'.', b'\\', b'\n', 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

/// Where a target's corpus lies.
pub fn corpus_folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// A target's seeds.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// Names of the files and what they hold, in the order of their names.
    pub seeds: Vec<(String, Vec<u8>)>,
}

impl Corpus {
    /// Reads the corpus of a target.
    ///
    /// # Errors
    /// When its folder or a file in it cannot be read.
    pub fn read(target: &str) -> io::Result<Self> {
        let mut seeds = Vec::new();
        for entry in std::fs::read_dir(corpus_folder(target))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            seeds.push((name, std::fs::read(entry.path())?));
        }
        seeds.sort();
        Ok(Self { seeds })
    }
}

/// Makes inputs out of seeds.
#[derive(Clone, Debug)]
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    /// Words of the seeds, which text needs to get anywhere.
    words: Vec<Vec<u8>>,
    state: u64,
}

impl Mutator {
    /// A mutator of a corpus.
    pub fn new(corpus: &Corpus, seed: u64) -> Self {
        let seeds: Vec<Vec<u8>> = corpus.seeds.iter().map(|(_, seed)| seed.clone()).collect();
        let words = seeds
            .iter()
            .flat_map(|seed| seed.split(|byte| !byte.is_ascii_graphic()))
            .filter(|word| word.len() > 1 && word.len() < 64)
            .map(<[u8]>::to_vec)
            .collect();
        Self { seeds, words, state: seed | 1 }
    }

    /// The next input.
    pub fn next_input(&mut self) -> Vec<u8> {
        let pick = self.below(self.seeds.len());
        let mut input = self.seeds.get(pick).cloned().unwrap_or_default();
        for _ in 0..=self.below(MAX_CHANGES) {
            self.change(&mut input);
        }
        input.truncate(MAX_INPUT);
        input
    }

    /// One change.
    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let length = 1 + self.below(16);
        let end = input.len().min(at + length);
        match self.below(9) {
            0 => {
                let bit = self.below(8);
                if let Some(octet) = input.get_mut(at) {
                    *octet ^= 1 << bit;
                }
            }
            1 => {
                let edge = EDGES[self.below(EDGES.len())];
                if let Some(octet) = input.get_mut(at) {
                    *octet = edge;
                }
            }
            2 => {
                let random = self.random().to_le_bytes();
                let octets = random.into_iter().take(length);
                input.splice(at..end, octets);
            }
            3 => drop(input.drain(at..end)),
            4 => {
                let copy = input.get(at..end).unwrap_or_default().to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            5 => {
                // Many of one kind.
                let copy = input.get(at..end).unwrap_or_default().to_vec();
                let times = self.below(64);
                input.splice(at..at, copy.repeat(times));
            }
            6 => {
                let pick = self.below(self.words.len());
                let word = self.words.get(pick).cloned().unwrap_or_default();
                input.splice(at..end, word);
            }
            7 => {
                let pick = self.below(self.seeds.len());
                let other = self.seeds.get(pick).cloned().unwrap_or_default();
                let from = self.below(other.len() + 1);
                let tail = other.get(from..).unwrap_or_default();
                input.truncate(at);
                input.extend_from_slice(tail);
            }
            _ => input.truncate(at),
        }
    }

    /// The next random number (xorshift64*).
    fn random(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A random number below a bound; zero when there is none.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from((self.random() >> 11) % bound).unwrap_or(0)
    }
}
