//! What alarms say, in the three shapes in which AWS writes them: CloudWatch's own notification,
//! the event of EventBridge, and the event that a Lambda function gets.

use watchbell_wire::{List, Text, object};

use crate::dimensions::Dimensions;

/// The most metrics of one alarm that are looked at; AWS allows ten, and one more for a band.
const MAX_METRICS: usize = 100;
/// The most alarms below a composite one that are looked at.
const MAX_CHILDREN: usize = 20;
/// The most actions of an alarm that are looked at; AWS allows five.
const MAX_ACTIONS: usize = 50;

object! {
    /// A message of any of the shapes.
    #[derive(Debug, Default)]
    pub(crate) struct Message<'a> {
        // CloudWatch's own.
        pub(crate) alarm_name: Text<'a> = "AlarmName",
        pub(crate) description: Text<'a> = "AlarmDescription",
        pub(crate) account: Text<'a> = "AWSAccountId" | "account" | "accountId",
        pub(crate) state: Text<'a> = "NewStateValue",
        pub(crate) reason: Text<'a> = "NewStateReason",
        pub(crate) changed_at: Text<'a> = "StateChangeTime",
        pub(crate) alarm_arn: Text<'a> = "AlarmArn" | "alarmArn",
        pub(crate) ok_actions: List<Text<'a>, MAX_ACTIONS> = "OKActions",
        pub(crate) trigger: Trigger<'a> = "Trigger",
        pub(crate) rule: Text<'a> = "AlarmRule",
        pub(crate) children: List<Child<'a>, MAX_CHILDREN> = "TriggeringChildren",
        pub(crate) contributor: Text<'a> = "AlarmContributorId" | "ContributorId",
        pub(crate) contributor_attributes: Dimensions<'a> =
            "AlarmContributorAttributes" | "ContributorAttributes",
        // EventBridge's and Lambda's.
        pub(crate) detail_type: Text<'a> = "detail-type",
        pub(crate) source: Text<'a> = "source",
        pub(crate) time: Text<'a> = "time",
        pub(crate) resources: List<Text<'a>, MAX_ACTIONS> = "resources",
        pub(crate) detail: Detail<'a> = "detail" | "alarmData",
    }
}

object! {
    /// What a metric alarm looks at.
    #[derive(Debug, Default)]
    pub(crate) struct Trigger<'a> {
        pub(crate) metric: Text<'a> = "MetricName",
        pub(crate) namespace: Text<'a> = "Namespace",
        pub(crate) dimensions: Dimensions<'a> = "Dimensions",
        pub(crate) metrics: List<Metric<'a>, MAX_METRICS> = "Metrics",
    }
}

object! {
    /// One metric or expression of an alarm with several.
    #[derive(Debug, Default)]
    pub(crate) struct Metric<'a> {
        pub(crate) expression: Text<'a> = "Expression" | "expression",
        pub(crate) stat: MetricStat<'a> = "MetricStat" | "metricStat",
    }
}

object! {
    /// A metric with the way in which it is summed up.
    #[derive(Debug, Default)]
    pub(crate) struct MetricStat<'a> {
        pub(crate) metric: MetricName<'a> = "Metric" | "metric",
    }
}

object! {
    /// A metric.
    #[derive(Debug, Default)]
    pub(crate) struct MetricName<'a> {
        pub(crate) name: Text<'a> = "MetricName" | "name",
        pub(crate) namespace: Text<'a> = "Namespace" | "namespace",
        pub(crate) dimensions: Dimensions<'a> = "Dimensions" | "dimensions",
    }
}

object! {
    /// An alarm below a composite one.
    #[derive(Debug, Default)]
    pub(crate) struct Child<'a> {
        pub(crate) arn: Text<'a> = "Arn",
    }
}

object! {
    /// What an event says about its alarm.
    #[derive(Debug, Default)]
    pub(crate) struct Detail<'a> {
        pub(crate) alarm_name: Text<'a> = "alarmName",
        pub(crate) configuration: Configuration<'a> = "configuration",
        pub(crate) state: State<'a> = "state",
        pub(crate) contributor: Contributor<'a> = "alarmContributor",
    }
}

object! {
    /// The series of an alarm with several that has changed its state.
    #[derive(Debug, Default)]
    pub(crate) struct Contributor<'a> {
        pub(crate) id: Text<'a> = "id",
        pub(crate) attributes: Dimensions<'a> = "attributes",
    }
}

object! {
    /// How an event's alarm is made.
    #[derive(Debug, Default)]
    pub(crate) struct Configuration<'a> {
        pub(crate) description: Text<'a> = "description",
        pub(crate) metrics: List<Metric<'a>, MAX_METRICS> = "metrics",
        pub(crate) rule: Text<'a> = "alarmRule",
    }
}

object! {
    /// The state of an event's alarm.
    #[derive(Debug, Default)]
    pub(crate) struct State<'a> {
        pub(crate) value: Text<'a> = "value",
        pub(crate) reason: Text<'a> = "reason",
        pub(crate) timestamp: Text<'a> = "timestamp",
    }
}
