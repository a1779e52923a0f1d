//! What restricts a list of records, as it stands in its address.

use watchbell_web::page::{Choice, Filter, FilterKind};
use watchbell_web::text as t;

use crate::query::Query;
use crate::ui::deliveries::{Minute, read};

/// What an address asks for: names with their texts.
pub(in crate::ui) struct Asked {
    path: String,
    texts: Vec<(&'static str, String)>,
}

impl Asked {
    /// What is asked for of `names` at the list at `path`.
    pub(in crate::ui) fn new(path: String, query: &mut Query, names: &[&'static str]) -> Self {
        let mut one = |name: &&'static str| {
            let text = query.one::<String>(name, t::WANT_TEXT).unwrap_or_default();
            (*name, text.trim().to_owned())
        };
        Self { path, texts: names.iter().map(&mut one).collect() }
    }

    /// What is asked for by this name; empty: anything.
    pub(in crate::ui) fn text(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, text)| text)
    }

    /// What that stands for; nothing where it is empty, or wrong, which is noted.
    pub(in crate::ui) fn value<T: std::str::FromStr>(
        &self,
        query: &mut Query,
        name: &str,
        expected: &str,
    ) -> Option<T> {
        read(query, name, expected, self.text(name))
    }

    /// The minute that is asked for.
    pub(in crate::ui) fn minute(
        &self,
        query: &mut Query,
        name: &str,
    ) -> Option<watchbell_model::Timestamp> {
        self.value::<Minute>(query, name, t::WANT_MINUTE).map(|minute| minute.0)
    }

    /// Whether nothing is asked for.
    pub(in crate::ui) fn is_clear(&self) -> bool {
        self.texts.iter().all(|(_, text)| text.is_empty())
    }

    /// The list as it is asked for, from `cursor` on.
    pub(in crate::ui) fn address(&self, cursor: Option<String>) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, text) in self.texts.iter().filter(|(_, text)| !text.is_empty()) {
            out.append_pair(name, text);
        }
        if let Some(cursor) = cursor {
            out.append_pair("cursor", &cursor);
        }
        let query = out.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// One of these, or any: values and names.
    pub(in crate::ui) fn one_of(
        &self,
        name: &'static str,
        label: &'static str,
        all: impl IntoIterator<Item = (String, String)>,
    ) -> Filter {
        let chosen = self.text(name);
        let any = (String::new(), t::ANY.to_owned());
        let choice =
            |(value, name): (String, String)| Choice { is_chosen: value == chosen, value, name };
        let mut choices: Vec<_> = std::iter::once(any).chain(all).map(choice).collect();
        // A name of another form is kept to be seen.
        if !choices.iter().any(|choice| choice.is_chosen) {
            let (value, name) = (chosen.to_owned(), chosen.to_owned());
            choices.push(Choice { value, name, is_chosen: true });
        }
        Filter { name, label, kind: FilterKind::One(choices) }
    }

    /// Anything that can be written.
    pub(in crate::ui) fn written(&self, name: &'static str, label: &'static str) -> Filter {
        Filter { name, label, kind: FilterKind::Text(self.text(name).to_owned()) }
    }

    /// From when on, and until when.
    pub(in crate::ui) fn between(&self) -> [Filter; 2] {
        let minute = |name, label| Filter {
            name,
            label,
            kind: FilterKind::Minute(self.text(name).to_owned()),
        };
        [minute("from", t::FROM_UTC), minute("until", t::UNTIL_UTC)]
    }
}
