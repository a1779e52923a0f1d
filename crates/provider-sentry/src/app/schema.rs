//! The form of the JSON, in the order of fields that people know it in.

use serde::Serialize;

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Schema {
    pub(super) elements: Vec<Element>,
}

/// One thing that the app adds to Sentry's pages. At most one of each kind.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Element {
    Action(Action),
    IssueLink(IssueLink),
}

/// An action for alert rules.
#[derive(Debug, Serialize)]
pub(super) struct Action {
    pub(super) uri: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) settings: Settings,
}

/// What a rule chooses for the action.
#[derive(Debug, Serialize)]
pub(super) struct Settings {
    pub(super) uri: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// At most 140 characters.
    pub(super) description: &'static str,
    pub(super) required_fields: Vec<Field>,
    /// Left out if empty, since Sentry takes no empty list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) optional_fields: Vec<Field>,
}

/// Links of issues with incidents. Sentry wants both forms or none.
#[derive(Debug, Serialize)]
pub(super) struct IssueLink {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) link: Form,
    pub(super) create: Form,
}

/// One form.
#[derive(Debug, Serialize)]
pub(super) struct Form {
    pub(super) uri: String,
    pub(super) required_fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) optional_fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    label: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<[String; 2]>,
    /// Where the options come from, instead of a list here.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    /// Whether nothing is asked before somebody types. Without it, Sentry asks whenever it shows
    /// the page, and hides the whole element if that fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    skip_load_on_open: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
}

impl Field {
    const fn of(kind: &'static str, name: &'static str, label: &'static str) -> Self {
        Self {
            name,
            kind,
            label,
            options: Vec::new(),
            uri: None,
            skip_load_on_open: None,
            default: None,
        }
    }

    /// A list to choose from.
    pub(super) fn select(
        name: &'static str,
        label: &'static str,
        options: Vec<[String; 2]>,
    ) -> Self {
        Self { options, ..Self::of("select", name, label) }
    }

    /// A list that is asked for at `uri` while somebody types.
    pub(super) fn search(name: &'static str, label: &'static str, uri: String) -> Self {
        let uri = Some(uri);
        Self { uri, skip_load_on_open: Some(true), ..Self::of("select", name, label) }
    }

    /// A line of text.
    pub(super) const fn text(name: &'static str, label: &'static str) -> Self {
        Self::of("text", name, label)
    }

    /// Several lines of text.
    pub(super) const fn textarea(name: &'static str, label: &'static str) -> Self {
        Self::of("textarea", name, label)
    }

    /// What Sentry fills in.
    pub(super) fn with_default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}
