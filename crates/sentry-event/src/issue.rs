//! Issues: the problem that events belong to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use watchbell_model::is_http_url;

use crate::read::{Cutting, count, field, moment};

const MAX_WORD: usize = 100;
const MAX_URL: usize = 2_048;

/// What is known of an issue. Moments are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Issue {
    /// Its id.
    pub id: Option<String>,
    /// What people call it: `SHOP-1A`.
    pub short_id: Option<String>,
    /// Its level.
    pub level: Option<String>,
    /// `resolved`, `unresolved`, `ignored`, …
    pub status: Option<String>,
    /// How many events it has.
    pub events: Option<u64>,
    /// How many people met it.
    pub users: Option<u64>,
    /// When it was seen first.
    pub first_seen: Option<String>,
    /// When it was seen last.
    pub last_seen: Option<String>,
    /// Where people look at it; http or https.
    pub link: Option<String>,
}

impl Issue {
    /// Out of an object that a webhook or the API describes an issue with; none if it says nothing.
    pub fn of(value: &Value) -> Option<Self> {
        let mut cutting = Cutting::default();
        let mut word = |name: &str| cutting.text(value.get(name), MAX_WORD);
        let (id, short_id) = (word("id"), word("shortId"));
        let (level, status) = (word("level"), word("status"));
        let link = field(value, &["web_url", "permalink"]);
        let link = cutting.text(link, MAX_URL).filter(|link| is_http_url(link));
        let issue = Self {
            id,
            short_id,
            level,
            status,
            events: count(value.get("count")),
            users: count(value.get("userCount")),
            first_seen: moment(value.get("firstSeen")),
            last_seen: moment(value.get("lastSeen")),
            link,
        };
        (issue != Self::default()).then_some(issue)
    }
}
