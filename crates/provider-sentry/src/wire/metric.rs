//! A metric alert: a number that crossed a line.

use watchbell_wire::{List, Text, object};

use super::{Names, Settings};

object! {
    /// A metric alert, which Sentry also calls an incident.
    #[derive(Debug, Default)]
    pub(crate) struct MetricAlert<'a> {
        pub(crate) id: Text<'a> = "id",
        /// The organization's number for it; the same from its first state to its last.
        pub(crate) identifier: Text<'a> = "identifier",
        pub(crate) organization_id: Text<'a> = "organization_id",
        /// Slugs.
        pub(crate) projects: Names<'a> = "projects",
        pub(crate) rule: Rule<'a> = "alert_rule",
        /// 1 open, 2 closed, 10 warning, 20 critical.
        pub(crate) status: Text<'a> = "status",
        pub(crate) title: Text<'a> = "title",
        pub(crate) date_started: Text<'a> = "date_started",
        pub(crate) date_detected: Text<'a> = "date_detected",
    }
}

object! {
    /// The rule that it belongs to.
    #[derive(Debug, Default)]
    pub(crate) struct Rule<'a> {
        pub(crate) name: Text<'a> = "name",
        pub(crate) environment: Text<'a> = "environment",
        pub(crate) projects: Names<'a> = "projects",
        pub(crate) triggers: List<Trigger<'a>, 20> = "triggers",
    }
}

object! {
    /// One of its lines.
    #[derive(Debug, Default)]
    pub(crate) struct Trigger<'a> {
        /// `critical` or `warning`.
        pub(crate) label: Text<'a> = "label",
        pub(crate) actions: Actions<'a> = "actions",
    }
}

/// What is done when a line is crossed.
pub(crate) type Actions<'a> = List<Action<'a>, 100>;

object! {
    /// One thing that is done.
    #[derive(Debug, Default)]
    pub(crate) struct Action<'a> {
        /// `sentry_app` for ours, and for every other app's.
        pub(crate) kind: Text<'a> = "type",
        /// Whose it is; gone since about 2023.
        pub(crate) installation: Text<'a> = "sentry_app_installation_uuid",
        pub(crate) settings: Settings<'a> = "settings",
    }
}
