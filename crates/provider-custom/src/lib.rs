#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod fields;
mod guide;
mod map;
mod origins;
mod problems;
mod samples;
mod wire;

use std::borrow::Cow;

use watchbell_model::{Delivery, SeverityAction};
use watchbell_provider::{
    FieldRule, GuideContext, Hmac, Options, Proof, Provider, ReadError, Received, Sample,
    SampleContext, ServicePolicy, SignatureHeaders, SignedTime,
};

/// Watchbell's own JSON, for everything that can post.
#[derive(Debug, Clone, Copy, Default)]
pub struct Custom;

/// The signature that a sender may add. The second pair of headers is Runframe's, so that senders
/// made for it need no change.
const SIGNATURE: Hmac = Hmac {
    headers: Cow::Borrowed(&[
        SignatureHeaders::timed("x-watchbell-signature", "x-watchbell-timestamp"),
        SignatureHeaders::timed("x-runframe-signature", "x-runframe-timestamp"),
    ]),
    prefix: "sha256=",
    time: Some(SignedTime { separator: ".", max_age_s: 300, max_ahead_s: 60 }),
};

impl Provider for Custom {
    fn slug(&self) -> &'static str {
        "custom"
    }

    fn name(&self) -> &'static str {
        "Custom webhook"
    }

    fn key_prefix(&self) -> &'static str {
        "cu_"
    }

    fn proof(&self, _: &Options) -> Proof {
        Proof::Hmac(SIGNATURE)
    }

    fn service_policy(&self) -> ServicePolicy {
        ServicePolicy::AnyActive
    }

    /// None: a body names a severity or nothing.
    fn levels(&self, _: &Options) -> &'static [(&'static str, SeverityAction)] {
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

    fn read(&self, delivery: &Delivery, _: &Options) -> Result<Received, ReadError> {
        map::received(wire::parse(&delivery.body)?, &delivery.headers)
    }
}
