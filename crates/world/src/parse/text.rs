//! Lines and words: comments, quotes, escapes.

use ptrust_names::Name;

/// One word of a line, escapes still in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The text without quotes.
    pub(super) text: String,
    /// Whether any part of it stood in quotes.
    pub(super) quoted: bool,
}

impl Word {
    /// Whether the word is this bare text.
    pub(super) fn is(&self, text: &str) -> bool {
        !self.quoted && self.text == text
    }
}

/// Splits a line into words, up to its comment.
pub(super) fn words(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut in_quotes = false;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                in_quotes = !in_quotes;
                word.get_or_insert_with(empty).quoted = true;
            }
            '\\' => {
                let text = &mut word.get_or_insert_with(empty).text;
                text.push('\\');
                text.extend(chars.next());
            }
            _ if in_quotes => word.get_or_insert_with(empty).text.push(c),
            ';' => break,
            '(' | ')' => {
                return Err("parentheses are not supported: write the record on one line".into());
            }
            _ if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_with(empty).text.push(c),
        }
    }
    if in_quotes {
        return Err("a quote is not closed".into());
    }
    words.extend(word);
    Ok(words)
}

/// A word with nothing in it yet.
const fn empty() -> Word {
    Word { text: String::new(), quoted: false }
}

/// What follows the first `skip` words of a line, up to its comment, as it stands: for greetings.
pub(super) fn rest(line: &str, skip: usize) -> &str {
    let mut rest = line.trim();
    for _ in 0..skip {
        rest = rest.find(char::is_whitespace).map_or("", |at| rest.split_at(at).1.trim_start());
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if c == ';' && !escaped {
            return rest.split_at(at).0.trim_end();
        }
        escaped = c == '\\' && !escaped;
    }
    rest
}

/// Resolves `\DDD` and `\x` into octets.
pub(super) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let bad = || format!("a backslash starts no escape in {text:?}");
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let first = bytes.next().ok_or_else(bad)?;
        if !first.is_ascii_digit() {
            out.push(first);
            continue;
        }
        let mut value = u32::from(first - b'0');
        for _ in 0..2 {
            let digit = bytes.next().filter(u8::is_ascii_digit).ok_or_else(bad)?;
            value = value * 10 + u32::from(digit - b'0');
        }
        out.push(u8::try_from(value).map_err(|_| bad())?);
    }
    Ok(out)
}

/// A name that is always absolute, with or without its trailing dot.
pub(super) fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|error| format!("{text:?} is not a name: {error}"))
}

/// A name as in zone files: `@` is the origin, and without a trailing dot it is relative to it.
pub(super) fn relative(word: &Word, origin: &Name) -> Result<Name, String> {
    let text = &word.text;
    if word.is("@") {
        return Ok(origin.clone());
    }
    let body = text.strip_suffix('.');
    let escapes = body.map_or(0, |body| body.bytes().rev().take_while(|b| *b == b'\\').count());
    let parsed = name(text)?;
    if body.is_some() && escapes.is_multiple_of(2) {
        return Ok(parsed);
    }
    Name::from_labels(parsed.labels().chain(origin.labels()))
        .map_err(|error| format!("{text:?} below {origin} is not a name: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let words = words(line).expect("words");
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_keep_quotes_together_and_drop_comments() {
        assert_eq!(texts(r#"a  "b ; c"d \; ; e"#), ["a", "b ; cd", "\\;"]);
        assert_eq!(texts(r#"holder="Example BV" """#), ["holder=Example BV", ""]);
        assert!(words("a \"b").is_err() && words("a ( b").is_err());
    }

    #[test]
    fn rest_keeps_spaces() {
        let line = "smtp 192.0.2.1  220 mail  ESMTP \\; x ; comment";
        assert_eq!(rest(line, 2), "220 mail  ESMTP \\; x");
        assert_eq!(rest("a", 2), "");
    }

    #[test]
    fn names_are_relative_without_the_dot() {
        let origin: Name = "example.com".parse().expect("a name");
        let read = |text: &str| {
            let word = Word { text: text.into(), quoted: false };
            relative(&word, &origin).map(|name| name.to_string())
        };
        assert_eq!(read("mail").as_deref(), Ok("mail.example.com"));
        assert_eq!(read("mail.").as_deref(), Ok("mail"));
        assert_eq!(read("mail\\.").as_deref(), Ok("mail\\..example.com"));
        assert_eq!(read("@").as_deref(), Ok("example.com"));
        assert!(read("a..b").is_err());
    }
}
