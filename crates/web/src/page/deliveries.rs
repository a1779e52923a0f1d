//! The event log.

use askama::Template;

use super::{Block, DeliveryRow, FilterKind, Filters, Span};
use crate::text as t;
use crate::{Frame, Help, Moment, Notice, SeverityWord, StateWord};

/// The event log.
#[derive(Debug, Template)]
#[template(path = "deliveries.html")]
pub struct Deliveries {
    /// What stands around it.
    pub frame: Frame,
    /// What restricts the list.
    pub filters: Option<Filters>,
    /// The deliveries.
    pub rows: Vec<DeliveryRow>,
    /// This very part of the list, for a script that fetches it again.
    pub here: String,
    /// The first part.
    pub newest: String,
    /// The next part, if there is one.
    pub older: Option<String>,
    /// Whether this part is not the first.
    pub is_deep: bool,
}

impl Deliveries {
    /// Whether nothing restricts the list.
    pub fn is_unfiltered(&self) -> bool {
        self.filters.as_ref().is_none_or(|filters| filters.is_clear) && !self.is_deep
    }
}

/// One delivery.
#[derive(Debug, Template)]
#[template(path = "delivery.html")]
pub struct DeliveryPage {
    /// What to do about how it ended.
    pub help: Vec<Help>,
    /// What stands around it.
    pub frame: Frame,
    /// Its id.
    pub id: String,
    /// How it ended.
    pub outcome: StateWord,
    /// Why.
    pub reason: &'static str,
    /// What that means, and what to do.
    pub advice: &'static str,
    /// When it arrived.
    pub at: Moment,
    /// What is known of it: name, value and where that leads.
    pub facts: Vec<(&'static str, String, Option<String>)>,
    /// What became of each alert.
    pub results: Vec<ResultRow>,
    /// How it was decided.
    pub steps: Vec<StepGroup>,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Option<Part>,
    /// Whether whoever looks may run it again.
    pub may_replay: bool,
    /// Why nobody can, if so.
    pub never_run: Option<String>,
    /// What would come of it, if that was asked.
    pub rehearsal: Option<Rehearsal>,
}

/// A body, or its beginning.
#[derive(Debug, Clone)]
pub struct Part {
    /// What is shown.
    pub text: String,
    /// How many bytes there are in all.
    pub bytes: usize,
    /// Whether there is more than is shown.
    pub is_cut: bool,
    /// Whether it is no text.
    pub is_binary: bool,
}

/// What became of one alert.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// What it said.
    pub action: String,
    /// Why it ended as it did.
    pub reason: &'static str,
    /// What that means.
    pub advice: &'static str,
    /// The incident that it touched.
    pub incident: Option<String>,
    /// The service's key.
    pub service: Option<String>,
    /// How bad the incident is afterwards.
    pub severity: Option<SeverityWord>,
    /// Its key.
    pub key: Option<String>,
}

/// The steps that were taken for one alert, or for the delivery as a whole.
#[derive(Debug, Clone)]
pub struct StepGroup {
    /// The number of the alert, from 1; none: the delivery.
    pub alert: Option<usize>,
    /// Which part of the work, and what was found, in order.
    pub steps: Vec<(&'static str, String)>,
}

/// What would come of a delivery now.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Why it is not run again.
    pub why_not: Option<String>,
    /// How it would end: outcome and reason.
    pub now: Option<(StateWord, &'static str)>,
    /// What would become of each alert.
    pub results: Vec<ResultRow>,
    /// How it would be decided.
    pub steps: Vec<StepGroup>,
}
