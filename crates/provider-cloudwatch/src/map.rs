//! From an alarm to an alert.

use watchbell_model::{
    Action, Alert, DedupKey, Metadata, Reason, ServiceReference, Trigger, clean, clean_opt,
    one_line,
};
use watchbell_provider::Item;
use watchbell_wire::{Text, Warnings, iso8601};

use crate::alarm::{Alarm, Source};
use crate::console::AlarmArn;

/// The dimension that names a service.
const SERVICE: &str = "service_id";
/// The most characters of names such as an environment's.
const MAX_NAME_CHARS: usize = 255;

/// What becomes of `alarm`, which came through `topic`.
pub(crate) fn item(alarm: &Alarm<'_>, topic: Option<&str>, warnings: &mut Warnings) -> Item {
    let arn = trimmed(alarm.arn.as_ref());
    let parts = arn.and_then(AlarmArn::parse);
    let name = trimmed(alarm.name.as_ref()).or(parts.map(|arn| arn.name)).or(arn);
    let name = name.unwrap_or("CloudWatch alarm");
    let state = trimmed(alarm.state.as_ref()).unwrap_or_default();
    let action = match state.to_ascii_uppercase().as_str() {
        "ALARM" => Action::Trigger(Trigger::default()),
        "OK" => Action::Resolve,
        "INSUFFICIENT_DATA" => Action::Note { investigating: true },
        _ => {
            let what = format!("alarm {}: state {}", one_line(name, 255), one_line(state, 100));
            return Item::Ignored { reason: Reason::NotAnAlarm, what };
        }
    };
    if matches!(action, Action::Trigger(_)) {
        warn_without_end(alarm, topic, warnings);
    }
    let account = trimmed(alarm.account.as_ref())
        .or(parts.map(|arn| arn.account))
        .filter(|account| !account.is_empty());

    let mut alert = Alert::new(action, name);
    alert.description = description(alarm);
    alert.dedup_key = key(alarm, arn, account, name);
    alert.service = service(alarm, warnings);
    alert.source_name = Some("AWS CloudWatch".to_owned());
    alert.source_url = parts.and_then(|arn| arn.link());
    alert.environment = dimension(alarm, &["environment", "env"]);
    alert.project = dimension(alarm, &["project"]);
    let changed_at = trimmed(alarm.changed_at.as_ref());
    let at = changed_at.and_then(iso8601);
    if let (Some(text), None) = (changed_at, at) {
        warnings.add(|| format!("StateChangeTime is no time: {}", one_line(text, 100)));
    }
    alert.detected_at = at;
    alert.source_clock = at;
    alert.metadata = metadata(alarm, &alert, parts, account);
    Item::Alert(Box::new(alert))
}

/// An alarm that does not tell the topic when it is over leaves its incident open for ever, which
/// is what people wonder about most.
fn warn_without_end(alarm: &Alarm<'_>, topic: Option<&str>, warnings: &mut Warnings) {
    let (Some(actions), Some(topic)) = (&alarm.ok_actions, topic) else {
        return;
    };
    if !actions.iter().any(|Text(action)| action == topic) {
        warnings.add(|| {
            "this alarm does not notify the topic when it is OK again, so its incident will not \
             resolve by itself: add the topic to the alarm's OK actions"
                .to_owned()
        });
    }
}

/// The alarm's own description, a blank line, and why it changed.
fn description(alarm: &Alarm<'_>) -> Option<String> {
    let parts = [trimmed(alarm.description.as_ref()), trimmed(alarm.reason.as_ref())];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    clean_opt(Some(text), Alert::MAX_DESCRIPTION_CHARS)
}

/// The alarm's ARN, or what stands in for it; with the series, where there are several.
fn key(
    alarm: &Alarm<'_>,
    arn: Option<&str>,
    account: Option<&str>,
    name: &str,
) -> Option<DedupKey> {
    let mut key = match arn {
        Some(arn) => arn.to_owned(),
        None => format!("cloudwatch:{}:{name}", account.unwrap_or_default()),
    };
    if let Some(contributor) = &alarm.contributor {
        key.push_str("#contributor:");
        key.push_str(contributor);
    }
    DedupKey::new(key)
}

fn service(alarm: &Alarm<'_>, warnings: &mut Warnings) -> Option<ServiceReference> {
    let mut named = alarm.metrics.iter().flat_map(|metric| {
        let named = metric.dimensions.iter().filter(|(name, _)| *name == SERVICE);
        named.map(move |(_, value)| (value, metric))
    });
    let (value, Source { path, .. }) = named.next()?;
    if named.any(|(other, _)| other != value) {
        warnings.add(|| "the alarm's metrics name different services: the first counts".to_owned());
    }
    let field = format!("{path}.{SERVICE}");
    Some(ServiceReference { text: clean(value, MAX_NAME_CHARS), field: field.into() })
}

/// The first dimension of one of these names, in any case: dimensions are written like `ThisOne`.
fn dimension(alarm: &Alarm<'_>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|wanted| {
        let mut all = alarm.metrics.iter().flat_map(|metric| metric.dimensions.iter());
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        clean_opt(found.map(|(_, value)| value), MAX_NAME_CHARS)
    })
}

fn metadata(
    alarm: &Alarm<'_>,
    alert: &Alert,
    arn: Option<AlarmArn<'_>>,
    account: Option<&str>,
) -> Metadata {
    let children: Vec<_> = alarm.children.iter().filter_map(Text::trimmed).collect();
    let children = children.join(", ");
    let of_metrics = |pick: for<'s> fn(&'s Source<'_>) -> Option<&'s str>| {
        let mut names: Vec<_> = alarm.metrics.iter().filter_map(pick).collect();
        names.dedup();
        names.join(", ")
    };
    let metrics = of_metrics(|metric| trimmed(metric.name.as_ref()));
    let namespaces = of_metrics(|metric| trimmed(metric.namespace.as_ref()));
    let known = [
        ("account", account),
        ("alarm_rule", trimmed(alarm.rule.as_ref())),
        ("contributor", alarm.contributor.as_deref()),
        ("environment", alert.environment.as_deref()),
        ("metric", Some(metrics.as_str())),
        ("namespace", Some(namespaces.as_str())),
        ("project", alert.project.as_deref()),
        ("region", arn.map(|arn| arn.region)),
        ("triggered_by", Some(children.as_str())),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    // Under their own names, which are the more precise ones; the first metric's count.
    let dimensions: Vec<_> =
        alarm.metrics.iter().flat_map(|metric| metric.dimensions.iter()).collect();
    let all = known.chain(dimensions.into_iter().rev());
    Metadata::of(all.filter(|(_, value)| !value.is_empty()))
}

fn trimmed<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.and_then(Text::trimmed)
}
