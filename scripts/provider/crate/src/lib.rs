#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod guide;
mod map;
mod origins;
mod samples;
mod wire;

use watchbell_model::{Delivery, Severity, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Options, Proof, Provider, ReadError, Received, Sample, SampleContext,
};
use watchbell_wire::{parse, text_of_body};

/// Newsender, by its webhooks.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewSender;

/// Its words for how bad a problem is, in lower case.
const LEVELS: &[(&str, SeverityAction)] = &[
    ("critical", SeverityAction::Severity(Severity::Sev0)),
    ("high", SeverityAction::Severity(Severity::Sev1)),
    ("medium", SeverityAction::Severity(Severity::Sev2)),
    ("low", SeverityAction::Severity(Severity::Sev3)),
    ("info", SeverityAction::DoNotCreate),
];

impl Provider for NewSender {
    fn slug(&self) -> &'static str {
        "newsender"
    }

    fn name(&self) -> &'static str {
        "Newsender"
    }

    fn key_prefix(&self) -> &'static str {
        "newprefix_"
    }

    /// It signs nothing.
    fn proof(&self, _: &Options<'_>) -> Proof {
        Proof::RoutingKey
    }

    fn levels(&self, _: &Options<'_>) -> &'static [(&'static str, SeverityAction)] {
        LEVELS
    }

    fn field_rules(&self, _: &Options<'_>) -> &'static [FieldRule] {
        origins::RULES
    }

    fn guide(&self, context: &GuideContext) -> String {
        guide::guide(context)
    }

    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        samples::samples(context)
    }

    fn read(&self, delivery: &Delivery, _: &Options<'_>) -> Result<Received, ReadError> {
        let text = text_of_body(&delivery.body);
        parse(&text).and_then(map::received).map_err(malformed)
    }
}

/// The body is not Newsender's at all; `got` says what it is.
fn malformed(got: String) -> ReadError {
    let expected = "a webhook of Newsender: a JSON object with `state`, and `id` or `title`";
    ReadError::malformed(expected, got)
}
