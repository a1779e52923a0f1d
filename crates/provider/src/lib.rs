#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

#[cfg(feature = "conformance")]
pub mod conformance;
mod heartbeat;
mod issue_links;
mod origin;
mod presets;
mod problems;
mod proof;
mod received;
mod rule_form;
mod settings;
mod show;

use std::fmt;

use watchbell_model::{Delivery, Secret, SeverityAction, Timestamp};

pub use heartbeat::Heartbeat;
pub use issue_links::{IssueLinks, IssueName, IssueNamed, LinkForm, LinkRequest, LinkWith};
pub use origin::{Field, FieldRule, Origin, Place, origins};
pub use presets::{Preset, presets};
pub use problems::Problems;
pub use proof::{Hmac, Proof, SignatureHeaders, SignedTime};
pub use received::{
    FieldProblem, Idempotency, Installation, Item, MAX_ALERTS, ReadError, Received, Topic,
    TopicEvent,
};
pub use rule_form::{FormContext, NothingToChoose, RuleForm, cannot_be_chosen};
pub use settings::{Options, Setting, SettingKind, SettingProblem};
pub use show::show;

/// How strictly a provider's alerts may name services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServicePolicy {
    /// A machine wrote the alert: a wrong service is a reason in the event log, and a service must
    /// be linked.
    NeedsLink,
    /// A script's author wrote the alert and should see a wrong service at once: it is a wrong
    /// field (400). Every active service may be named unless the integration is restricted to
    /// linked ones.
    AnyActive,
}

/// What is kept of what a source says when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enrichment {
    /// Whether what tells who a person is is kept.
    pub personal_data: bool,
}

/// What a sample is made for.
#[derive(Debug, Clone)]
pub struct SampleContext {
    /// The key of the service that the sample names.
    pub service_key: String,
    /// The present moment.
    pub now: Timestamp,
    /// A text that makes this sample's problem a new one.
    pub nonce: String,
}

/// A request that this provider's sender could have sent, before signing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// Its headers, `content-type` included.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

/// What an operator needs to set up a sender.
#[derive(Debug, Clone)]
pub struct GuideContext {
    /// The full intake address. It holds the routing key: a guide shows it where the operator must
    /// paste it, and nowhere else.
    pub url: Secret,
    /// The key of a service to use in examples.
    pub service_key: String,
}

/// One kind of sender: what it is called, how its requests are proven, and how they are read.
///
/// An implementation has no state and does no I/O; `read` gives the same for the same input and
/// takes time and memory linear in the body.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Its name in addresses, databases and metrics: `[a-z0-9-]+`, never changed.
    fn slug(&self) -> &'static str;

    /// Further names that addresses and the command line accept.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// Its name for people.
    fn name(&self) -> &'static str;

    /// What its routing keys begin with, the underscore included.
    fn key_prefix(&self) -> &'static str;

    /// The methods that its sender may use, upper case.
    fn methods(&self) -> &'static [&'static str] {
        &["POST"]
    }

    /// How its requests are proven when a signing secret is stored, or always, as
    /// [`Proof::is_always_asked`] says.
    fn proof(&self, options: &Options<'_>) -> Proof;

    /// How strictly its alerts may name services.
    fn service_policy(&self) -> ServicePolicy {
        ServicePolicy::NeedsLink
    }

    /// Its levels with their default severity actions under these settings. Compared without case.
    fn levels(&self, options: &Options<'_>) -> &'static [(&'static str, SeverityAction)];

    /// The default action for `level`, if its table has one.
    fn level_action(&self, level: &str, options: &Options<'_>) -> Option<SeverityAction> {
        self.levels(options)
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(level))
            .map(|(_, action)| *action)
    }

    /// Whether its source can be asked, too, by a connection.
    fn connects(&self) -> bool {
        false
    }

    /// The form of its alert rules, if they have one of ours.
    fn rule_form(&self) -> Option<&dyn RuleForm> {
        None
    }

    /// How its issues can be linked with incidents, if they can.
    fn issue_links(&self) -> Option<&dyn IssueLinks> {
        None
    }

    /// Its settings; the web UI draws the form from them.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    /// What is wrong with settings that are each right by themselves.
    fn settings_problem(&self, _options: &Options<'_>) -> Option<SettingProblem> {
        None
    }

    /// Whether its source is asked about what its alerts open, under these settings, and what is kept
    /// of the answer. An alert says so itself, by [`Alert::inquiry`](watchbell_model::Alert::inquiry).
    fn enrichment(&self, _options: &Options<'_>) -> Option<Enrichment> {
        None
    }

    /// How to set up the sender, in Markdown, ready to paste.
    fn guide(&self, context: &GuideContext) -> String;

    /// Requests that the sender could have sent; the first is the one that opens an incident.
    fn samples(&self, context: &SampleContext) -> Vec<Sample>;

    /// `body` as it may be kept; none if nothing in it is secret. What is kept reads the same way.
    fn without_secrets(&self, body: &[u8]) -> Option<Vec<u8>> {
        _ = body;
        None
    }

    /// Where the fields of its alerts come from under these settings, for people who ask why a
    /// field says what it says.
    fn field_rules(&self, options: &Options<'_>) -> &'static [FieldRule] {
        _ = options;
        &[]
    }

    /// The body as a tree, for [`origins`]; none if it is none.
    fn document(&self, delivery: &Delivery) -> Option<serde_json::Value> {
        // A wrong byte loses a character, not the tree.
        serde_json::from_str(&String::from_utf8_lossy(&delivery.body)).ok()
    }

    /// The heartbeat that an integration with these settings expects of its sender, if any.
    fn heartbeat(&self, _options: &Options<'_>) -> Option<Heartbeat> {
        None
    }

    /// What a delivery says.
    ///
    /// # Errors
    /// The body is not this provider's, has wrong fields that the provider does not forgive, or
    /// holds too many alerts.
    fn read(&self, delivery: &Delivery, options: &Options<'_>) -> Result<Received, ReadError>;
}
