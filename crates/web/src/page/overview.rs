//! What is going on.

use askama::Template;

use super::{IncidentRow, Offered};
use crate::text as t;
use crate::{Frame, Moment, Notice, SeverityWord, StateWord};

/// What is going on.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub struct Overview {
    /// What stands around it.
    pub frame: Frame,
    /// Whether the first steps are still to be gone, by somebody who may.
    pub is_first_run: bool,
    /// How much is open of each severity, the worst first.
    pub open: Vec<OpenCount>,
    /// The newest that is open.
    pub newest: Vec<IncidentRow>,
    /// What was delivered last.
    pub log: Offered<Option<LogShape>>,
    /// The sources, those that need a look first.
    pub sources: Vec<SourceRow>,
}

/// How much is open of one severity.
#[derive(Debug, Clone)]
pub struct OpenCount {
    /// Which.
    pub severity: SeverityWord,
    /// How many, with a `+` where no more were counted.
    pub count: String,
    /// The list of them.
    pub address: String,
}

/// The newest deliveries, as a whole.
#[derive(Debug, Clone)]
pub struct LogShape {
    /// Which they are, in words.
    pub title: String,
    /// How many a minute.
    pub rate: String,
    /// What one bar stands for.
    pub scale: String,
    /// Their outcomes: word, class of the bars, how many.
    pub outcomes: Vec<(StateWord, &'static str, usize)>,
    /// The bars, the oldest first.
    pub bars: Vec<Bar>,
    /// The keys that came most often: key, how often, the incident.
    pub noisy: Vec<(String, usize, Option<String>)>,
}

/// A bar of a chart, in units of the chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// From the left.
    pub x: usize,
    /// Its parts from the bottom: class, from the top, height.
    pub parts: Vec<(&'static str, usize, usize)>,
}

/// The chart's width and height in its units, and the width of a bar.
pub const CHART: (usize, usize, usize) = (600, 100, 18);

/// A source of alerts.
#[derive(Debug, Clone)]
pub struct SourceRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its provider's name.
    pub provider: String,
    /// How it is.
    pub state: StateWord,
    /// When it was last heard of.
    pub last: Option<Moment>,
    /// How much it sent, ever.
    pub received: i64,
    /// How much of that was refused.
    pub rejected: i64,
    /// How much of that failed here.
    pub failed: i64,
}
