//! What Sentry sends, in its words; only what is used. Everything else, such as stack traces, is
//! skipped without being looked at.

mod event;
mod metric;
mod settings;

use std::borrow::Cow;
use std::fmt;

use watchbell_wire::{Lenient, MapAccess, Shape, Text, object};

pub(crate) use event::{Event, Metadata, Occurrence, Tags};
pub(crate) use metric::{Action, MetricAlert, Rule, Trigger};
pub(crate) use settings::Settings;

object! {
    /// The body, in whichever of its shapes: a Sentry App's envelope (`data`), a hand-made body
    /// (`issue` or `event` at the top), or the legacy project plugin's flat one.
    #[derive(Debug, Default)]
    pub(crate) struct Body<'a> {
        pub(crate) action: Text<'a> = "action",
        pub(crate) installation: Installation<'a> = "installation",
        pub(crate) actor: Named<'a> = "actor",
        pub(crate) data: Data<'a> = "data",
        pub(crate) issue: Issue<'a> = "issue",
        pub(crate) event: Event<'a> = "event",
        pub(crate) project: Project<'a> = "project",
        /// The legacy plugin's issue id.
        pub(crate) id: Text<'a> = "id",
        pub(crate) project_name: Text<'a> = "project_name",
        pub(crate) project_slug: Text<'a> = "project_slug",
        pub(crate) level: Text<'a> = "level",
        pub(crate) culprit: Text<'a> = "culprit",
        pub(crate) message: Text<'a> = "message",
        /// The legacy plugin's link to the issue.
        pub(crate) url: Text<'a> = "url",
        /// Names; empty when somebody pressed the legacy plugin's test button.
        pub(crate) triggering_rules: Names<'a> = "triggering_rules",
    }
}

object! {
    /// What a Sentry App's envelope holds, whichever resource it is.
    #[derive(Debug, Default)]
    pub(crate) struct Data<'a> {
        pub(crate) event: Event<'a> = "event",
        /// An event too: resource `error`.
        pub(crate) error: Event<'a> = "error",
        pub(crate) issue: Issue<'a> = "issue",
        pub(crate) triggered_rule: Text<'a> = "triggered_rule",
        pub(crate) issue_alert: AlertRule<'a> = "issue_alert",
        /// The activity alert that fired.
        pub(crate) alert: AlertRule<'a> = "alert",
        pub(crate) activity: Activity<'a> = "activity",
        pub(crate) metric_alert: MetricAlert<'a> = "metric_alert",
        pub(crate) description_title: Text<'a> = "description_title",
        pub(crate) description_text: Text<'a> = "description_text",
        /// The metric alert's.
        pub(crate) web_url: Text<'a> = "web_url",
        /// Who an issue was assigned to.
        pub(crate) assignee: Named<'a> = "assignee",
        pub(crate) comment: Text<'a> = "comment",
        pub(crate) comment_id: Text<'a> = "comment_id",
        pub(crate) issue_id: Text<'a> = "issue_id",
        pub(crate) project_slug: Text<'a> = "project_slug",
        pub(crate) timestamp: Text<'a> = "timestamp",
        pub(crate) installation: Installation<'a> = "installation",
    }
}

object! {
    /// An installation of the app in an organization.
    #[derive(Debug, Default)]
    pub(crate) struct Installation<'a> {
        pub(crate) uuid: Text<'a> = "uuid",
        pub(crate) organization: Project<'a> = "organization",
        /// An OAuth grant, good for ten minutes.
        pub(crate) code: Text<'a> = "code",
    }
}

object! {
    /// A person, a team or an app.
    #[derive(Debug, Default)]
    pub(crate) struct Named<'a> {
        /// `user` or `application`.
        pub(crate) kind: Text<'a> = "type",
        /// A person's number, an app's UUID, or `sentry`.
        pub(crate) id: Text<'a> = "id",
        pub(crate) name: Text<'a> = "name",
    }
}

object! {
    /// An alert rule with the settings of its action.
    #[derive(Debug, Default)]
    pub(crate) struct AlertRule<'a> {
        /// -1 in a test notification.
        pub(crate) id: Text<'a> = "id",
        pub(crate) title: Text<'a> = "title",
        pub(crate) settings: Settings<'a> = "settings",
    }
}

object! {
    /// What happened to an issue.
    #[derive(Debug, Default)]
    pub(crate) struct Activity<'a> {
        pub(crate) kind: Text<'a> = "type",
    }
}

object! {
    /// An issue: events of one cause.
    #[derive(Debug, Default)]
    pub(crate) struct Issue<'a> {
        pub(crate) id: Text<'a> = "id",
        /// Like `CHECKOUT-3F`.
        pub(crate) short_id: Text<'a> = "shortId",
        pub(crate) title: Text<'a> = "title",
        pub(crate) culprit: Text<'a> = "culprit",
        pub(crate) level: Text<'a> = "level",
        /// As it is when the webhook is sent, which may contradict the action.
        pub(crate) status: Text<'a> = "status",
        pub(crate) substatus: Text<'a> = "substatus",
        pub(crate) metadata: Metadata<'a> = "metadata",
        pub(crate) project: Project<'a> = "project",
        /// How many events it has.
        pub(crate) count: Text<'a> = "count",
        pub(crate) first_seen: Text<'a> = "firstSeen",
        pub(crate) last_seen: Text<'a> = "lastSeen",
        pub(crate) assigned_to: Named<'a> = "assignedTo",
        pub(crate) web_url: Text<'a> = "web_url",
        /// `null` until July 2025.
        pub(crate) permalink: Text<'a> = "permalink",
        /// The API's address; tells the organization.
        pub(crate) url: Text<'a> = "url",
        pub(crate) project_url: Text<'a> = "project_url",
    }
}

/// A project or an organization: an object, a slug, or a number alone.
#[derive(Debug, Default)]
pub(crate) struct Project<'a> {
    pub(crate) id: Lenient<Text<'a>>,
    pub(crate) name: Lenient<Text<'a>>,
    pub(crate) slug: Lenient<Text<'a>>,
}

object! {
    #[derive(Debug, Default)]
    struct ProjectObject<'a> {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        slug: Text<'a> = "slug",
    }
}

impl<'de> Shape<'de> for Project<'de> {
    fn from_text(text: Cow<'de, str>) -> Lenient<Self> {
        Lenient::Is(Self { slug: Text::from_text(text), ..Self::default() })
    }

    fn from_scalar(value: &dyn fmt::Display, kind: &'static str) -> Lenient<Self> {
        Lenient::Is(Self { id: Text::from_scalar(value, kind), ..Self::default() })
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Lenient<Self>, A::Error> {
        let ProjectObject { id, name, slug } =
            ProjectObject::from_map(map)?.ok().unwrap_or_default();
        Ok(Lenient::Is(Self { id, name, slug }))
    }
}

/// Names, of which the first is as good as all.
pub(crate) type Names<'a> = watchbell_wire::List<Text<'a>, 20>;
