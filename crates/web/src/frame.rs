//! What stands around every page.

use watchbell_model::{Role, Timestamp};

use crate::{Moment, assets, text};

/// Where in the navigation a page belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What is going on.
    Overview,
    /// Incidents.
    Incidents,
    /// The Integrations Hub.
    Integrations,
    /// The event log.
    Deliveries,
    /// Services.
    Services,
    /// Teams.
    Teams,
    /// Deploys.
    Deploys,
    /// Users.
    Users,
    /// API keys.
    ApiKeys,
    /// Who changed what.
    Audit,
    /// Settings of the instance.
    Settings,
}

/// A line of the navigation.
#[derive(Debug)]
pub struct Place {
    /// What it leads to.
    pub section: Section,
    /// Its address below the server's own.
    pub path: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Who sees it.
    pub least: Role,
}

/// The navigation.
pub const NAVIGATION: &[Place] = &[
    place(Section::Overview, "/", text::OVERVIEW, Role::Viewer),
    place(Section::Incidents, "/incidents", text::INCIDENTS, Role::Viewer),
    place(Section::Integrations, "/integrations", text::HUB, Role::Viewer),
    place(Section::Deliveries, "/deliveries", text::EVENT_LOG, Role::Responder),
    place(Section::Services, "/services", text::SERVICES, Role::Viewer),
    place(Section::Teams, "/teams", text::TEAMS, Role::Viewer),
    place(Section::Deploys, "/deploys", text::DEPLOYS, Role::Viewer),
    place(Section::Users, "/users", text::USERS, Role::Viewer),
    place(Section::ApiKeys, "/api-keys", text::API_KEYS, Role::Admin),
    place(Section::Audit, "/audit", text::AUDIT, Role::Admin),
    place(Section::Settings, "/settings", text::SETTINGS, Role::Viewer),
];

const fn place(section: Section, path: &'static str, name: &'static str, least: Role) -> Place {
    Place { section, path, name, least }
}

/// Who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their e-mail address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// What their forms must bring along.
    pub csrf: String,
}

/// What has just happened, or did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was done.
    Done(&'static str),
    /// It was not, for these reasons.
    Refused(Vec<String>),
}

/// What stands around every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What stands before every path of this server where browsers reach it.
    pub base: String,
    /// What the page is called.
    pub title: String,
    /// Where it belongs.
    pub section: Option<Section>,
    /// Who looks at it.
    pub person: Option<Person>,
    /// What has just happened.
    pub notice: Option<Notice>,
    /// What had changed on the server before the page was made, as its stream tells of it.
    pub seen: String,
    now: Timestamp,
}

impl Frame {
    /// Around a page that nobody in particular sees at `now`, on a server below the path `base`.
    pub fn new(base: &str, now: Timestamp) -> Self {
        Self {
            base: base.to_owned(),
            title: String::new(),
            section: None,
            person: None,
            notice: None,
            seen: String::new(),
            now,
        }
    }

    /// The same with this title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// The same, in this section.
    #[must_use]
    pub fn within(self, section: Section) -> Self {
        Self { section: Some(section), ..self }
    }

    /// The lines of the navigation that this person sees.
    pub fn places(&self) -> impl Iterator<Item = &'static Place> {
        let role = self.person.as_ref().map(|person| person.role);
        NAVIGATION.iter().filter(move |place| role.is_some_and(|role| role >= place.least))
    }

    /// Whether the page belongs to `place`.
    pub fn is_at(&self, place: &Place) -> bool {
        self.section == Some(place.section)
    }

    /// Whether this person's role is `least` or more.
    pub fn may(&self, least: Role) -> bool {
        self.person.as_ref().is_some_and(|person| person.role >= least)
    }

    /// What forms of this page must bring along.
    pub fn csrf(&self) -> &str {
        self.person.as_ref().map_or("", |person| &person.csrf)
    }

    /// `at` as this page shows it.
    pub const fn moment(&self, at: Timestamp) -> Moment {
        Moment::new(at, self.now)
    }

    /// The address of the style sheet.
    pub fn style(&self) -> String {
        self.asset(&assets::STYLE.name)
    }

    /// The address of htmx.
    pub fn htmx(&self) -> String {
        self.asset(&assets::HTMX.name)
    }

    /// The address of our own script.
    pub fn script(&self) -> String {
        self.asset(&assets::OWN_SCRIPT.name)
    }

    /// The address of the icon.
    pub fn icon(&self) -> String {
        self.asset(&assets::ICON.name)
    }

    fn asset(&self, name: &str) -> String {
        format!("{}/assets/{name}", self.base)
    }
}
