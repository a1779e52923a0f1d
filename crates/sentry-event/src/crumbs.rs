//! Breadcrumbs: what happened before.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{is_secret, without_secrets};
use crate::read::{Cutting, moment, text};
use crate::{Breadcrumb, MAX_BREADCRUMBS, Personal};

/// The most characters of names and messages, and the most entries of what a breadcrumb holds.
const MAX_NAME: usize = 100;
const MAX_MESSAGE: usize = 500;
const MAX_VALUE: usize = 200;
const MAX_ENTRIES: usize = 10;

/// The newest breadcrumbs, in their order.
#[derive(Debug, Default)]
pub(crate) struct Crumbs {
    pub(crate) kept: Vec<Breadcrumb>,
    pub(crate) more: bool,
    pub(crate) more_data: bool,
}

pub(crate) fn crumbs(values: &[Value], personal: Personal, cutting: &mut Cutting) -> Crumbs {
    let values: Vec<&Value> = values.iter().filter(|value| value.is_object()).collect();
    let old = values.len().saturating_sub(MAX_BREADCRUMBS);
    let mut crumbs = Crumbs { more: old > 0, ..Crumbs::default() };
    for value in values.into_iter().skip(old) {
        let word = |cutting: &mut Cutting, name: &str, default: &str| {
            let word = cutting.text(value.get(name), MAX_NAME);
            word.unwrap_or_else(|| default.to_owned())
        };
        let (data, more) = match personal {
            Personal::Keep => data(value.get("data"), cutting),
            Personal::LeaveOut => Default::default(),
        };
        crumbs.more_data |= more;
        crumbs.kept.push(Breadcrumb {
            at: moment(value.get("timestamp")),
            // The API writes these where nothing was said.
            kind: word(cutting, "type", "default"),
            level: word(cutting, "level", "info"),
            category: cutting.text(value.get("category"), MAX_NAME),
            message: cutting.text(value.get("message"), MAX_MESSAGE),
            data,
        });
    }
    crumbs
}

fn data(value: Option<&Value>, cutting: &mut Cutting) -> (BTreeMap<String, String>, bool) {
    let Some(Value::Object(fields)) = value else { return Default::default() };
    let mut data = BTreeMap::new();
    // In the order of their names, whatever order they came in.
    let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
    let plain = sorted.into_iter().filter(|(name, _)| !is_secret(name));
    let mut texts = plain.filter_map(|(name, value)| Some((name, text(value)?)));
    for (name, value) in texts.by_ref().take(MAX_ENTRIES) {
        let value = if value.contains("://") { without_secrets(&value) } else { value };
        let name = cutting.short(name, MAX_NAME);
        data.insert(name, cutting.short(&value, MAX_VALUE));
    }
    (data, texts.next().is_some())
}
