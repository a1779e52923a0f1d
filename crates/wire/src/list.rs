//! Lists of bounded length.

use crate::{IgnoredAny, Lenient, SeqAccess, Shape};

/// A list of which at most `MAX` entries are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize> {
    /// The first `MAX`.
    pub entries: Vec<Lenient<T>>,
    /// How many there are.
    pub found: usize,
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self { entries: Vec::new(), found: 0 }
    }
}

impl<'de, T: Shape<'de>, const MAX: usize> Shape<'de> for List<T, MAX> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MAX {
            match seq.next_element()? {
                Some(entry) => entries.push(entry),
                None => return Ok(Lenient::Is(Self { found: entries.len(), entries })),
            }
        }
        let mut found = entries.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            found = found.saturating_add(1);
        }
        Ok(Lenient::Is(Self { entries, found }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Text;

    #[test]
    fn what_is_beyond_is_counted_only() {
        let check = |json: &str, expected: &[&str], found: usize| {
            let list: Lenient<List<Text<'_>, 2>> = serde_json::from_str(json).unwrap();
            let list = list.ok().unwrap();
            let kept: Vec<_> =
                list.entries.iter().filter_map(|entry| Some(&*entry.get()?.0)).collect();
            assert_eq!((&kept[..], list.found), (expected, found), "{json}");
        };
        check("[]", &[], 0);
        check(r#"["a"]"#, &["a"], 1);
        check(r#"["a",1]"#, &["a", "1"], 2);
        check(r#"["a",null,{"b":[]},4]"#, &["a"], 4);
    }
}
