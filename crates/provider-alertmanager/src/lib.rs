#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod guide;
mod samples;

use watchbell_alert_group::{GROUPING, HEARTBEAT_EVERY, LEVELS, Sender};
use watchbell_model::{Delivery, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Heartbeat, Options, Proof, Provider, ReadError, Received, Sample,
    SampleContext, Setting,
};

/// Prometheus Alertmanager, by its
/// [`webhook_config`](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
#[derive(Debug, Clone, Copy, Default)]
pub struct Alertmanager;

const SENDER: Sender = Sender {
    name: "Alertmanager",
    expected: "Alertmanager's own body, a JSON object with a list `alerts` (a body of your own, made \
               by `payload` in webhook_configs, cannot be read: remove `payload`)",
};

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
        LEVELS
    }

    fn settings(&self) -> &'static [Setting] {
        &[GROUPING, HEARTBEAT_EVERY]
    }

    fn heartbeat(&self, options: &Options<'_>) -> Option<Heartbeat> {
        watchbell_alert_group::heartbeat(options)
    }

    fn field_rules(&self, options: &Options<'_>) -> &'static [FieldRule] {
        watchbell_alert_group::field_rules(options)
    }

    fn guide(&self, context: &GuideContext) -> String {
        guide::guide(context)
    }

    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        samples::samples(context)
    }

    fn read(&self, delivery: &Delivery, options: &Options<'_>) -> Result<Received, ReadError> {
        watchbell_alert_group::read(&delivery.body, SENDER, options)
    }
}
