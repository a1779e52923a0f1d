//! An explanation in plain words, in the order of the steps.

use std::fmt::Write as _;

use watchbell_ingest::{Decided, ExplainedAlert, ExplainedItem, Explanation, IncidentStep};
use watchbell_model::{DeliveryRecord, Incident, Integration};
use watchbell_provider::Origin;

use crate::out;

/// A sample that nobody sent.
pub(super) fn sample(explanation: &Explanation, integration: &Integration) -> String {
    let Integration { name, id, provider, .. } = integration;
    let facts = [("integration", format!("{name} ({provider}, {id})"))];
    out::facts(&facts) + &of(explanation)
}

/// How a stored delivery ended.
pub(super) fn then(record: &DeliveryRecord) -> String {
    let (status, outcome, reason) = (record.status, record.outcome, record.reason);
    let mut facts = vec![
        ("delivery", record.id.to_string()),
        ("integration", record.integration.to_string()),
        ("arrived", out::time(record.received_at)),
        ("answered", format!("{status} {outcome}, {reason}: {}", reason.advice())),
    ];
    facts.extend(record.repeats.map(|repeats| ("repeats", repeats.to_string())));
    let numbers: Vec<_> = record.results.iter().filter_map(|result| result.incident).collect();
    if !numbers.is_empty() {
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        facts.push(("incidents", numbers.join(", ")));
    }
    let steps: Vec<_> = record.trace.steps().iter().map(step).collect();
    facts.push(("steps", steps.join("\n")));
    out::facts(&facts)
}

/// Everything that would come of it.
pub(super) fn of(explanation: &Explanation) -> String {
    let mut facts = vec![("proof", explanation.proof.to_string())];
    facts.extend(explanation.limit.map(|limit| {
        let text = format!(
            "{} in 60 seconds, {} more may come now; explaining counts nothing",
            limit.limit, limit.remaining
        );
        ("rate limit", text)
    }));
    facts.push(("answer", answer(explanation)));
    let mut text = out::facts(&facts);
    for (index, item) in explanation.items.iter().enumerate() {
        entry(index, item, &mut text);
    }
    text.push_str("\nSteps\n");
    for one in explanation.trace.steps() {
        line(&mut text, &step(one));
    }
    if let Some(decided) = &explanation.decided {
        decision(decided, explanation.refused.is_some(), &mut text);
    }
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    _ = writeln!(text, "  {line}");
}

fn answer(explanation: &Explanation) -> String {
    match (&explanation.refused, explanation.answer()) {
        (Some(refusal), _) => {
            let advice = refusal.reason.advice();
            format!("{} {}: {}. {advice}", refusal.status, refusal.reason, refusal.why)
        }
        (None, Some((status, outcome, reason))) => {
            format!("{status} {outcome}, {reason}: {}", reason.advice())
        }
        (None, None) => "503: our own trouble".to_owned(),
    }
}

fn entry(index: usize, item: &ExplainedItem, text: &mut String) {
    let Some(ExplainedAlert { origins, identity, .. }) = &item.alert else {
        let why = item.ignored.map_or("", watchbell_model::Reason::advice);
        _ = writeln!(text, "\nAlert {index}: changes nothing. {why}");
        return;
    };
    _ = writeln!(text, "\nAlert {index}");
    let rows: Vec<_> = origins
        .iter()
        .map(|origin| vec![origin.field.as_str().to_owned(), short(&origin.text), from(origin)])
        .collect();
    for row in out::table(&["field", "says", "from"], &rows).lines() {
        line(text, row);
    }
    match identity {
        Some(identity) => {
            line(
                text,
                &format!("looks for incidents of this integration with key {}", identity.key),
            );
        }
        None => line(text, "has no key: each trigger is an incident of its own"),
    }
}

/// Where a field comes from, in one line.
fn from(origin: &Origin) -> String {
    let places: Vec<_> = origin.places.iter().map(|(path, _)| path.as_str()).take(4).collect();
    let mut places = places.join(", ");
    if origin.places.len() > 4 {
        places.push_str(", …");
    }
    match (origin.how, places.is_empty()) {
        (Some(how), true) => how.to_owned(),
        (Some(how), false) => format!("{how}: {places}"),
        (None, false) => places,
        (None, true) => "nobody has written down where from".to_owned(),
    }
}

fn short(text: &str) -> String {
    watchbell_model::one_line(text, 60)
}

fn step(step: &watchbell_model::Step) -> String {
    match step.alert {
        Some(alert) => format!("{}, alert {alert}: {}", step.stage, step.text),
        None => format!("{}: {}", step.stage, step.text),
    }
}

fn decision(decided: &Decided, is_refused: bool, text: &mut String) {
    let heading = if is_refused { "Decision, were it not refused" } else { "Decision" };
    _ = writeln!(text, "\n{heading}");
    line(text, &format!("{}, {}", decided.outcome, decided.reason));
    if let Some(first) = decided.repeats {
        line(text, &format!("repeats {first}"));
    }
    for one in &decided.incidents {
        line(text, &incident(one));
    }
    for entry in &decided.timeline {
        line(text, &format!("timeline: {}", short(&entry.text)));
    }
    let numbers: Vec<_> =
        decided.incidents.iter().map(|step| step.after.number.to_string()).collect();
    if !numbers.is_empty() {
        line(text, &format!("search for: {}", numbers.join(", ")));
    }
}

fn incident(IncidentStep { before, after }: &IncidentStep) -> String {
    let Some(before) = before else {
        return format!(
            "a new incident, {} unless another comes first: {}, {}, {}",
            after.number,
            after.status,
            after.severity,
            short(&after.title)
        );
    };
    let was_and_is = |name: &str, of: &dyn Fn(&Incident) -> String| {
        let (was, is) = (of(before), of(after));
        (was != is).then(|| format!("{name} {was} → {is}"))
    };
    let changes = [
        was_and_is("status", &|incident| incident.status.to_string()),
        was_and_is("severity", &|incident| incident.severity.to_string()),
        was_and_is("title", &|incident| short(&incident.title)),
        was_and_is("occurrences", &|incident| incident.occurrences.to_string()),
        was_and_is("acknowledged", &|incident| {
            if incident.acknowledged.is_some() { "yes" } else { "no" }.to_owned()
        }),
    ];
    let changes: Vec<_> = changes.into_iter().flatten().collect();
    let changes = if changes.is_empty() { "a new line".to_owned() } else { changes.join(", ") };
    format!("{}: {changes}", after.number)
}
