#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod alarm;
mod console;
mod dimensions;
mod guide;
mod map;
mod origins;
mod received;
mod samples;
mod wire;

use watchbell_model::{Delivery, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Options, Proof, Provider, ReadError, Received, Sample, SampleContext,
};
use watchbell_sns::{Envelope, NotAnEnvelope};

/// Alarms of AWS CloudWatch, by a
/// [subscription over HTTPS](https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html)
/// to the topic that they notify.
#[derive(Debug, Clone, Copy, Default)]
pub struct CloudWatch;

impl Provider for CloudWatch {
    fn slug(&self) -> &'static str {
        "cloudwatch"
    }

    fn name(&self) -> &'static str {
        "AWS CloudWatch"
    }

    fn key_prefix(&self) -> &'static str {
        "cw_"
    }

    fn proof(&self, _: &Options<'_>) -> Proof {
        Proof::Sns
    }

    /// None: an alarm has no severity. The service's default counts.
    fn levels(&self, _: &Options<'_>) -> &'static [(&'static str, SeverityAction)] {
        &[]
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

    fn without_secrets(&self, body: &[u8]) -> Option<Vec<u8>> {
        watchbell_sns::without_secrets(body)
    }

    fn read(&self, delivery: &Delivery, _: &Options<'_>) -> Result<Received, ReadError> {
        let envelope = Envelope::read(&delivery.body, &delivery.headers).map_err(malformed)?;
        Ok(received::received(&envelope))
    }
}

fn malformed(error: NotAnEnvelope) -> ReadError {
    match error {
        NotAnEnvelope::Raw => ReadError::malformed(
            "the envelope of Amazon SNS, which is signed (turn off raw message delivery in the \
             subscription)",
            "a message without it",
        ),
        NotAnEnvelope::Other { got } => ReadError::malformed(
            "the envelope of Amazon SNS, a JSON object with `Type`, `MessageId`, `TopicArn`, \
             `Message` and `Signature`",
            got,
        ),
    }
}
