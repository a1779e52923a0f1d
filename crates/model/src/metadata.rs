//! Names and values around an alert.

use std::fmt;
use std::ops::Range;

use crate::text::fitted;

/// The most entries of metadata that an incident keeps.
pub const MAX_METADATA_KEYS: usize = 50;

/// Names and values around an alert, sorted by name, at most [`MAX_METADATA_KEYS`].
///
/// All are in one text: an alert has a dozen, and a text of its own for each name and each value
/// was a good part of what reading a large group of alerts cost.
#[derive(Clone, Default)]
pub struct Metadata {
    text: String,
    /// Sorted by name, each name once.
    entries: Vec<Entry>,
}

/// Where an entry is: its name, and its value behind it.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    name: usize,
    value: usize,
}

impl Entry {
    fn name_in(self, text: &str) -> &str {
        text.get(self.start..self.start + self.name).unwrap_or_default()
    }

    fn value(self) -> Range<usize> {
        let start = self.start + self.name;
        start..start + self.value
    }

    fn value_in(self, text: &str) -> &str {
        text.get(self.value()).unwrap_or_default()
    }
}

impl Metadata {
    /// The most characters of a name.
    pub const MAX_NAME_CHARS: usize = 64;
    /// The most characters of a value.
    pub const MAX_VALUE_CHARS: usize = 1_000;

    /// No metadata.
    pub const fn new() -> Self {
        Self { text: String::new(), entries: Vec::new() }
    }

    /// Adds an entry, cut to the limits. A name that is there gets the new value; a further name
    /// beyond the limit is left out.
    pub fn insert(&mut self, name: &str, value: &str) {
        let has_room = self.len() < MAX_METADATA_KEYS;
        if !name.is_empty() && (has_room || self.get(&fitted(name, Self::MAX_NAME_CHARS)).is_some())
        {
            self.set(name, value);
        }
    }

    /// As [`insert`](Self::insert), but a name that is there keeps its value.
    pub fn insert_new(&mut self, name: &str, value: &str) {
        if self.get(&fitted(name, Self::MAX_NAME_CHARS)).is_none() {
            self.insert(name, value);
        }
    }

    /// All `entries` at once, each cut to the limits. Of a name that is there twice the last one
    /// counts; those beyond the limit are left out.
    ///
    /// ```
    /// use watchbell_model::Metadata;
    /// let metadata = Metadata::of([("zone", "eu"), ("", "x"), ("host", "a")].into_iter());
    /// assert_eq!(metadata.iter().collect::<Vec<_>>(), [("host", "a"), ("zone", "eu")]);
    /// ```
    pub fn of<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        // With room for some more that are known beside them.
        let expected = entries.size_hint().0.saturating_add(4).min(MAX_METADATA_KEYS);
        let text = String::with_capacity(expected.saturating_mul(32));
        let mut metadata = Self { text, entries: Vec::with_capacity(expected) };
        let fits = entries.filter(|(name, _)| !name.is_empty()).take(MAX_METADATA_KEYS);
        fits.for_each(|(name, value)| metadata.set(name, value));
        metadata
    }

    /// Unites with `newer`, whose values win; beyond the limit older entries give way. Says whether
    /// anything changed.
    pub fn merge(&mut self, newer: &Self) -> bool {
        let mut changed = false;
        for (name, value) in newer.iter() {
            if self.get(name) != Some(value) {
                self.set(name, value);
                changed = true;
            }
        }
        while self.len() > MAX_METADATA_KEYS {
            let oldest = self.iter().position(|(name, _)| newer.get(name).is_none());
            let Some(oldest) = oldest else { break };
            let removed = self.entries.remove(oldest);
            self.splice(removed.start..removed.value().end, "");
        }
        changed
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        // One after the other: few are of the same length, and only those are compared.
        let mut entries = self.entries.iter().filter(|entry| entry.name == name.len());
        let entry = entries.find(|entry| entry.name_in(&self.text) == name)?;
        Some(entry.value_in(&self.text))
    }

    /// The entries, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.entries.iter().map(|entry| (entry.name_in(&self.text), entry.value_in(&self.text)))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry or changes its value, whatever the number of entries.
    fn set(&mut self, name: &str, value: &str) {
        let name = &*fitted(name, Self::MAX_NAME_CHARS);
        let value = &*fitted(value, Self::MAX_VALUE_CHARS);
        // Most senders sort by name: then each comes last.
        let is_last = self.entries.last().is_none_or(|last| last.name_in(&self.text) < name);
        let place = if is_last { Err(self.entries.len()) } else { self.place(name) };
        match place {
            Err(place) => {
                let start = self.text.len();
                self.text.push_str(name);
                self.text.push_str(value);
                self.entries.insert(place, Entry { start, name: name.len(), value: value.len() });
            }
            Ok(place) => {
                if let Some(entry) = self.entries.get_mut(place) {
                    let old = entry.value();
                    entry.value = value.len();
                    self.splice(old, value);
                }
            }
        }
    }

    /// Puts `with` into the place of a part of the text; what stands behind it moves.
    fn splice(&mut self, part: Range<usize>, with: &str) {
        for entry in self.entries.iter_mut().filter(|entry| entry.start >= part.end) {
            entry.start = entry.start - part.len() + with.len();
        }
        self.text.replace_range(part, with);
    }

    /// Where `name` is, or else belongs.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.name_in(&self.text).cmp(name))
    }
}

impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Metadata {}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::cut;

    #[test]
    fn metadata_unites_and_stays_bounded() {
        let mut old = Metadata::new();
        for n in 0..MAX_METADATA_KEYS {
            old.insert(&format!("old{n:02}"), "1");
        }
        old.insert("one too many", "1");
        assert_eq!(old.len(), MAX_METADATA_KEYS);
        let mut newer = Metadata::new();
        newer.insert("new", "2");
        newer.insert("old07", "2");
        assert!(old.merge(&newer));
        assert_eq!(old.len(), MAX_METADATA_KEYS);
        assert_eq!((old.get("new"), old.get("old07")), (Some("2"), Some("2")));
        assert!(!old.merge(&newer));
    }

    #[test]
    fn of_a_name_that_is_there_twice_the_last_one_counts() {
        let check = |entries: &[(&str, &str)], expected: &[(&str, &str)]| {
            let metadata = Metadata::of(entries.iter().copied());
            assert_eq!(metadata.iter().collect::<Vec<_>>(), expected);
        };
        check(&[("a", "1"), ("b", "2"), ("a", "3")], &[("a", "3"), ("b", "2")]);
        check(
            &[("c", "1"), ("a", "2"), ("b", "3"), ("c", "4")],
            &[("a", "2"), ("b", "3"), ("c", "4")],
        );
        check(&[("a", "1"), ("a", "2")], &[("a", "2")]);
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(
            steps in collection::vec((0_u8..4, "[a-c\u{0}ä]{0,3}", "[x\u{0}ü]{0,6}"), 0..40)
        ) {
            let mut metadata = Metadata::new();
            let mut map = BTreeMap::new();
            for (kind, name, value) in steps {
                let kept = (cut(&name, Metadata::MAX_NAME_CHARS), cut(&value, Metadata::MAX_VALUE_CHARS));
                if kind == 1 {
                    let is_new = !name.is_empty() && !map.contains_key(&kept.0);
                    metadata.insert_new(&name, &value);
                    if !is_new {
                        continue;
                    }
                } else if kind == 0 {
                    let changes = !name.is_empty() && map.get(&kept.0) != Some(&kept.1);
                    prop_assert_eq!(metadata.merge(&Metadata::of([(&*name, &*value)].into_iter())), changes);
                } else {
                    metadata.insert(&name, &value);
                }
                if !name.is_empty() {
                    map.insert(kept.0, kept.1);
                }
                let expected: Vec<_> = map.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                prop_assert_eq!(metadata.iter().collect::<Vec<_>>(), expected);
                prop_assert!(map.iter().all(|(name, value)| metadata.get(name) == Some(value)));
                // Nothing that was replaced stays.
                let length: usize = metadata.iter().map(|(n, v)| n.len() + v.len()).sum();
                prop_assert_eq!(metadata.text.len(), length);
            }
        }
    }
}
