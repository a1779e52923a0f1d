//! What an alarm says, whatever the shape in which it says it.

use std::borrow::Cow;

use watchbell_wire::{Lenient, Text, Warnings};

use crate::dimensions::Dimensions;
use crate::wire::{Contributor, Detail, Message, Metric, MetricName, Trigger};

/// An alarm's change of state.
#[derive(Debug, Default)]
pub(crate) struct Alarm<'a> {
    pub(crate) name: Option<Text<'a>>,
    pub(crate) description: Option<Text<'a>>,
    pub(crate) account: Option<Text<'a>>,
    pub(crate) arn: Option<Text<'a>>,
    pub(crate) state: Option<Text<'a>>,
    pub(crate) reason: Option<Text<'a>>,
    pub(crate) changed_at: Option<Text<'a>>,
    pub(crate) rule: Option<Text<'a>>,
    /// Names of the alarms below a composite one.
    pub(crate) children: Vec<Text<'a>>,
    /// Topics and others that are told when it is over; none where the shape does not say.
    pub(crate) ok_actions: Option<Vec<Text<'a>>>,
    pub(crate) metrics: Vec<Source<'a>>,
    /// Which series of an alarm with several this is about.
    pub(crate) contributor: Option<String>,
}

/// A metric that an alarm looks at.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) name: Option<Text<'a>>,
    pub(crate) namespace: Option<Text<'a>>,
    pub(crate) dimensions: Dimensions<'a>,
    /// Where its dimensions stand in the message.
    pub(crate) path: Cow<'static, str>,
}

/// The alarm in `message`; none if it is something else.
pub(crate) fn alarm<'a>(message: Message<'a>, warnings: &mut Warnings) -> Option<Alarm<'a>> {
    match message.detail {
        Lenient::Is(_) => event(message, warnings),
        Lenient::Absent | Lenient::Odd(_) => notification(message, warnings),
    }
}

/// CloudWatch's own shape.
fn notification<'a>(message: Message<'a>, warnings: &mut Warnings) -> Option<Alarm<'a>> {
    let is_known = |value: &Lenient<Text<'_>>| value.get().is_some_and(|t| t.trimmed().is_some());
    if !(is_known(&message.alarm_name) || is_known(&message.alarm_arn)) || !is_known(&message.state)
    {
        return None;
    }
    let mut text = |value: Lenient<Text<'a>>, name: &str| {
        value.known("a text", warnings, || format!("Message.{name}")).filter(is_filled)
    };
    let mut alarm = Alarm {
        name: text(message.alarm_name, "AlarmName"),
        description: text(message.description, "AlarmDescription"),
        account: text(message.account, "AWSAccountId"),
        arn: text(message.alarm_arn, "AlarmArn"),
        state: text(message.state, "NewStateValue"),
        reason: text(message.reason, "NewStateReason"),
        changed_at: text(message.changed_at, "StateChangeTime"),
        rule: text(message.rule, "AlarmRule"),
        ..Alarm::default()
    };
    let ok_actions =
        message.ok_actions.known("a list", warnings, || "Message.OKActions".to_owned());
    alarm.ok_actions =
        ok_actions.map(|list| list.entries.into_iter().filter_map(Lenient::ok).collect());
    let children =
        message.children.known("a list", warnings, || "Message.TriggeringChildren".to_owned());
    let children = children.into_iter().flat_map(|list| list.entries).filter_map(Lenient::ok);
    alarm.children = children.filter_map(|child| child.arn.ok()).filter(is_filled).collect();
    let series = text_of(message.contributor, warnings, "AlarmContributorId");
    alarm.contributor = contributor(series.as_ref(), message.contributor_attributes, warnings);
    let trigger = message.trigger.known("an object", warnings, || "Message.Trigger".to_owned());
    let Trigger { metric, namespace, dimensions, metrics } = trigger.unwrap_or_default();
    let dimensions =
        dimensions.known("a list", warnings, || "Message.Trigger.Dimensions".to_owned());
    let (name, namespace) = (metric.ok(), namespace.ok());
    if name.is_some() || namespace.is_some() || dimensions.is_some() {
        let dimensions = dimensions.unwrap_or_default();
        let path = Cow::Borrowed("Message.Trigger.Dimensions");
        alarm.metrics.push(Source { name, namespace, dimensions, path });
    }
    let metrics = metrics.known("a list", warnings, || "Message.Trigger.Metrics".to_owned());
    let metrics = metrics.map(|list| list.entries).unwrap_or_default();
    let path = |index| format!("Message.Trigger.Metrics[{index}].MetricStat.Metric.Dimensions");
    add_metrics(&mut alarm, metrics, path, warnings);
    Some(alarm)
}

/// The shape of EventBridge, and that of a Lambda function.
fn event<'a>(message: Message<'a>, warnings: &mut Warnings) -> Option<Alarm<'a>> {
    let from_cloudwatch =
        message.source.get().is_some_and(|Text(source)| source == "aws.cloudwatch");
    // Others tell that an alarm was made or changed.
    let is_change =
        message.detail_type.get().is_none_or(|Text(kind)| kind.contains("State Change"));
    let Detail { alarm_name, configuration, state, contributor: series } =
        message.detail.ok().filter(|_| from_cloudwatch && is_change)?;
    let state = state.known("an object", warnings, || "Message.detail.state".to_owned())?;
    let name = text_of(alarm_name, warnings, "detail.alarmName");
    let resource = message.resources.ok().into_iter().flat_map(|list| list.entries);
    let resource = resource.filter_map(Lenient::ok).find(is_filled);
    let arn = text_of(message.alarm_arn, warnings, "alarmArn").or(resource);
    if name.is_none() && arn.is_none() {
        return None;
    }
    let configuration =
        configuration.known("an object", warnings, || "Message.detail.configuration".to_owned());
    let configuration = configuration.unwrap_or_default();
    let time = text_of(message.time, warnings, "time");
    let changed_at = text_of(state.timestamp, warnings, "detail.state.timestamp");
    let Contributor { id, attributes } = series.ok().unwrap_or_default();
    let id = text_of(id, warnings, "detail.alarmContributor.id");
    let mut alarm = Alarm {
        name,
        arn,
        description: text_of(
            configuration.description,
            warnings,
            "detail.configuration.description",
        ),
        account: text_of(message.account, warnings, "account"),
        state: Some(text_of(state.value, warnings, "detail.state.value")?),
        reason: text_of(state.reason, warnings, "detail.state.reason"),
        changed_at: changed_at.or(time),
        rule: text_of(configuration.rule, warnings, "detail.configuration.alarmRule"),
        contributor: contributor(id.as_ref(), attributes, warnings),
        ..Alarm::default()
    };
    let metrics = configuration.metrics;
    let metrics =
        metrics.known("a list", warnings, || "Message.detail.configuration.metrics".to_owned());
    let metrics = metrics.map(|list| list.entries).unwrap_or_default();
    let path = |index| {
        format!("Message.detail.configuration.metrics[{index}].metricStat.metric.dimensions")
    };
    add_metrics(&mut alarm, metrics, path, warnings);
    Some(alarm)
}

fn add_metrics<'a>(
    alarm: &mut Alarm<'a>,
    metrics: Vec<Lenient<Metric<'a>>>,
    path: impl Fn(usize) -> String,
    warnings: &mut Warnings,
) {
    for (index, metric) in metrics.into_iter().enumerate() {
        let Some(metric) = metric.known("an object", warnings, || path(index)) else { continue };
        let Some(stat) = metric.stat.ok() else { continue };
        let Some(MetricName { name, namespace, dimensions }) = stat.metric.ok() else { continue };
        let dimensions = dimensions.known("a list", warnings, || path(index)).unwrap_or_default();
        let (name, namespace) = (name.ok(), namespace.ok());
        alarm.metrics.push(Source { name, namespace, dimensions, path: path(index).into() });
    }
}

/// The text of a field that is not blank.
fn text_of<'a>(value: Lenient<Text<'a>>, warnings: &mut Warnings, name: &str) -> Option<Text<'a>> {
    value.known("a text", warnings, || format!("Message.{name}")).filter(is_filled)
}

fn is_filled(text: &Text<'_>) -> bool {
    text.trimmed().is_some()
}

/// What tells one series of an alarm from the others: its id, else what it is made of.
fn contributor(
    id: Option<&Text<'_>>,
    attributes: Lenient<Dimensions<'_>>,
    warnings: &mut Warnings,
) -> Option<String> {
    let attributes =
        attributes.known("an object", warnings, || "the contributor's attributes".to_owned());
    if let Some(id) = id.and_then(Text::trimmed) {
        return Some(id.to_owned());
    }
    let attributes = attributes.unwrap_or_default();
    let mut pairs: Vec<_> =
        attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    Some(pairs.join(",")).filter(|text| !text.is_empty())
}
