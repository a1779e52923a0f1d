//! The first run: from a running server to the first incident, in four steps.

use askama::Template;

use super::{Block, Choice, Span};
use crate::text as t;
use crate::{Frame, Moment, Notice, StateWord};

/// The first run.
#[derive(Debug, Template)]
#[template(path = "welcome.html")]
pub struct WelcomePage {
    /// What stands around it.
    pub frame: Frame,
    /// The four steps.
    pub steps: Vec<StepLine>,
    /// The one that is shown.
    pub step: WelcomeStep,
    /// Where the step after it is.
    pub next: Option<StepLine>,
}

/// A step, as the list of them shows it.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// What it is called.
    pub name: &'static str,
    /// Its address.
    pub address: String,
    /// Whether it is the one that is shown.
    pub is_here: bool,
    /// Whether what it leads to is there.
    pub is_done: bool,
}

/// What a step asks for or shows.
#[derive(Debug)]
pub enum WelcomeStep {
    /// Name a service.
    Service {
        /// What was typed.
        name: String,
        /// The services that have a name of their own.
        named: Vec<String>,
        /// Those that can be given the name.
        rename: Vec<Choice>,
    },
    /// Choose what sends.
    Choose {
        /// The services.
        services: Vec<Choice>,
        /// What can send: slug and name.
        providers: Vec<(&'static str, &'static str)>,
    },
    /// What sends is connected.
    Connected {
        /// Its id.
        id: String,
        /// What people call it.
        name: String,
        /// Its webhook URL, if it was asked for.
        url: Option<String>,
        /// Its key, masked.
        masked: String,
        /// How to set its sender up.
        guide: Vec<Block>,
        /// Where another one is chosen.
        other: String,
    },
    /// Send a test alert.
    Test {
        /// The source's id.
        id: String,
        /// What people call it.
        name: String,
        /// Whether one can be sent from here.
        can_test: bool,
        /// How to set its sender up.
        guide: Vec<Block>,
    },
    /// See the incident.
    Incident {
        /// The source's id.
        id: String,
        /// What people call it.
        name: String,
        /// The newest delivery that touched an incident, with its number and title.
        arrival: Option<Box<(Arrival, String, String)>>,
        /// What came in last, if it is another one.
        besides: Option<Box<Arrival>>,
        /// This step's own address.
        here: String,
        /// Where another test alert is sent.
        again: String,
    },
}

/// What came in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The delivery.
    pub delivery: String,
    /// When.
    pub at: Moment,
    /// What came of it.
    pub outcome: StateWord,
    /// Why.
    pub reason: &'static str,
    /// What that means.
    pub advice: &'static str,
}
