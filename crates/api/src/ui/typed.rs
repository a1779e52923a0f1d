//! What somebody typed into a form that was refused, so that nobody types it twice.

use actix_web::http::StatusCode;
use watchbell_web::page::{Choice, Field, Form, Kind, is_written};

/// Whether a page that is answered with this status shows a form as it was typed. Where somebody else
/// changed meanwhile what the form is about, it shows how that is now: sent again as it was typed, the
/// form would undo it.
pub(super) fn is_kept(status: StatusCode) -> bool {
    !status.is_success() && status != StatusCode::PRECONDITION_FAILED
}

/// Chooses `wanted`, be it nothing. What cannot be chosen any more leaves it as it is; but where one is
/// written, it stays as it was written: a key of another kind, or one that is to be mended.
pub(super) fn choose(choices: &mut Vec<Choice>, wanted: &str) {
    let is_known = wanted.is_empty() || choices.iter().any(|one| one.value == wanted);
    if !is_known && !is_written(choices) {
        return;
    }
    for one in choices.iter_mut() {
        one.is_chosen = one.value == wanted;
    }
    if !is_known {
        let (value, name) = (wanted.to_owned(), wanted.to_owned());
        choices.push(Choice { value, name, is_chosen: true });
    }
}

/// The form that was sent: where to, and its fields.
#[derive(Debug, Default)]
pub(super) struct Typed {
    action: String,
    fields: Vec<(String, String)>,
}

impl Typed {
    /// What was sent to `action`.
    pub(super) const fn new(action: String, fields: Vec<(String, String)>) -> Self {
        Self { action, fields }
    }

    /// This, if it was sent to an address that ends so.
    pub(super) fn to(&self, end: &str) -> Option<&Self> {
        Some(self).filter(|typed| typed.action.ends_with(end))
    }

    /// Everything that was typed into the fields of this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.fields.iter().filter(move |(known, _)| known == name);
        named.map(|(_, text)| text.as_str())
    }

    /// What was typed into the field of this name, if it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Puts what was typed into `text`.
    pub(super) fn put(&self, name: &str, text: &mut String) {
        if let Some(typed) = self.text(name) {
            typed.clone_into(text);
        }
    }

    /// Chooses what was chosen, be it nothing.
    pub(super) fn choose(&self, name: &str, choices: &mut Vec<Choice>) {
        if let Some(typed) = self.text(name) {
            choose(choices, typed);
        }
    }

    /// What was seen when the form was shown first stays with what was typed: what others did since is
    /// not undone by sending it once more.
    pub(super) fn keep_seen(&self, seen: &mut String) {
        self.put("seen", seen);
    }

    /// Puts what was typed into the form that was sent, where it is one of these. Secrets are typed
    /// again: no page shows them.
    pub(super) fn fill<'a>(&self, forms: impl Iterator<Item = &'a mut Form>) {
        for form in forms.filter(|form| form.action == self.action) {
            self.fill_one(form);
        }
    }

    fn fill_one(&self, form: &mut Form) {
        if let Some(seen) = &mut form.seen {
            self.keep_seen(seen);
        }
        for Field { name, kind, .. } in &mut form.fields {
            match kind {
                Kind::Line(text, _)
                | Kind::Number(text)
                | Kind::Email(text)
                | Kind::Lines(text) => self.put(name, text),
                Kind::One(choices) => self.choose(name, choices),
                Kind::Any(choices) => {
                    for one in choices {
                        one.is_chosen = self.all(name).any(|typed| typed == one.value);
                    }
                }
                Kind::Tick(is_on) => *is_on = self.text(name).is_some(),
                Kind::Secret => {}
            }
        }
    }
}
