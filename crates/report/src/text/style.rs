//! Styles: what color adds to the words.

/// How a stretch of text looks on a terminal with color. Without color all are plain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// As the terminal has it.
    #[default]
    Plain,
    /// What the line is about.
    Strong,
    /// Secondary: sources, counts, references.
    Dim,
    /// Broken.
    Error,
    /// Suffers.
    Warning,
    /// Worth knowing.
    Notice,
    /// Sound.
    Good,
}

impl Style {
    /// The SGR parameters (ECMA-48 8.3.117); empty for plain.
    pub(crate) const fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Dim => "2",
            Self::Error => "1;31",
            Self::Warning => "33",
            Self::Notice => "36",
            Self::Good => "32",
        }
    }
}
