//! What belongs to an integration: linked services with how they read levels, projects, topics.

use super::Choice;
use crate::{Moment, StateWord};

/// A linked service.
#[derive(Debug, Clone)]
pub struct LinkRow {
    /// Its key.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Whether alerts without a service go there.
    pub is_default: bool,
    /// Whether it takes incidents.
    pub is_active: bool,
    /// How it reads levels: level and what that gives.
    pub mapping: Vec<(String, String)>,
    /// How that is changed; none: not by whoever looks.
    pub editor: Option<MappingForm>,
}

/// How a linked service reads levels, as a form.
#[derive(Debug, Clone)]
pub struct MappingForm {
    /// What is to be said of what stands there; none: it is as stored.
    pub state: Option<&'static str>,
    /// The levels that are known.
    pub levels: Vec<LevelRow>,
    /// A level that is not among them: its name as typed, and its choices.
    pub other: LevelRow,
    /// What can be filled in: word and name.
    pub presets: Vec<(String, String)>,
}

/// A level that a sender can send.
#[derive(Debug, Clone)]
pub struct LevelRow {
    /// The level.
    pub level: String,
    /// What it can give.
    pub choices: Vec<Choice>,
}

/// Projects at the source.
#[derive(Debug, Clone)]
pub struct Projects {
    /// Those that are mapped, by name.
    pub rows: Vec<ProjectRow>,
    /// The services that can be chosen.
    pub services: Vec<Choice>,
    /// What was typed for a further project, and refused.
    pub typed: Option<String>,
}

/// A project at the source whose new incidents go to a service.
#[derive(Debug, Clone)]
pub struct ProjectRow {
    /// Its name at the source.
    pub project: String,
    /// The service's name.
    pub service: String,
    /// The service's key.
    pub key: String,
    /// Whether it opens incidents.
    pub is_active: bool,
}

/// A topic at the source.
#[derive(Debug, Clone)]
pub struct TopicRow {
    /// Its name at the source.
    pub topic: String,
    /// What became of it.
    pub state: StateWord,
    /// Since when.
    pub since: Moment,
    /// Whether somebody must let it in.
    pub waits: bool,
}
