//! A choice of one. Among many, a list of all would be most of the page: then it is a field that takes
//! a key and offers the first ones.

use std::fmt::Display;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Choice;
use crate::text as t;

/// The most that a field offers, and a list holds.
pub const MOST_OFFERED: usize = 200;

/// Whether one is written among so many, and not chosen in a list.
pub const fn is_written(choices: &[Choice]) -> bool {
    choices.len() > MOST_OFFERED
}

/// A choice of one, as it stands in a form.
#[derive(Debug, Template)]
#[template(path = "pick.html")]
pub(crate) struct Pick<'a> {
    id: String,
    name: &'a str,
    described_by: String,
    choices: &'a [Choice],
}

/// Its template escapes what others wrote.
impl HtmlSafe for Pick<'_> {}

impl<'a> Pick<'a> {
    pub(crate) fn new(id: impl Display, name: &'a str, choices: &'a [Choice]) -> Self {
        Self { id: id.to_string(), name, described_by: String::new(), choices }
    }

    /// The same with the id of what explains it.
    pub(crate) fn described_by(self, id: impl Into<String>) -> Self {
        Self { described_by: id.into(), ..self }
    }

    const fn is_long(&self) -> bool {
        is_written(self.choices)
    }

    /// Whether nothing may be chosen, too.
    fn may_be_empty(&self) -> bool {
        self.choices.iter().any(|one| one.value.is_empty())
    }

    /// What stands in the field.
    fn value(&self) -> &str {
        self.choices.iter().find(|one| one.is_chosen).map_or("", |one| &one.value)
    }

    /// What the field offers.
    fn offered(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|one| !one.value.is_empty()).take(MOST_OFFERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(count: usize) -> Vec<Choice> {
        let choice = |n: usize| Choice {
            value: format!("svc_{n}"),
            name: format!("<Shop> {n}"),
            is_chosen: n + 1 == count,
        };
        (0..count).map(choice).collect()
    }

    #[test]
    fn among_many_one_is_written_and_a_bounded_number_offered() {
        let few = choices(MOST_OFFERED);
        let list = Pick::new("service", "service", &few).described_by("help").to_string();
        assert!(
            list.starts_with("<select id=\"service\" name=\"service\" aria-describedby=\"help\">")
        );
        assert_eq!(list.matches("<option").count(), MOST_OFFERED);
        assert!(list.contains("<option value=\"svc_199\" selected>") && !list.contains("<Shop>"));
        let mut many = choices(10_000);
        let field = Pick::new("service", "service", &many).to_string();
        assert!(
            field.contains("list=\"service-offers\"") && field.contains(" required"),
            "{field}"
        );
        assert!(field.contains("value=\"svc_9999\""), "what is chosen stands there: {field}");
        assert_eq!(field.matches("<option").count(), MOST_OFFERED);
        assert!(!field.contains("<Shop>") && field.len() < 20_000, "{}", field.len());
        many.insert(0, Choice { value: String::new(), name: "any".to_owned(), is_chosen: false });
        let field = Pick::new("service", "service", &many).to_string();
        assert!(!field.contains(" required") && !field.contains("value=\"\">any"), "{field}");
    }
}
