//! What databases keep as JSON, in shapes of its own: the model's types have no serialized form.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize, Serializer};
use watchbell_model::{
    AlertResult, Headers, IncidentNumber, LevelMapping, Metadata, Reason, Stage, Step, Trace,
};

use super::{corrupt, dedup_key, word};
use crate::StoreError;

/// Any value as JSON.
///
/// # Errors
/// [`StoreError::Refused`]: it has no JSON form.
pub fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused { source: error.into() })
}

/// A list that is written as it is walked through.
#[derive(Debug)]
pub struct List<I>(pub I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for List<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// An object that is written as pairs are walked through. A name may come twice.
#[derive(Debug)]
pub struct Pairs<I>(pub I);

impl<I, K: Serialize, V: Serialize> Serialize for Pairs<I>
where
    I: Iterator<Item = (K, V)> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone())
    }
}

pub(super) fn parse<'a, T: Deserialize<'a>>(
    what: &'static str,
    json: &'a str,
) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| corrupt(what))
}

/// A kept document that is handed on as the text it is.
pub fn json_opt(what: &'static str, json: Option<String>) -> Result<Option<String>, StoreError> {
    if let Some(json) = &json {
        is_json(what, json)?;
    }
    Ok(json)
}

/// Whether a text is a JSON document.
///
/// # Errors
/// [`StoreError::Corrupt`]: it is not.
pub fn is_json(what: &'static str, json: &str) -> Result<(), StoreError> {
    parse::<IgnoredAny>(what, json).map(drop)
}

/// Metadata, as it is kept.
pub fn metadata_to(metadata: &Metadata) -> Result<String, StoreError> {
    to_json(&Pairs(metadata.iter()))
}

/// Kept metadata.
pub fn metadata_from(json: &str) -> Result<Metadata, StoreError> {
    let entries: BTreeMap<Cow<'_, str>, Cow<'_, str>> = parse("incidents.metadata", json)?;
    let mut metadata = Metadata::new();
    for (name, value) in &entries {
        metadata.insert(name, value);
    }
    Ok(metadata)
}

/// Headers, as they are kept.
pub fn headers_to(headers: &Headers) -> Result<String, StoreError> {
    to_json(&List(headers.iter()))
}

/// Kept headers.
pub fn headers_from(json: &str) -> Result<Headers, StoreError> {
    Ok(Headers::new(parse::<Vec<(String, String)>>("deliveries.headers", json)?))
}

/// An integration's options, as they are kept.
pub fn options_to(options: &BTreeMap<String, String>) -> Result<String, StoreError> {
    to_json(options)
}

/// An integration's kept options.
pub fn options_from(json: &str) -> Result<BTreeMap<String, String>, StoreError> {
    parse("integrations.options", json)
}

/// A link's severity mapping, as it is kept.
pub fn mapping_to(mapping: &LevelMapping) -> Result<String, StoreError> {
    let entries = mapping.iter().map(|(level, action)| (level, action.to_string()));
    to_json(&entries.collect::<BTreeMap<_, _>>())
}

/// A link's kept severity mapping.
pub fn mapping_from(json: &str) -> Result<LevelMapping, StoreError> {
    let entries: BTreeMap<String, String> = parse("links.mapping", json)?;
    let mut mapping = Vec::with_capacity(entries.len());
    for (level, action) in entries {
        mapping.push((level, action.parse().map_err(|_| corrupt("links.mapping"))?));
    }
    Ok(LevelMapping::new(mapping))
}

#[derive(Serialize, Deserialize)]
struct StepJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<usize>,
    #[serde(borrow)]
    stage: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// A trace, as it is kept.
pub fn trace_to(trace: &Trace) -> Result<String, StoreError> {
    let steps = trace.steps().iter().map(|Step { alert, stage, text }| StepJson {
        alert: *alert,
        stage: stage.as_str().into(),
        text: text.as_ref().into(),
    });
    to_json(&List(steps))
}

/// A kept trace.
pub fn trace_from(json: &str) -> Result<Trace, StoreError> {
    const WHAT: &str = "deliveries.trace";
    let steps: Vec<StepJson<'_>> = parse(WHAT, json)?;
    let steps = steps.into_iter().map(|StepJson { alert, stage, text }| {
        Ok(Step {
            alert,
            stage: word(WHAT, &Stage::ALL, Stage::as_str, &stage)?,
            text: text.into_owned().into(),
        })
    });
    Ok(Trace::from_steps(steps.collect::<Result<_, StoreError>>()?))
}

#[derive(Serialize, Deserialize)]
struct ResultJson<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    service: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    severity: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    dedup_key: Option<Cow<'a, str>>,
}

/// A delivery's results, as they are kept.
pub fn results_to(results: &[AlertResult]) -> Result<String, StoreError> {
    let results = results.iter().map(|result| {
        let AlertResult { action, reason, incident, service, severity, dedup_key } = result;
        ResultJson {
            action: (*action).into(),
            reason: reason.as_str().into(),
            incident: incident.map(|number| number.to_string()),
            service: service.as_ref().map(|key| key.as_str().into()),
            severity: severity.map(|severity| severity.as_str().into()),
            dedup_key: dedup_key.as_ref().map(|key| key.as_str().into()),
        }
    });
    to_json(&List(results))
}

/// A delivery's kept results.
pub fn results_from(json: &str) -> Result<Vec<AlertResult>, StoreError> {
    const WHAT: &str = "deliveries.results";
    let wrong = || corrupt(WHAT);
    let results: Vec<ResultJson<'_>> = parse(WHAT, json)?;
    results
        .into_iter()
        .map(|ResultJson { action, reason, incident, service, severity, dedup_key: key }| {
            Ok(AlertResult {
                action: word(WHAT, &AlertResult::ACTIONS, |action| action, &action)?,
                reason: reason.parse::<Reason>().map_err(|()| wrong())?,
                incident: incident.map(|n| n.parse()).transpose().map_err(|_| wrong())?,
                service: service.map(|s| s.parse()).transpose().map_err(|_| wrong())?,
                severity: severity.map(|s| s.parse()).transpose().map_err(|_| wrong())?,
                dedup_key: key.map(|k| dedup_key(WHAT, &k)).transpose()?,
            })
        })
        .collect()
}

/// What stands in a delivery's kept results exactly if one of them names this incident. Nothing that
/// a sender writes can look like it: a quote within a text is kept with a backslash before it.
pub fn names_incident(number: IncidentNumber) -> String {
    format!("\"incident\":\"{number}\"")
}

#[cfg(test)]
mod tests {
    use watchbell_model::{Action, DedupKey};

    use super::*;

    /// One result about a key and an incident, as it is kept.
    fn kept(key: &str, place: i64) -> String {
        let result = AlertResult {
            action: Action::TRIGGER,
            reason: Reason::Created,
            incident: Some(IncidentNumber { year: 2026, place }),
            service: None,
            severity: None,
            dedup_key: DedupKey::new(key),
        };
        results_to(&[result]).unwrap()
    }

    #[test]
    fn results_are_found_by_the_incident_that_they_name_and_by_no_other() {
        let keys = [
            "disk",
            "dis",
            "disk2",
            "a \"quoted\" one",
            "a\\b",
            "\n\u{1}",
            "ü\u{1f514}",
            "\",\"incident\":\"INC-2026-002\"",
            "\"dedup_key\":\"disk\"",
            "\\",
        ];
        for kept_key in keys {
            let results = kept(kept_key, 1);
            for (place, expected) in [(1, true), (2, false), (11, false)] {
                let asked = names_incident(IncidentNumber { year: 2026, place });
                assert_eq!(results.contains(&asked), expected, "{asked} in {results}");
            }
        }
    }
}
