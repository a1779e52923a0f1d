//! Reads settings out of layers and remembers where each value came from.
//!
//! Nothing here touches the process: environment, file and flags come in as values.

mod distance;
mod layer;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use ::config::{Source as _, Value, ValueKind};

use distance::distance;
pub(crate) use layer::Layer;
use layer::parse_trouble;

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
        let Self { setting, expected, got, source } = self;
        write!(f, "{setting}: expected {expected}, got {got}")?;
        match source {
            Some(source) => write!(f, " (from {source})"),
            None => Ok(()),
        }
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
        let merged = builder.build().and_then(|merged| merged.collect()).map_err(|e| {
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
        Ok(Self { values, secret, problems })
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
        if let Some(number) = found {
            return number;
        }
        let (low, high) = (range.start(), range.end());
        self.wrong(name, &format!("a whole number from {low} to {high}"))
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
                ValueKind::Array(items) if items.is_empty() => "[]".to_owned(),
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
    let inside: Vec<_> =
        defaults.0.iter().map(|(n, _)| n.as_str()).filter(|n| n.starts_with(&section)).collect();
    let nearest = defaults.0.iter().map(|(known, _)| (distance(name, known), known)).min();
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
