//! One incident.

use askama::Template;
use watchbell_model::{Severity, Status, TimelineKind};

use super::known::{Known, Links};
use super::{Block, CHART, Span};
use crate::text as t;
use crate::{Frame, Help, Moment, Notice, SeverityWord, StateWord, StatusWord};

/// One incident with all that belongs to it.
#[derive(Debug, Template)]
#[template(path = "incident.html")]
pub struct IncidentPage {
    /// What to do about what does not look right.
    pub help: Vec<Help>,
    /// What stands around it.
    pub frame: Frame,
    /// Its number.
    pub number: String,
    /// How often it has changed.
    pub version: i64,
    /// In short.
    pub title: String,
    /// In full.
    pub description: Option<String>,
    /// How bad it is.
    pub severity: SeverityWord,
    /// Where it stands.
    pub status: StatusWord,
    /// Whether it is a test.
    pub is_test: bool,
    /// What is known of it: name, value and where that leads.
    pub facts: Vec<(&'static str, String, Option<String>)>,
    /// When it was opened.
    pub opened: Moment,
    /// When it was last reported.
    pub last_seen: Moment,
    /// When it ended.
    pub ended: Option<Moment>,
    /// When it began at the source.
    pub detected: Option<Moment>,
    /// When it was acknowledged, and by whom.
    pub taken: Option<(Moment, String)>,
    /// How often it was reported.
    pub occurrences: i64,
    /// Where to look at the source.
    pub source_url: Option<String>,
    /// Further names and values.
    pub metadata: Vec<(String, String)>,
    /// What happened, the newest first.
    pub timeline: Vec<Line>,
    /// The newest deliveries that touched it.
    pub deliveries: Offered<Vec<DeliveryRow>>,
    /// The deploys that it may have come from.
    pub suspects: Suspects,
    /// When it was reported; none: no delivery is kept that did.
    pub occurrences_chart: Option<Occurrences>,
    /// What its source says of it; none: it can tell no more.
    pub known: Option<Known>,
    /// The issues that it is linked with.
    pub links: Links,
    /// What may be changed; none: nothing by whoever looks.
    pub change: Option<Change>,
}

/// When it was reported, as a chart.
#[derive(Debug, Clone)]
pub struct Occurrences {
    /// What is shown, in words.
    pub title: String,
    /// What one bar stands for, and how high the highest is.
    pub scale: String,
    /// Whether there are more than these.
    pub is_part: bool,
    /// The bars, the oldest first: from the left, from the top, height.
    pub bars: Vec<(usize, usize, usize)>,
    /// How wide a bar is.
    pub bar: usize,
}

/// Something that not everybody sees, or that cannot be.
#[derive(Debug, Clone)]
pub enum Offered<T> {
    /// It.
    Here(T),
    /// Whoever looks may not see it.
    Hidden,
    /// There can be none.
    None,
}

/// A line of the timeline.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Moment,
    /// What kind of thing happened.
    pub kind: TimelineKind,
    /// Who did it.
    pub who: String,
    /// What happened.
    pub text: String,
}

/// A delivery in a list.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Its id.
    pub id: String,
    /// When it was received.
    pub at: Moment,
    /// What came of it.
    pub outcome: StateWord,
    /// The integration that it came through.
    pub source: String,
    /// Why.
    pub reason: &'static str,
    /// The incidents that it touched.
    pub incidents: Vec<String>,
    /// What to do about that.
    pub advice: &'static str,
}

/// The deploys that an incident may have come from.
#[derive(Debug, Clone)]
pub struct Suspects {
    /// How many deploys were looked at.
    pub considered: usize,
    /// The most suspected first.
    pub rows: Vec<SuspectRow>,
}

/// A suspected deploy.
#[derive(Debug, Clone)]
pub struct SuspectRow {
    /// The deploy's id.
    pub deploy: String,
    /// The commit, shortened.
    pub commit: String,
    /// What its author wrote.
    pub message: Option<String>,
    /// Who deployed.
    pub by: Option<String>,
    /// Where to.
    pub environment: Option<String>,
    /// The version.
    pub version: Option<String>,
    /// The pipeline's own page.
    pub url: Option<String>,
    /// How long before.
    pub age: String,
    /// How sure.
    pub band: String,
    /// The sum.
    pub score: i32,
    /// Its parts.
    pub parts: Vec<SuspectPart>,
}

/// A part of a score.
#[derive(Debug, Clone)]
pub struct SuspectPart {
    /// With its sign.
    pub points: String,
    /// Why.
    pub text: String,
}

/// What may be changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// Whether it can be acknowledged.
    pub can_take: bool,
    /// What it may become, and whether that was chosen and refused.
    pub statuses: Vec<(Status, bool)>,
    /// What was typed about another status, if that was refused.
    pub about: Option<String>,
    /// How bad it is now.
    pub severity: Severity,
    /// Whose it is now; empty: nobody's.
    pub assigned: String,
    /// Whose it should have been, if that was refused.
    pub typed_owner: Option<String>,
    /// Whose it may be.
    pub people: Vec<String>,
    /// The comment that was typed, and refused.
    pub comment: String,
    /// The title that was typed, if the texts were refused.
    pub title: Option<String>,
    /// The description that was typed with it.
    pub description: Option<String>,
}
