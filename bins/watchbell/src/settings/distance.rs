//! How unlike two names are.

/// How many letters must change to make `a` into `b` (Levenshtein).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (place, from) in a.chars().enumerate() {
        let mut diagonal = place;
        let mut left = place.saturating_add(1);
        for (cell, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let changed = diagonal.saturating_add(usize::from(from != to));
            diagonal = *cell;
            left = changed.min(left.saturating_add(1)).min(diagonal.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = place.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_letters_that_change() {
        for (a, b, steps) in
            [("", "", 0), ("", "ab", 2), ("databse", "database", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(a, b), steps, "{a} {b}");
            assert_eq!(distance(b, a), steps, "{b} {a}");
        }
    }
}
