//! Where the fields of alerts come from, for people who ask.

use watchbell_provider::Place::{Always, Copied, Made};
use watchbell_provider::{Field, FieldRule, Options};

use crate::{GROUPING, WHOLE_GROUPS};

/// Where the fields of the alerts of [`read`](crate::read) come from under these settings.
pub fn field_rules(options: &Options<'_>) -> &'static [FieldRule] {
    if options.get(&GROUPING) == WHOLE_GROUPS { OF_GROUPS } else { OF_ALERTS }
}

/// Each alert by itself. What does not begin with `alerts` is the whole group's; the names of
/// Grafana's legacy alerting come last.
const OF_ALERTS: &[FieldRule] = &[
    FieldRule::new(
        Field::Action,
        &[
            Made(&["alerts/*/status"], "the alert's own status says it"),
            Made(&["state"], "the rule's state says it"),
            Always("an alert without a status is a problem that is there"),
        ],
    ),
    FieldRule::new(
        Field::DedupKey,
        &[
            Copied("alerts/*/fingerprint"),
            Made(&["alerts/*/labels"], "a hash of the labels, for want of a fingerprint"),
            Made(&["ruleId", "orgId"], "the rule's number, and its organization's"),
            Copied("ruleName"),
            Always("a hash of no labels"),
        ],
    ),
    FieldRule::new(
        Field::Occurrence,
        &[Made(&["alerts/*/fingerprint", "alerts/*/startsAt"], "the alert, and when it began")],
    ),
    FieldRule::new(
        Field::Title,
        &[
            Copied("alerts/*/labels/alertname"),
            Made(
                &["alerts/*/labels/alertname", "alerts/*/annotations/summary"],
                "the alert's name, then its summary",
            ),
            Copied("ruleName"),
            Made(&["alerts/*/fingerprint"], "the alert's fingerprint, for want of a name"),
            Made(&["alerts/*/labels"], "a hash of the labels, for want of a name"),
            Always("an alert without name, fingerprint and labels"),
        ],
    ),
    FieldRule::new(
        Field::Description,
        &[
            Copied("alerts/*/annotations/description"),
            Copied("alerts/*/annotations/message"),
            Made(&["alerts/*/annotations/#"], "the annotations, one after the other"),
            Copied("message"),
            Made(&["message", "evalMatches"], "the message, and what was measured"),
        ],
    ),
    FieldRule::new(Field::Severity, &[Copied("alerts/*/labels/severity"), Copied("tags/severity")]),
    FieldRule::new(Field::Level, &[Copied("alerts/*/labels/severity"), Copied("tags/severity")]),
    FieldRule::new(
        Field::Service,
        &[Copied("alerts/*/labels/service_id"), Copied("tags/service_id")],
    ),
    FieldRule::new(Field::SourceName, &[Always("the kind of sender")]),
    FieldRule::new(
        Field::SourceUrl,
        &[Copied("alerts/*/generatorURL"), Copied("externalURL"), Copied("ruleUrl")],
    ),
    FieldRule::new(
        Field::Environment,
        &[
            Copied("alerts/*/labels/environment"),
            Copied("alerts/*/labels/env"),
            Copied("tags/environment"),
            Copied("tags/env"),
        ],
    ),
    FieldRule::new(Field::Project, &[Copied("alerts/*/labels/project"), Copied("tags/project")]),
    FieldRule::new(Field::DetectedAt, &[Made(&["alerts/*/startsAt"], "the time that it says")]),
    FieldRule::new(Field::Group, &[Made(&["groupKey"], "a hash of the group's key")]),
    FieldRule::new(
        Field::Metadata,
        &[Made(
            &[
                "alerts/*/labels/#",
                "alerts/*/dashboardURL",
                "alerts/*/panelURL",
                "alerts/*/silenceURL",
                "alerts/*/imageURL",
                "alerts/*/ruleUID",
                "orgId",
                "tags/#",
                "state",
                "imageUrl",
            ],
            "labels and links under their own names",
        )],
    ),
];

/// A whole group as one alert.
const OF_GROUPS: &[FieldRule] = &[
    FieldRule::new(
        Field::Action,
        &[
            Made(&["alerts/#/status"], "it is there while any alert of the group is"),
            Made(&["state"], "the rule's state says it"),
            Always("alerts without a status are problems that are there"),
        ],
    ),
    FieldRule::new(
        Field::DedupKey,
        &[
            Made(&["groupKey"], "a hash of the group's key"),
            Copied("alerts/*/fingerprint"),
            Made(&["alerts/*/labels"], "a hash of the labels, for want of a fingerprint"),
            Made(&["ruleId", "orgId"], "the rule's number, and its organization's"),
            Copied("ruleName"),
            Always("a hash of no labels"),
        ],
    ),
    FieldRule::new(
        Field::Occurrence,
        &[Made(&["alerts/#/startsAt"], "the group, and when its first alert began")],
    ),
    FieldRule::new(
        Field::Title,
        &[
            Copied("commonLabels/alertname"),
            Made(
                &["commonLabels/alertname", "commonAnnotations/summary"],
                "the name and the summary that all alerts share",
            ),
            Copied("alerts/*/labels/alertname"),
            Copied("ruleName"),
            Made(&["commonLabels/#"], "the labels that all alerts share"),
            Made(&["groupKey"], "a hash of the group's key"),
            Made(
                &["alerts/*/labels/#", "alerts/*/fingerprint"],
                "what tells the alert from others",
            ),
            Always("an alert without name, fingerprint and labels"),
        ],
    ),
    FieldRule::new(
        Field::Description,
        &[
            Copied("commonAnnotations/description"),
            Copied("commonAnnotations/message"),
            Made(
                &["commonAnnotations/#", "alerts/#/labels/alertname"],
                "the annotations that all alerts share, then the alerts that fire",
            ),
            Made(
                &["alerts/*/annotations/#", "alerts/#/labels/#"],
                "annotations, and the alerts that fire",
            ),
            Made(&["message", "evalMatches"], "the message, and what was measured"),
        ],
    ),
    FieldRule::new(
        Field::Severity,
        &[
            Copied("commonLabels/severity"),
            Copied("alerts/#/labels/severity"),
            Copied("tags/severity"),
        ],
    ),
    FieldRule::new(
        Field::Level,
        &[
            Copied("commonLabels/severity"),
            Copied("alerts/#/labels/severity"),
            Copied("tags/severity"),
        ],
    ),
    FieldRule::new(
        Field::Service,
        &[
            Copied("commonLabels/service_id"),
            Copied("alerts/*/labels/service_id"),
            Copied("tags/service_id"),
        ],
    ),
    FieldRule::new(Field::SourceName, &[Always("the kind of sender")]),
    FieldRule::new(
        Field::SourceUrl,
        &[Copied("externalURL"), Copied("alerts/#/generatorURL"), Copied("ruleUrl")],
    ),
    FieldRule::new(
        Field::Environment,
        &[
            Copied("commonLabels/environment"),
            Copied("commonLabels/env"),
            Copied("alerts/*/labels/environment"),
            Copied("alerts/*/labels/env"),
            Copied("tags/environment"),
            Copied("tags/env"),
        ],
    ),
    FieldRule::new(
        Field::Project,
        &[
            Copied("commonLabels/project"),
            Copied("alerts/*/labels/project"),
            Copied("tags/project"),
        ],
    ),
    FieldRule::new(
        Field::DetectedAt,
        &[Made(&["alerts/#/startsAt"], "the first that an alert says")],
    ),
    FieldRule::new(Field::Group, &[Made(&["groupKey"], "a hash of the group's key")]),
    FieldRule::new(
        Field::Metadata,
        &[Made(
            &["commonLabels/#", "orgId", "alerts/*/labels/#", "tags/#", "state"],
            "labels under their own names",
        )],
    ),
];
