//! Text from the network, made safe for every output.

/// Escapes text that came from outside: control characters, line separators and direction marks become RFC 1035 style
/// `\DDD` escapes (of each UTF-8 byte), other characters stay. A backslash stays as it is, since the text is for
/// reading and is never parsed again.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                push_ddd(&mut out, byte);
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, and characters that reorder or hide text around them (Unicode TR 36).
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Appends the byte as `\DDD` (RFC 1035 5.1).
pub(crate) fn push_ddd(out: &mut String, byte: u8) {
    out.push('\\');
    for digit in [byte / 100, byte / 10 % 10, byte % 10] {
        out.push(char::from(b'0' + digit));
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn control_and_direction_characters_are_escaped() {
        assert_eq!(escape("a\x1b[31mb"), "a\\027[31mb");
        assert_eq!(escape("a\u{202e}b"), "a\\226\\128\\174b");
        assert_eq!(escape("Škoda\n"), "Škoda\\010");
    }
}
