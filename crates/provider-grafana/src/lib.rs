#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod guide;
mod samples;

use std::borrow::Cow;

use watchbell_alert_group::{GROUPING, HEARTBEAT_EVERY, LEVELS, Sender};
use watchbell_model::{Delivery, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Heartbeat, Hmac, Options, Proof, Provider, ReadError, Received,
    Sample, SampleContext, Setting, SettingKind, SignatureHeaders, SignedTime,
};

/// Grafana, by its [webhook contact point][webhook].
///
/// [webhook]: https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
#[derive(Debug, Clone, Copy, Default)]
pub struct Grafana;

/// The header with the signature, as it is called unless the contact point says otherwise.
const SIGNATURE: &str = "x-grafana-alert-signature";

const TIMESTAMP_HEADER: Setting = Setting {
    key: "timestamp_header",
    label: "Timestamp header",
    help: "The contact point's \"Timestamp Header\" in the section \"HMAC Signature\". Grafana then \
           signs the time with the body; a request that is older than five minutes is refused. \
           Empty: the body is signed alone.",
    kind: SettingKind::Header,
    default: "",
};

/// The time that is signed: `{unix seconds}:{body}`.
const TIME: SignedTime = SignedTime { separator: ":", max_age_s: 300, max_ahead_s: 60 };

const SENDER: Sender = Sender {
    name: "Grafana",
    expected: "Grafana's own body, a JSON object with a list `alerts`, or that of Grafana 8 and \
               older with `ruleName` and `state` (a body of your own, made by a custom payload \
               template, cannot be read: remove the template)",
};

impl Provider for Grafana {
    fn slug(&self) -> &'static str {
        "grafana"
    }

    fn name(&self) -> &'static str {
        "Grafana"
    }

    fn key_prefix(&self) -> &'static str {
        "gr_"
    }

    fn methods(&self) -> &'static [&'static str] {
        &["POST", "PUT"]
    }

    fn proof(&self, options: &Options<'_>) -> Proof {
        let timestamp = options.get(&TIMESTAMP_HEADER).trim();
        let names = if timestamp.is_empty() {
            SignatureHeaders::body(SIGNATURE)
        } else {
            SignatureHeaders {
                signature: Cow::Borrowed(SIGNATURE),
                timestamp: Some(Cow::Owned(timestamp.to_ascii_lowercase())),
            }
        };
        let time = names.timestamp.is_some().then_some(TIME);
        Proof::Hmac(Hmac { headers: Cow::Owned(vec![names]), prefix: "", time })
    }

    fn levels(&self, _: &Options<'_>) -> &'static [(&'static str, SeverityAction)] {
        LEVELS
    }

    fn settings(&self) -> &'static [Setting] {
        &[GROUPING, HEARTBEAT_EVERY, TIMESTAMP_HEADER]
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
