//! Where the fields of alerts come from, for people who ask. The message is JSON in a text of the
//! envelope; it has CloudWatch's own shape, or EventBridge's.

use watchbell_provider::Place::{Always, Copied, Made};
use watchbell_provider::{Field, FieldRule};

pub(crate) const RULES: &[FieldRule] = &[
    FieldRule::new(
        Field::Action,
        &[Made(
            &["Message/NewStateValue", "Message/detail|alarmData/state/value"],
            "the new state says it",
        )],
    ),
    FieldRule::new(
        Field::DedupKey,
        &[
            Copied("Message/AlarmArn|alarmArn"),
            Copied("Message/resources/#"),
            Made(
                &[
                    "Message/AlarmArn|alarmArn",
                    "Message/resources/0",
                    "Message/AWSAccountId|account|accountId",
                    "Message/AlarmName",
                    "Message/detail|alarmData/alarmName",
                    "Message/AlarmContributorId|ContributorId",
                    "Message/AlarmContributorAttributes|ContributorAttributes",
                    "Message/detail|alarmData/alarmContributor",
                ],
                "the alarm, and which of its series it is",
            ),
        ],
    ),
    FieldRule::new(
        Field::Title,
        &[
            Copied("Message/AlarmName"),
            Copied("Message/detail|alarmData/alarmName"),
            Made(
                &["Message/AlarmArn|alarmArn", "Message/resources/0"],
                "the last part of the alarm's ARN, for want of a name",
            ),
        ],
    ),
    FieldRule::new(
        Field::Description,
        &[
            Copied("Message/AlarmDescription"),
            Copied("Message/NewStateReason"),
            Copied("Message/detail|alarmData/configuration/description"),
            Copied("Message/detail|alarmData/state/reason"),
            Made(
                &[
                    "Message/AlarmDescription",
                    "Message/NewStateReason",
                    "Message/detail|alarmData/configuration/description",
                    "Message/detail|alarmData/state/reason",
                ],
                "the alarm's description, then why its state changed",
            ),
        ],
    ),
    FieldRule::new(
        Field::Service,
        &[
            Copied("Message/Trigger/Dimensions/=service_id"),
            Copied("Message/Trigger/Metrics/#/MetricStat/Metric/Dimensions/=service_id"),
            Copied(
                "Message/detail|alarmData/configuration/metrics/#/metricStat/metric/dimensions/=service_id",
            ),
        ],
    ),
    FieldRule::new(Field::SourceName, &[Always("the kind of sender")]),
    FieldRule::new(
        Field::SourceUrl,
        &[Made(
            &["Message/AlarmArn|alarmArn", "Message/resources/0"],
            "the alarm's page in the console, built of its ARN",
        )],
    ),
    FieldRule::new(
        Field::Environment,
        &[
            Copied("Message/Trigger/Dimensions/=environment"),
            Copied("Message/Trigger/Metrics/#/MetricStat/Metric/Dimensions/=environment"),
            Copied(
                "Message/detail|alarmData/configuration/metrics/#/metricStat/metric/dimensions/=environment",
            ),
            Copied("Message/Trigger/Dimensions/=env"),
            Copied("Message/Trigger/Metrics/#/MetricStat/Metric/Dimensions/=env"),
            Copied(
                "Message/detail|alarmData/configuration/metrics/#/metricStat/metric/dimensions/=env",
            ),
        ],
    ),
    FieldRule::new(
        Field::Project,
        &[
            Copied("Message/Trigger/Dimensions/=project"),
            Copied("Message/Trigger/Metrics/#/MetricStat/Metric/Dimensions/=project"),
            Copied(
                "Message/detail|alarmData/configuration/metrics/#/metricStat/metric/dimensions/=project",
            ),
        ],
    ),
    FieldRule::new(Field::DetectedAt, TIMES),
    FieldRule::new(Field::SourceClock, TIMES),
    FieldRule::new(
        Field::Metadata,
        &[Made(
            &[
                "Message/AWSAccountId|account|accountId",
                "Message/AlarmArn|alarmArn",
                "Message/resources/0",
                "Message/AlarmRule",
                "Message/TriggeringChildren",
                "Message/AlarmContributorId|ContributorId",
                "Message/Trigger",
                "Message/detail|alarmData/configuration",
                "Message/detail|alarmData/alarmContributor",
            ],
            "account, region, metrics and dimensions under their own names",
        )],
    ),
];

/// Detection and order of deliveries go by the same time.
const TIMES: &[watchbell_provider::Place] = &[
    Made(&["Message/StateChangeTime"], "the time that it says"),
    Made(&["Message/detail|alarmData/state/timestamp"], "the time that it says"),
    Made(&["Message/time"], "the time that it says"),
];
