//! What Newsender sends, in its words; only what is used.

use watchbell_wire::{Text, object};

object! {
    /// The body.
    #[derive(Debug, Default)]
    pub(crate) struct Body<'a> {
        /// The problem's own id: the same until it is over.
        pub(crate) id: Text<'a> = "id",
        /// `firing`, `acknowledged` or `resolved`.
        pub(crate) state: Text<'a> = "state",
        pub(crate) title: Text<'a> = "title",
        pub(crate) text: Text<'a> = "text",
        /// `critical`, `high`, `medium`, `low` or `info`.
        pub(crate) priority: Text<'a> = "priority",
        /// A service's key, as the guide asks for it.
        pub(crate) service_id: Text<'a> = "service_id",
        pub(crate) environment: Text<'a> = "environment",
        /// The problem's page, for people.
        pub(crate) url: Text<'a> = "url",
        /// When it began, RFC 3339.
        pub(crate) since: Text<'a> = "since",
    }
}
