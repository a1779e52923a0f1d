//! Settings from one place.

use std::collections::BTreeMap;

use ::config::{ConfigError as ParseError, File, FileFormat, Map, Source, Value, ValueKind};

use super::{ENVIRONMENT_PREFIX, Problem};

/// Settings from one place: flat names, values, and the place for each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer(pub(super) Vec<(String, Value)>);

impl Layer {
    /// The settings of a TOML text that came from `origin`.
    pub(crate) fn toml(origin: &str, text: &str) -> Result<Self, Problem> {
        let parsed = File::from_str(text, FileFormat::Toml).collect().map_err(|e| Problem {
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
            Some((name, Value::new(Some(variable), ValueKind::String(text.clone()))))
        });
        Self(of_settings.collect())
    }

    /// Adds a setting from the command line.
    pub(crate) fn flag(&mut self, flag: &str, name: &str, text: &str) {
        let value = Value::new(Some(&flag.to_owned()), ValueKind::String(text.to_owned()));
        self.0.push((name.to_owned(), value));
    }

    /// Texts of the environment and of flags become what the setting of that name has by default.
    pub(super) fn typed_like(mut self, defaults: &Self) -> Self {
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
        let name = if above.is_empty() { key } else { format!("{above}.{key}") };
        match value.kind {
            ValueKind::Table(inner) => flatten(&name, inner, origin, out),
            kind => out.push((name, Value::new(Some(origin), kind))),
        }
    }
}

/// The place and the cause, without the line itself: it may hold a secret.
pub(super) fn parse_trouble(error: &ParseError) -> String {
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
            let items = items.filter(|item| !item.is_empty()).map(Value::from);
            Some(ValueKind::Array(items.collect()))
        }
        _ => None,
    }
}
