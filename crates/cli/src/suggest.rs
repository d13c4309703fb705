//! "Did you mean": the known word closest to one that is not known.

/// The known word closest to `word`, if any is close: a third of its letters may differ.
pub(crate) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |candidate: &'a str| (distance(word, candidate), candidate);
    let (best, candidate) = known.into_iter().map(near).min()?;
    (best <= (word.chars().count() / 3).max(1)).then_some(candidate)
}

/// ` (did you mean …?)`, or nothing.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    closest(word, known).map(|found| format!(" (did you mean {found}?)")).unwrap_or_default()
}

/// Letters to insert, delete or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (to, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, expected) in [("", "abc", 3), ("kitten", "sitting", 3), ("ptr", "ptr", 0), ("abc", "", 3)] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["ptr-missing", "ptr-multiple", "fcrdns-mismatch"];
        assert_eq!(closest("ptr-mising", known), Some("ptr-missing"));
        assert_eq!(closest("fcrdns-missmatch", known), Some("fcrdns-mismatch"));
        assert_eq!(closest("something", known), None);
    }
}
