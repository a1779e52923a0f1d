//! The Integrations Hub, and one integration.

use askama::Template;

use super::{
    Block, Day, DeliveryRow, LinkRow, Offered, Projects, RuleFormPart, SPARK, Span, TopicRow,
};
use crate::text as t;
use crate::{Frame, Help, Moment, Notice, StateWord};

/// The Integrations Hub.
#[derive(Debug, Template)]
#[template(path = "hub.html")]
pub struct HubPage {
    /// What stands around it.
    pub frame: Frame,
    /// The integrations, by name.
    pub cards: Vec<Card>,
    /// What may be connected. Empty for whoever may not.
    pub providers: Vec<Choice>,
    /// The services that can be chosen.
    pub services: Vec<Choice>,
    /// The name that was typed, and refused.
    pub name: String,
    /// From when on the event log has what failed, as its form gives moments; none for whoever may not
    /// see it.
    pub log_from: Option<String>,
}

/// An integration in the Hub.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its provider's name.
    pub provider: String,
    /// How it is.
    pub state: StateWord,
    /// That nothing proves its deliveries, if nothing does though something could.
    pub proof: Option<StateWord>,
    /// That it cannot be asked as it should, if it should.
    pub connection: Option<StateWord>,
    /// When it was last heard of.
    pub last: Option<Moment>,
    /// How much it sent, ever.
    pub received: i64,
    /// How much of that was refused or failed.
    pub refused: i64,
    /// What it sent in the last day, if that was looked at.
    pub day: Option<Day>,
    /// How many deliveries of the last day were answered and could not be carried out, if any.
    pub failed: Option<String>,
}

/// Something that can be chosen in a form.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub name: String,
    /// Whether it is chosen now.
    pub is_chosen: bool,
}

/// One integration.
#[derive(Debug, Template)]
#[template(path = "integration.html")]
pub struct IntegrationPage {
    /// What stands around it.
    pub frame: Frame,
    /// Its id.
    pub id: String,
    /// What stands for exactly what is shown, in the forms that must not undo what others did since.
    pub etag: String,
    /// What people call it.
    pub name: String,
    /// Its provider's name.
    pub provider: String,
    /// Its state.
    pub state: StateWord,
    /// How it is heard.
    pub health: StateWord,
    /// That nothing proves its deliveries, if nothing does though something could.
    pub proof: Option<StateWord>,
    /// When it was last heard of.
    pub last: Option<Moment>,
    /// How much it sent, ever.
    pub received: i64,
    /// Its keys, masked.
    pub keys: Vec<KeyRow>,
    /// The webhook URL, if it was asked for.
    pub url: Option<String>,
    /// A signing secret that was just made.
    pub made_secret: Option<String>,
    /// Whether its senders can sign with a secret.
    pub takes_secret: bool,
    /// Its signing secrets.
    pub secrets: Vec<SecretRow>,
    /// Its linked services.
    pub links: Vec<LinkRow>,
    /// Projects at the source; none: its alerts have none.
    pub projects: Option<Projects>,
    /// Topics at the source; none: it has none.
    pub topics: Option<Vec<TopicRow>>,
    /// What is set: name and value.
    pub settings: Vec<(String, String)>,
    /// What to do about what is wrong with it.
    pub help: Vec<Help>,
    /// How to set its sender up.
    pub guide: Vec<Block>,
    /// How the source is asked, in short; none, if it is only listened to.
    pub connections: Option<String>,
    /// The document of the form of alert rules, where the source has one.
    pub rule_form: Option<RuleFormPart>,
    /// The newest deliveries.
    pub deliveries: Offered<Vec<DeliveryRow>>,
    /// What may be changed; none: nothing by whoever looks.
    pub forms: Option<IntegrationForms>,
}

/// A routing key, masked.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Its beginning and end.
    pub masked: String,
    /// When it was made.
    pub made: Moment,
    /// When it ends.
    pub ends: Option<String>,
}

/// A signing secret, without the secret.
#[derive(Debug, Clone)]
pub struct SecretRow {
    /// Its id.
    pub id: String,
    /// When it was set.
    pub set: Moment,
}

/// What may be changed.
#[derive(Debug, Clone)]
pub struct IntegrationForms {
    /// The moves from its state: word and what it does.
    pub moves: Vec<(&'static str, &'static str)>,
    /// Whether a test alert can be sent.
    pub can_test: bool,
    /// Services that are not linked yet.
    pub unlinked: Vec<Choice>,
    /// The linked services, for the default one.
    pub defaults: Vec<Choice>,
    /// What the default is for.
    pub default_help: &'static str,
    /// What people call it.
    pub name: String,
    /// The rate limit.
    pub rate_limit: String,
    /// How long a key that is replaced may live on.
    pub graces: Vec<Choice>,
    /// Over it: accept and mark.
    pub accept_over_limit: bool,
    /// Only linked services may be named.
    pub is_restricted: bool,
    /// The provider's own settings.
    pub options: Vec<OptionField>,
}

/// One of a provider's own settings.
#[derive(Debug, Clone)]
pub struct OptionField {
    /// The field's name in the form.
    pub field: String,
    /// Its name for people.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What it is unless set.
    pub default: &'static str,
    /// What it is now; empty: the default.
    pub value: String,
    /// What can be chosen; empty: any text.
    pub choices: Vec<Choice>,
    /// Whether it takes a number.
    pub is_number: bool,
}
