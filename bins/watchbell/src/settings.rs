//! Reads settings out of layers and remembers where each value came from.
//!
//! Nothing here touches the process: environment, file and flags come in as values.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use ::config::{ConfigError as ParseError, File, FileFormat, Map, Source, Value, ValueKind};

/// The defaults, compiled in.
pub(crate) const DEFAULT_TOML: &str = include_str!("../../../config/default.toml");

/// What environment variables of settings begin with.
pub(crate) const ENVIRONMENT_PREFIX: &str = "WATCHBELL__";

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The setting's name, `section.key`.
    pub(crate) setting: String,
    /// What was expected.
    pub(crate) expected: String,
    /// What was found. Never a secret.
    pub(crate) got: String,
    /// Where it was found, if that is known.
    pub(crate) source: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            expected,
            got,
            source,
        } = self;
        write!(f, "{setting}: expected {expected}, got {got}")?;
        match source {
            Some(source) => write!(f, " (from {source})"),
            None => Ok(()),
        }
    }
}

/// Settings from one place: flat names, values, and the place for each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer(Vec<(String, Value)>);

impl Layer {
    /// The settings of a TOML text that came from `origin`.
    pub(crate) fn toml(origin: &str, text: &str) -> Result<Self, Problem> {
        let parsed = File::from_str(text, FileFormat::Toml)
            .collect()
            .map_err(|e| Problem {
                setting: origin.to_owned(),
                expected: "TOML".to_owned(),
                got: parse_trouble(&e),
                source: None,
            })?;
        let mut flat = Vec::new();
        flatten("", parsed, &origin.to_owned(), &mut flat);
        Ok(Self(flat))
    }

    /// The settings among environment variables.
    pub(crate) fn environment(variables: &BTreeMap<String, String>) -> Self {
        let of_settings = variables.iter().filter_map(|(variable, text)| {
            let rest = variable.strip_prefix(ENVIRONMENT_PREFIX)?;
            let name = rest.to_ascii_lowercase().replace("__", ".");
            Some((
                name,
                Value::new(Some(variable), ValueKind::String(text.clone())),
            ))
        });
        Self(of_settings.collect())
    }

    /// Adds a setting from the command line.
    pub(crate) fn flag(&mut self, flag: &str, name: &str, text: &str) {
        let value = Value::new(Some(&flag.to_owned()), ValueKind::String(text.to_owned()));
        self.0.push((name.to_owned(), value));
    }

    /// Texts of the environment and of flags become what the setting of that name has by default.
    fn typed_like(mut self, defaults: &Self) -> Self {
        for (name, value) in &mut self.0 {
            let ValueKind::String(text) = &value.kind else {
                continue;
            };
            let default = defaults.0.iter().find(|(known, _)| known == name);
            if let Some(kind) = default.and_then(|(_, like)| parse_like(text, &like.kind)) {
                value.kind = kind;
            }
        }
        self
    }

    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ParseError> {
        Ok(self.0.iter().cloned().collect())
    }
}

fn flatten(
    above: &str,
    table: Map<String, Value>,
    origin: &String,
    out: &mut Vec<(String, Value)>,
) {
    for (key, value) in table {
        let name = if above.is_empty() {
            key
        } else {
            format!("{above}.{key}")
        };
        match value.kind {
            ValueKind::Table(inner) => flatten(&name, inner, origin, out),
            kind => out.push((name, Value::new(Some(origin), kind))),
        }
    }
}

/// The place and the cause, without the line itself: it may hold a secret.
fn parse_trouble(error: &ParseError) -> String {
    let text = match error {
        ParseError::FileParse { cause, .. } => cause.to_string(),
        other => other.to_string(),
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("something else").to_owned();
    match lines.next_back() {
        Some(last) if !last.contains('|') => format!("{first}: {last}"),
        _ => first,
    }
}

fn parse_like(text: &str, like: &ValueKind) -> Option<ValueKind> {
    match like {
        ValueKind::Boolean(_) => text.trim().parse().ok().map(ValueKind::Boolean),
        ValueKind::I64(_) => text.trim().parse().ok().map(ValueKind::I64),
        ValueKind::Array(_) => {
            let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
            let items = bare.split(',').map(|item| item.trim().trim_matches('"'));
            let items = items
                .filter(|item| !item.is_empty())
                .map(|item| Value::from(item));
            Some(ValueKind::Array(items.collect()))
        }
        _ => None,
    }
}

/// The merged settings, from which typed values are read one by one. Collects every problem.
#[derive(Debug)]
pub(crate) struct Settings {
    values: BTreeMap<String, Value>,
    secret: &'static [&'static str],
    problems: Vec<Problem>,
}

impl Settings {
    /// The defaults under `layers`, of which the later ones win. The values of the settings in
    /// `secret` are never shown.
    pub(crate) fn merge(
        layers: Vec<Layer>,
        secret: &'static [&'static str],
    ) -> Result<Self, Vec<Problem>> {
        let defaults = Layer::toml("default", DEFAULT_TOML).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        let mut builder = ::config::Config::builder().add_source(defaults.clone());
        for layer in layers {
            let mut known = Layer::default();
            for (name, value) in layer.typed_like(&defaults).0 {
                if defaults.0.iter().any(|(setting, _)| *setting == name) {
                    known.0.push((name, value));
                } else {
                    problems.push(unknown(&name, &value, &defaults));
                }
            }
            builder = builder.add_source(known);
        }
        let merged = builder
            .build()
            .and_then(|merged| merged.collect())
            .map_err(|e| {
                vec![Problem {
                    setting: "settings".to_owned(),
                    expected: "names of the form section.key".to_owned(),
                    got: parse_trouble(&e),
                    source: None,
                }]
            })?;
        let mut values = BTreeMap::new();
        for (section, table) in merged {
            for (key, value) in table.into_table().unwrap_or_default() {
                values.insert(format!("{section}.{key}"), value);
            }
        }
        Ok(Self {
            values,
            secret,
            problems,
        })
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str) -> String {
        match self.values.get(name).map(|v| &v.kind) {
            Some(ValueKind::String(text)) => text.trim().to_owned(),
            _ => self.wrong(name, "a text in quotes"),
        }
    }

    /// Whether the value of `name` is a text that starts with `start`.
    pub(crate) fn starts_with(&self, name: &str, start: &str) -> bool {
        let value = self.values.get(name).map(|v| &v.kind);
        matches!(value, Some(ValueKind::String(text)) if text.trim().starts_with(start))
    }

    /// A text that `parse` understands; `expected` says what that is.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = match self.values.get(name).map(|v| &v.kind) {
            Some(ValueKind::String(text)) => parse(text.trim()),
            _ => None,
        };
        if parsed.is_none() {
            self.problem(name, expected);
        }
        parsed
    }

    /// A whole number within `range`.
    pub(crate) fn number<T>(&mut self, name: &str, range: RangeInclusive<i64>) -> T
    where
        T: TryFrom<i64> + Default,
    {
        let found = match self.values.get(name).map(|v| &v.kind) {
            Some(ValueKind::I64(number)) if range.contains(number) => T::try_from(*number).ok(),
            _ => None,
        };
        match found {
            Some(number) => number,
            None => {
                let (low, high) = (range.start(), range.end());
                self.wrong(name, &format!("a whole number from {low} to {high}"))
            }
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.values.get(name).map(|v| &v.kind) {
            Some(ValueKind::Boolean(flag)) => *flag,
            _ => self.wrong(name, "true or false"),
        }
    }

    /// A list of texts that `parse` understands.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let parsed = match self.values.get(name).map(|v| &v.kind) {
            Some(ValueKind::Array(items)) => items
                .iter()
                .map(|item| match &item.kind {
                    ValueKind::String(text) => parse(text.trim()),
                    _ => None,
                })
                .collect::<Option<Vec<T>>>(),
            _ => None,
        };
        parsed.unwrap_or_else(|| self.wrong(name, expected))
    }

    /// Notes that the value of `name` is not `expected`.
    pub(crate) fn problem(&mut self, name: &str, expected: &str) {
        let value = self.values.get(name);
        self.problems.push(Problem {
            setting: name.to_owned(),
            expected: expected.to_owned(),
            got: value.map_or_else(|| "nothing".to_owned(), |v| self.shown(name, v)),
            source: value.and_then(|v| v.origin()).map(str::to_owned),
        });
    }

    /// Every setting with its value as it may be shown and its source; or every problem.
    pub(crate) fn finish(self) -> Result<Vec<Shown>, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let shown = self.values.iter().map(|(name, value)| Shown {
            name: name.clone(),
            value: self.shown(name, value),
            source: value.origin().unwrap_or("default").to_owned(),
        });
        Ok(shown.collect())
    }

    fn wrong<T: Default>(&mut self, name: &str, expected: &str) -> T {
        self.problem(name, expected);
        T::default()
    }

    fn shown(&self, name: &str, value: &Value) -> String {
        if self.secret.contains(&name) {
            return match &value.kind {
                ValueKind::String(text) if text.is_empty() => "\"\"".to_owned(),
                _ => "(hidden)".to_owned(),
            };
        }
        match &value.kind {
            ValueKind::String(text) => format!("{:?}", without_password(text)),
            ValueKind::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.shown(name, item)).collect();
                format!("[{}]", items.join(", "))
            }
            ValueKind::Table(_) => "a section".to_owned(),
            other => other.to_string(),
        }
    }
}

/// One setting as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its name, `section.key`.
    pub(crate) name: String,
    /// Its value in TOML's form; hidden if it is a secret.
    pub(crate) value: String,
    /// Where it came from.
    pub(crate) source: String,
}

/// An address without the password before its `@`.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let Some((user, host)) = rest.rsplit_once('@') else {
        return text.to_owned();
    };
    let user = user.split_once(':').map_or(user, |(user, _)| user);
    format!("{scheme}://{user}:(hidden)@{host}")
}

fn unknown(name: &str, value: &Value, defaults: &Layer) -> Problem {
    let section = format!("{name}.");
    let inside: Vec<_> = defaults
        .0
        .iter()
        .map(|(n, _)| n.as_str())
        .filter(|n| n.starts_with(&section))
        .collect();
    let nearest = defaults
        .0
        .iter()
        .map(|(known, _)| (distance(name, known), known))
        .min();
    let expected = if inside.is_empty() {
        match nearest {
            Some((steps, known)) if steps <= known.len().div_ceil(3) => {
                format!("a known setting; did you mean {known}?")
            }
            _ => "a known setting (`watchbell config print` lists them)".to_owned(),
        }
    } else {
        format!("a section with {}", inside.join(", "))
    };
    Problem {
        setting: name.to_owned(),
        expected,
        got: "an unknown name".to_owned(),
        source: value.origin().map(str::to_owned),
    }
}

/// How many letters must change to make `a` into `b` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (place, from) in a.chars().enumerate() {
        let mut diagonal = place;
        let mut left = place.saturating_add(1);
        for (cell, to) in row.iter_mut().skip(1).zip(b.chars()) {
            let changed = diagonal.saturating_add(usize::from(from != to));
            diagonal = *cell;
            left = changed
                .min(left.saturating_add(1))
                .min(diagonal.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = place.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}
