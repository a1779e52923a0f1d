#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod guide;
mod samples;

use watchbell_alert_group::{Entry, Group, GroupError};
use watchbell_model::{Delivery, Reason, SeverityAction};
use watchbell_provider::{
    FieldProblem, GuideContext, Item, Options, Proof, Provider, ReadError, Received, Sample,
    SampleContext,
};

/// Prometheus Alertmanager, by its
/// [`webhook_config`](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
#[derive(Debug, Clone, Copy, Default)]
pub struct Alertmanager;

// What the body's reader takes is what the contract allows.
const _: () = assert!(watchbell_alert_group::MAX_ALERTS == watchbell_provider::MAX_ALERTS);

impl Provider for Alertmanager {
    fn slug(&self) -> &'static str {
        "alertmanager"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["prometheus"]
    }

    fn name(&self) -> &'static str {
        "Prometheus Alertmanager"
    }

    fn key_prefix(&self) -> &'static str {
        "am_"
    }

    /// Alertmanager signs nothing.
    fn proof(&self, _: &Options) -> Proof {
        Proof::RoutingKey
    }

    fn levels(&self, _: &Options) -> &'static [(&'static str, SeverityAction)] {
        watchbell_alert_group::LEVELS
    }

    fn guide(&self, context: &GuideContext) -> String {
        guide::guide(context)
    }

    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        samples::samples(context)
    }

    fn read(&self, delivery: &Delivery, _: &Options) -> Result<Received, ReadError> {
        let Group { entries, resolved_group, warnings } =
            watchbell_alert_group::read(&delivery.body, "Alertmanager").map_err(error)?;
        let items = entries.into_iter().map(item).collect();
        Ok(Received { items, resolved_group, warnings, ..Received::default() })
    }
}

fn item(entry: Entry) -> Item {
    match entry {
        Entry::Alert(alert) => Item::Alert(alert),
        Entry::Heartbeat { name } => Item::Ignored {
            reason: Reason::Heartbeat,
            what: format!("alert {name}: it always fires, to show that alerting works"),
        },
    }
}

fn error(error: GroupError) -> ReadError {
    match error {
        GroupError::NotAGroup { got } => ReadError::Malformed {
            problem: FieldProblem {
                path: String::new(),
                expected: "Alertmanager's own body, a JSON object with a list `alerts` (a body of \
                           your own, made by `payload` in webhook_configs, cannot be read: remove \
                           `payload`)"
                    .to_owned(),
                got,
            },
        },
        GroupError::TooMany { found } => ReadError::TooManyAlerts { found },
    }
}
