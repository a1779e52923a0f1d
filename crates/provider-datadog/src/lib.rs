#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod fields;
mod guide;
mod map;
mod message;
mod origins;
mod samples;
mod state;
mod tags;
mod wire;

use watchbell_model::{Delivery, Severity, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Options, Proof, Provider, ReadError, Received, Sample, SampleContext,
};

/// Datadog, by its [webhooks](https://docs.datadoghq.com/integrations/webhooks/).
#[derive(Debug, Clone, Copy, Default)]
pub struct Datadog;

/// The payload to paste into Datadog.
pub const TEMPLATE: &str = include_str!("template.json");

/// Priorities of monitors; words of a tag `severity`, which security signals use too; and alert
/// types.
const LEVELS: &[(&str, SeverityAction)] = &[
    ("p1", SeverityAction::Severity(Severity::Sev0)),
    ("p2", SeverityAction::Severity(Severity::Sev1)),
    ("p3", SeverityAction::Severity(Severity::Sev2)),
    ("p4", SeverityAction::Severity(Severity::Sev3)),
    ("p5", SeverityAction::Severity(Severity::Sev4)),
    ("critical", SeverityAction::Severity(Severity::Sev0)),
    ("high", SeverityAction::Severity(Severity::Sev1)),
    ("medium", SeverityAction::Severity(Severity::Sev2)),
    ("low", SeverityAction::Severity(Severity::Sev3)),
    ("error", SeverityAction::Severity(Severity::Sev1)),
    ("warning", SeverityAction::Severity(Severity::Sev2)),
    ("info", SeverityAction::Severity(Severity::Sev3)),
    ("success", SeverityAction::Severity(Severity::Sev3)),
];

impl Provider for Datadog {
    fn slug(&self) -> &'static str {
        "datadog"
    }

    fn name(&self) -> &'static str {
        "Datadog"
    }

    fn key_prefix(&self) -> &'static str {
        "dd_"
    }

    /// Datadog signs nothing.
    fn proof(&self, _: &Options<'_>) -> Proof {
        Proof::RoutingKey
    }

    fn levels(&self, _: &Options<'_>) -> &'static [(&'static str, SeverityAction)] {
        LEVELS
    }

    fn field_rules(&self, _: &Options<'_>) -> &'static [FieldRule] {
        origins::RULES
    }

    fn document(&self, delivery: &Delivery) -> Option<serde_json::Value> {
        Some(origins::document(&delivery.body))
    }

    fn guide(&self, context: &GuideContext) -> String {
        guide::guide(context)
    }

    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        samples::samples(context)
    }

    fn read(&self, delivery: &Delivery, _: &Options<'_>) -> Result<Received, ReadError> {
        let body = watchbell_wire::text_of_body(&delivery.body);
        map::received(wire::parse(&body)?)
    }
}
