//! Where the fields of alerts come from: each provider declares it, and whoever asks about one body
//! is shown the place that it was.
//!
//! A rule names places in the order in which the parser looks at them. Which of them it was is found
//! by what stands there, so that a wrong rule cannot claim a place that says something else.

use std::borrow::Cow;

use serde_json::Value;
use watchbell_model::{Alert, DedupKey, Delivery, clean, cut};

/// The most characters of a text that is shown.
const SHOWN: usize = 200;

/// A field of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What has happened.
    Action,
    /// Which problem.
    DedupKey,
    /// Which occurrence of it.
    Occurrence,
    /// In short.
    Title,
    /// In full.
    Description,
    /// The severity that the payload names.
    Severity,
    /// The source's own level.
    Level,
    /// The service that the payload names.
    Service,
    /// What sent it.
    SourceName,
    /// Where to look at the source.
    SourceUrl,
    /// The environment.
    Environment,
    /// The project.
    Project,
    /// When it began.
    DetectedAt,
    /// What orders deliveries.
    SourceClock,
    /// The group at the source.
    Group,
    /// Further names and values.
    Metadata,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 16] = [
        Self::Action,
        Self::DedupKey,
        Self::Occurrence,
        Self::Title,
        Self::Description,
        Self::Severity,
        Self::Level,
        Self::Service,
        Self::SourceName,
        Self::SourceUrl,
        Self::Environment,
        Self::Project,
        Self::DetectedAt,
        Self::SourceClock,
        Self::Group,
        Self::Metadata,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::DedupKey => "dedup_key",
            Self::Occurrence => "occurrence",
            Self::Title => "title",
            Self::Description => "description",
            Self::Severity => "severity",
            Self::Level => "level",
            Self::Service => "service",
            Self::SourceName => "source_name",
            Self::SourceUrl => "source_url",
            Self::Environment => "environment",
            Self::Project => "project",
            Self::DetectedAt => "detected_at",
            Self::SourceClock => "source_clock",
            Self::Group => "group",
            Self::Metadata => "metadata",
        }
    }

    /// Its text in `alert`, if it has one.
    pub fn of(self, alert: &Alert) -> Option<Cow<'_, str>> {
        let time = |at: Option<watchbell_model::Timestamp>| at.map(|at| at.to_rfc3339().into());
        match self {
            Self::Action => Some(alert.action.as_str().into()),
            Self::DedupKey => alert.dedup_key.as_ref().map(|key| key.as_str().into()),
            Self::Occurrence => alert.occurrence.as_deref().map(Cow::Borrowed),
            Self::Title => Some(alert.title.as_str().into()),
            Self::Description => alert.description.as_deref().map(Cow::Borrowed),
            Self::Severity => alert.severity.map(|severity| severity.as_str().into()),
            Self::Level => alert.level.as_deref().map(Cow::Borrowed),
            Self::Service => alert.service.as_ref().map(|service| service.text.as_str().into()),
            Self::SourceName => alert.source_name.as_deref().map(Cow::Borrowed),
            Self::SourceUrl => alert.source_url.as_deref().map(Cow::Borrowed),
            Self::Environment => alert.environment.as_deref().map(Cow::Borrowed),
            Self::Project => alert.project.as_deref().map(Cow::Borrowed),
            Self::DetectedAt => time(alert.detected_at),
            Self::SourceClock => time(alert.source_clock),
            Self::Group => alert.group.map(|_| "(a hash of the group's key)".into()),
            Self::Metadata => {
                let names: Vec<_> = alert.metadata.iter().map(|(name, _)| name).collect();
                (!names.is_empty()).then(|| names.join(", ").into())
            }
        }
    }

    /// Whether `there` became `text`: the same but for cutting, cleaning and the case of a word.
    fn is_copied(self, there: &str, text: &str) -> bool {
        let cleaned = |max| clean(there, max) == text;
        match self {
            Self::Title => cleaned(Alert::MAX_TITLE_CHARS),
            Self::Description => cleaned(Alert::MAX_DESCRIPTION_CHARS),
            Self::DedupKey | Self::Occurrence => {
                DedupKey::new(there.trim()).is_some_and(|key| key.as_str() == text)
                    || DedupKey::new(there).is_some_and(|key| key.as_str() == text)
            }
            Self::Severity => there.trim().eq_ignore_ascii_case(text),
            _ => cleaned(text.chars().count().max(1)) || cleaned(MAX_NAME_CHARS),
        }
    }
}

/// The most characters of names such as an environment's.
const MAX_NAME_CHARS: usize = 255;

/// One place that a field may come from.
///
/// A path is names with slashes between them, as `data/issue/title`. `*` is the place of the alert in
/// a list; `one|other` is the first of these names that is there; a name of `#` is any entry of a list or object; `=name` is the value of that name in a list
/// of pairs, however these are written: `[name, value]`, an object with `name` and `value`, an object
/// of names, or a text like `name:value,…`. A text that holds JSON is gone into. What begins with
/// `header:` is a header's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What stands there, but for cutting and cleaning.
    Copied(&'static str),
    /// Made of what stands at one or more of these paths.
    Made(&'static [&'static str], &'static str),
    /// Not from the delivery, in words.
    Always(&'static str),
}

/// Where a field comes from: the places in the order in which the parser looks at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRule {
    /// The field.
    pub field: Field,
    /// The places.
    pub places: &'static [Place],
}

impl FieldRule {
    /// A field with its places.
    pub const fn new(field: Field, places: &'static [Place]) -> Self {
        Self { field, places }
    }
}

/// Where one field of one alert came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The field.
    pub field: Field,
    /// What it holds, shortened.
    pub text: String,
    /// The places in the delivery, each with what stands there, shortened; none where it comes from
    /// elsewhere or nobody knows.
    pub places: Vec<(String, String)>,
    /// How it was made of them; none where it was copied.
    pub how: Option<&'static str>,
    /// Whether a rule of the provider says all this. A provider whose fields are not all told does
    /// not pass the conformance suite.
    pub is_known: bool,
}

/// Where the fields of `alert` came from, the `index`th item of `delivery`. `document` is the
/// delivery's body, as the provider's [`document`](crate::Provider::document) gives it.
pub fn origins(
    rules: &[FieldRule],
    document: &Value,
    delivery: &Delivery,
    index: usize,
    alert: &Alert,
) -> Vec<Origin> {
    let body = Body { document, delivery, index };
    let all = Field::ALL.into_iter();
    all.filter_map(|field| {
        let text = field.of(alert)?;
        Some(body.origin(rules, field, &text))
    })
    .collect()
}

/// A delivery, and which of its items is asked about.
struct Body<'a> {
    document: &'a Value,
    delivery: &'a Delivery,
    index: usize,
}

impl Body<'_> {
    fn origin(&self, rules: &[FieldRule], field: Field, text: &str) -> Origin {
        let shown = cut(text, SHOWN);
        let rules = rules.iter().filter(|rule| rule.field == field);
        let found = rules.flat_map(|rule| rule.places).find_map(|place| match place {
            Place::Copied(path) => {
                let all = self.at(path).into_iter();
                let mut fitting = all.filter(|(_, there)| field.is_copied(there, text));
                fitting.next().map(|place| (vec![place], None))
            }
            Place::Made(paths, how) => {
                let places: Vec<_> = paths.iter().flat_map(|path| self.at(path)).collect();
                (!places.is_empty()).then_some((places, Some(*how)))
            }
            Place::Always(how) => Some((Vec::new(), Some(*how))),
        });
        let is_known = found.is_some();
        let (places, how) = found.unwrap_or_default();
        let places = places.into_iter().map(|(path, there)| (path, cut(there, SHOWN))).collect();
        Origin { field, text: shown, places, how, is_known }
    }

    /// What stands at `path`, with the path as it is in this delivery; blank texts and null are
    /// nothing. More than one where the path says "any".
    fn at(&self, path: &str) -> Vec<(String, String)> {
        if let Some(header) = path.strip_prefix("header:") {
            let there = self.delivery.headers.get(header).filter(|text| !text.trim().is_empty());
            return there.map(|text| (path.to_owned(), text.to_owned())).into_iter().collect();
        }
        let mut out = Vec::new();
        let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
        self.walk(self.document, &parts, String::new(), &mut out);
        out
    }

    fn walk(&self, value: &Value, parts: &[&str], at: String, out: &mut Vec<(String, String)>) {
        let Some((part, rest)) = parts.split_first() else {
            out.extend(text_of(value).map(|text| (at, text)));
            return;
        };
        let mut step = |name: &str, value: &Value| {
            let at = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
            self.walk(value, rest, at, out);
        };
        if let Some(name) = part.strip_prefix('=') {
            let at = format!("{at}/{name}");
            match valued(value, name) {
                Some(found) => self.walk(&found, rest, at, out),
                None => self.inside(value, parts, at, out),
            }
            return;
        }
        match value {
            Value::Array(list) => match *part {
                "#" => list.iter().enumerate().for_each(|(n, one)| step(&n.to_string(), one)),
                // What is no object is left out by every parser, and has no place.
                "*" => {
                    let mut objects = list.iter().enumerate().filter(|(_, one)| one.is_object());
                    if let Some((place, one)) = objects.nth(self.index) {
                        step(&place.to_string(), one);
                    }
                }
                number => {
                    if let Some(one) = number.parse::<usize>().ok().and_then(|n| list.get(n)) {
                        step(number, one);
                    }
                }
            },
            // What is a list elsewhere may be one object here.
            Value::Object(_) if *part == "*" => self.walk(value, rest, at, out),
            Value::Object(map) if *part == "#" => {
                map.iter().for_each(|(name, one)| step(name, one));
            }
            Value::Object(map) => {
                if let Some((name, one)) = part.split('|').find_map(|name| map.get_key_value(name))
                {
                    step(name, one);
                }
            }
            _ => self.inside(value, parts, at, out),
        }
    }

    /// Goes into a text that holds JSON.
    fn inside(&self, value: &Value, parts: &[&str], at: String, out: &mut Vec<(String, String)>) {
        let inner = value.as_str().and_then(|text| serde_json::from_str(text).ok());
        if let Some(inner @ (Value::Object(_) | Value::Array(_))) = inner {
            self.walk(&inner, parts, at, out);
        }
    }
}

/// The value of `name` among pairs, however they are written.
fn valued(pairs: &Value, name: &str) -> Option<Value> {
    let is_it = |value: &Value| value.as_str().is_some_and(|own| own.eq_ignore_ascii_case(name));
    match pairs {
        Value::Object(map) => {
            let mut entries = map.iter();
            entries.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        }
        Value::Array(list) => list.iter().find_map(|pair| match pair {
            Value::Array(pair) => match pair.as_slice() {
                [own, value] if is_it(own) => Some(value.clone()),
                _ => None,
            },
            Value::Object(_) => {
                let own = valued(pair, "name").or_else(|| valued(pair, "key"))?;
                if is_it(&own) { valued(pair, "value") } else { None }
            }
            Value::String(text) => in_text(text, name),
            _ => None,
        }),
        Value::String(text) => in_text(text, name),
        _ => None,
    }
}

/// The value of `name` in a text like `name:value,…`.
fn in_text(text: &str, name: &str) -> Option<Value> {
    text.split(',').find_map(|tag| {
        let (own, value) = tag.trim().split_once(':')?;
        own.eq_ignore_ascii_case(name).then(|| value.into())
    })
}

/// What stands in a place, as text; none where that is nothing.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        other => Some(other.to_string()),
    }
}
