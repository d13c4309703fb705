//! License expressions: SPDX 2.3 annex D, and the older form `MIT/Apache-2.0`.
//!
//! `OR` gives us the choice, so one allowed side is enough; `AND` binds tighter and needs both.

use std::iter::Peekable;
use std::vec::IntoIter;

use anyhow::{Result, bail, ensure};

/// Licenses whose terms we can meet for a binary under MIT OR Apache-2.0.
const ALLOWED: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Whether the expression can be satisfied with allowed licenses alone.
pub(super) fn allowed(expression: &str) -> Result<bool> {
    let mut tokens = tokens(expression).into_iter().peekable();
    let result = either(&mut tokens)?;
    if let Some(token) = tokens.next() {
        bail!("`{token}` is one too many in `{expression}`");
    }
    Ok(result)
}

/// The words, parentheses and slashes of an expression.
fn tokens(expression: &str) -> Vec<String> {
    let mut spaced = expression.to_owned();
    for mark in ["(", ")", "/"] {
        spaced = spaced.replace(mark, &format!(" {mark} "));
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Terms joined by `OR` or `/`.
fn either(tokens: &mut Peekable<IntoIter<String>>) -> Result<bool> {
    let mut result = both(tokens)?;
    while tokens.next_if(|token| token == "OR" || token == "/").is_some() {
        result |= both(tokens)?;
    }
    Ok(result)
}

/// Terms joined by `AND`.
fn both(tokens: &mut Peekable<IntoIter<String>>) -> Result<bool> {
    let mut result = term(tokens)?;
    while tokens.next_if(|token| token == "AND").is_some() {
        result &= term(tokens)?;
    }
    Ok(result)
}

/// A license, with its exception if it has one, or an expression in parentheses.
fn term(tokens: &mut Peekable<IntoIter<String>>) -> Result<bool> {
    let mut name = word(tokens)?;
    if name == "(" {
        let result = either(tokens)?;
        let close = tokens.next();
        ensure!(close.as_deref() == Some(")"), "a `)` is missing");
        return Ok(result);
    }
    ensure!(is_name(&name), "`{name}` stands where a license should");
    if tokens.next_if(|token| token == "WITH").is_some() {
        let exception = word(tokens)?;
        ensure!(is_name(&exception), "`{exception}` stands where an exception should");
        name = format!("{name} WITH {exception}");
    }
    Ok(ALLOWED.contains(&name.as_str()))
}

/// The next token, which must be there.
fn word(tokens: &mut Peekable<IntoIter<String>>) -> Result<String> {
    match tokens.next() {
        Some(token) => Ok(token),
        None => bail!("the expression ends too early"),
    }
}

/// Whether a token is a license or exception identifier rather than an operator.
fn is_name(token: &str) -> bool {
    !matches!(token, "OR" | "AND" | "WITH") && token.chars().all(|c| c.is_ascii_alphanumeric() || "-.+:".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_evaluated() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT/Apache-2.0", true),
            ("GPL-2.0 / MIT", true),
            ("Apache-2.0 AND ISC", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND OpenSSL", false),
            // AND binds tighter than OR.
            ("MIT OR GPL-3.0-only AND OpenSSL", true),
            ("GPL-3.0-only AND MIT OR OpenSSL", false),
            ("GPL-3.0-only AND (MIT OR OpenSSL)", false),
            // An exception makes another license of it.
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH Classpath-exception-2.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", true),
            ("((MIT))", true),
        ] {
            assert_eq!(allowed(expression).unwrap(), expected, "{expression}");
        }
    }

    #[test]
    fn broken_expressions_are_errors() {
        for expression in
            ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH", "MIT WITH OR", "see LICENSE", "()"]
        {
            assert!(allowed(expression).is_err(), "{expression}");
        }
    }
}
