//! Titles, descriptions and names.

use std::borrow::Cow;

use watchbell_model::{Alert, Timestamp, clean_opt};
use watchbell_wire::{Lenient, Text, Warnings, epoch_seconds, iso8601};

use crate::wire::{Metadata, Project};

/// The most characters of names such as a project's.
pub(crate) const MAX_NAME_CHARS: usize = 255;

/// What Sentry writes where there is no title.
const PLACEHOLDERS: [&str; 2] = ["<untitled>", "<unlabeled event>"];

/// Reads the fields of one object, and warns of those that have a wrong type.
#[derive(Debug)]
pub(crate) struct Fields<'w> {
    /// Where the object stands; empty for the body itself.
    path: &'static str,
    warnings: &'w mut Warnings,
}

impl<'w> Fields<'w> {
    pub(crate) const fn new(path: &'static str, warnings: &'w mut Warnings) -> Self {
        Self { path, warnings }
    }

    /// The text of a field, trimmed; none if it is absent, blank or of a wrong type.
    pub(crate) fn text<'t>(&mut self, value: &'t Lenient<Text<'_>>, name: &str) -> Option<&'t str> {
        self.warn(value, name, "a text");
        text(value)
    }

    /// The moment in a field, in one of the two forms that Sentry writes.
    pub(crate) fn moment(&mut self, value: &Lenient<Text<'_>>, name: &str) -> Option<Timestamp> {
        let written = self.text(value, name)?;
        let at = iso8601(written).or_else(|| epoch_seconds(written));
        if at.is_none() {
            let path = self.path;
            self.warnings.add(|| format!("{} is not a time: not used", joined(path, name)));
        }
        at
    }

    /// The object or list in a field.
    pub(crate) fn part<'t, T>(
        &mut self,
        value: &'t Lenient<T>,
        name: &str,
        expected: &str,
    ) -> Option<&'t T> {
        self.warn(value, name, expected);
        value.get()
    }

    fn warn<T>(&mut self, value: &Lenient<T>, name: &str, expected: &str) {
        let path = self.path;
        if let Lenient::Odd(kind) = value {
            self.warnings
                .add(|| format!("{} is {kind}, not {expected}: not used", joined(path, name)));
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The text of a field that nobody would miss.
pub(crate) fn text<'t>(value: &'t Lenient<Text<'_>>) -> Option<&'t str> {
    value.get().and_then(Text::trimmed)
}

/// A short text made fit to keep.
pub(crate) fn name(text: Option<&str>) -> Option<String> {
    clean_opt(text, MAX_NAME_CHARS)
}

/// What an issue or event can be called by.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Words<'a> {
    /// What Sentry calls the issue.
    pub(crate) issue_title: Option<&'a str>,
    pub(crate) title: Option<&'a str>,
    pub(crate) error_kind: Option<&'a str>,
    pub(crate) error_value: Option<&'a str>,
    pub(crate) metadata_title: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    pub(crate) subtitle: Option<&'a str>,
    pub(crate) culprit: Option<&'a str>,
}

impl<'a> Words<'a> {
    /// With what stands in `metadata`.
    pub(crate) fn with_metadata(self, metadata: Option<&'a Metadata<'_>>) -> Self {
        let Some(Metadata { kind, value, title }) = metadata else {
            return self;
        };
        Self {
            error_kind: text(kind),
            error_value: text(value),
            metadata_title: text(title),
            ..self
        }
    }

    /// The first of them that says something.
    pub(crate) fn title(&self) -> Option<Cow<'a, str>> {
        let real = |title: &&str| !PLACEHOLDERS.contains(title);
        let Self { issue_title, title, metadata_title, message, culprit, .. } = *self;
        issue_title
            .filter(real)
            .or(title.filter(real))
            .map(Cow::Borrowed)
            .or_else(|| self.error())
            .or_else(|| {
                let rest = metadata_title.filter(real).or(message).or(culprit);
                rest.map(Cow::Borrowed)
            })
    }

    /// `{type}: {value}`, then the culprit.
    pub(crate) fn description(&self) -> Option<String> {
        let first = self.error().or(self.subtitle.map(Cow::Borrowed));
        let culprit = self.culprit.map(|culprit| format!("Culprit: {culprit}"));
        let text = match (first, culprit) {
            (Some(first), Some(culprit)) => format!("{first}\n{culprit}"),
            (Some(first), None) => first.into_owned(),
            (None, Some(culprit)) => culprit,
            (None, None) => return None,
        };
        clean_opt(Some(text), Alert::MAX_DESCRIPTION_CHARS)
    }

    fn error(&self) -> Option<Cow<'a, str>> {
        match (self.error_kind, self.error_value) {
            (Some(kind), Some(value)) => Some(Cow::Owned(format!("{kind}: {value}"))),
            (Some(text), None) | (None, Some(text)) => Some(Cow::Borrowed(text)),
            (None, None) => None,
        }
    }
}

/// What a project is called.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ProjectNames<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) slug: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
}

impl<'a> ProjectNames<'a> {
    pub(crate) fn of(project: &'a Lenient<Project<'_>>) -> Self {
        let Some(Project { id, name, slug }) = project.get() else {
            return Self::default();
        };
        Self { name: text(name), slug: text(slug), id: text(id) }
    }

    /// Its own names, and another's where it has none.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            slug: self.slug.or(other.slug),
            id: self.id.or(other.id),
        }
    }

    /// What it is known by: the slug, which mappings are made with.
    pub(crate) fn key(&self) -> Option<&'a str> {
        self.slug.or(self.name).or(self.id)
    }

    /// The source's name for people.
    pub(crate) fn source(&self) -> Option<String> {
        match self.name.or(self.slug) {
            Some(name) => clean_opt(Some(format!("Sentry - {name}")), MAX_NAME_CHARS),
            None => Some("Sentry".to_owned()),
        }
    }
}
