//! What is kept, as JSON: some 64 KiB of the event, and a little more.

use serde::{Deserialize, Serialize};
use watchbell_model::cut;
use watchbell_sentry_client::Suspect;
use watchbell_sentry_event::{Event, Issue, LeftOut, Personal, Told};
use watchbell_store::stored::{corrupt, to_json};
use watchbell_store::{EnrichmentRecord, StoreError};
use watchbell_suspects::Evidence;

/// The most commits that are kept.
const MAX_COMMITS: usize = 20;
/// The most files of stacks that are looked for in commits.
const MAX_FILES: usize = 50;
/// The most characters of a commit's hash, author and message.
const MAX_NAME: usize = 200;

/// What is known of an incident from its source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Who said it.
    pub from: KnownFrom,
    /// The latest event.
    pub event: Option<Event>,
    /// The issue at the source.
    pub issue: Option<Issue>,
    /// The commits that the source suspects.
    pub commits: Vec<CommitKnown>,
}

/// Who said what is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownFrom {
    /// The delivery that opened the incident.
    #[default]
    Delivery,
    /// The source, asked by a connection.
    Connection,
}

impl KnownFrom {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Delivery, Self::Connection];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Connection => "connection",
        }
    }
}

/// A commit that the source suspects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitKnown {
    /// Its hash.
    pub sha: String,
    /// The first line of what its author wrote about it.
    pub message: Option<String>,
    /// Who made it.
    pub author: Option<String>,
}

impl Known {
    /// What a delivery told. What it said nothing of stays as it was known `before`.
    pub(super) fn by_delivery(told: Told, before: Option<Self>) -> Self {
        let Told { event, issue } = told;
        let before = before.unwrap_or_default();
        match (event, issue) {
            (None, None) => before,
            (None, issue) => Self { from: KnownFrom::Delivery, issue, ..before },
            // The commits are suspected of another event.
            (event, issue) => Self {
                from: KnownFrom::Delivery,
                event,
                issue: issue.or(before.issue),
                commits: Vec::new(),
            },
        }
    }

    /// Whether it has what tells who a person is, or has not, as is wanted now.
    pub(super) fn is_as_wanted(&self, personal: Personal) -> bool {
        let is_left_out = |event: &Event| event.left_out.contains(&LeftOut::Personal);
        let wanted = personal == Personal::LeaveOut;
        self.event.as_ref().is_none_or(|event| is_left_out(event) == wanted)
    }

    pub(super) fn of(record: &EnrichmentRecord) -> Result<Self, StoreError> {
        let Some(json) = &record.document else { return Ok(Self::default()) };
        serde_json::from_str(json).map_err(|_| corrupt("enrichments.document"))
    }

    pub(super) fn to_json(&self) -> Result<String, StoreError> {
        to_json(self)
    }

    /// What speaks for one deploy or another.
    pub(super) fn evidence(&self) -> Evidence {
        let mut files = self.event.as_ref().map(Event::own_files).unwrap_or_default();
        files.truncate(MAX_FILES);
        let of = |field: fn(&Event) -> &Option<String>| {
            self.event.as_ref().and_then(|e| field(e).clone())
        };
        Evidence {
            environment: of(|event| &event.environment),
            release: of(|event| &event.release),
            files,
            commits: self.commits.iter().map(|commit| commit.sha.clone()).collect(),
        }
    }
}

/// The commits of those who are suspected, each once.
pub(super) fn commits(suspects: &[Suspect]) -> Vec<CommitKnown> {
    let mut known: Vec<CommitKnown> = Vec::new();
    for suspect in suspects {
        for commit in &suspect.commits {
            let sha = cut(commit.id.trim(), MAX_NAME);
            let is_known = known.iter().any(|known| known.sha == sha);
            if sha.is_empty() || is_known || known.len() == MAX_COMMITS {
                continue;
            }
            let message = commit.message.as_deref().and_then(|text| text.trim().lines().next());
            let author = suspect.author.name.as_deref().map(str::trim);
            let short = |text: Option<&str>| {
                text.filter(|text| !text.is_empty()).map(|text| cut(text, MAX_NAME))
            };
            known.push(CommitKnown { sha, message: short(message), author: short(author) });
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use watchbell_sentry_client::{Author, Commit};
    use watchbell_sentry_event::{Exception, Frame};

    use super::*;

    fn commit(id: &str, message: Option<&str>) -> Commit {
        let message = message.map(str::to_owned);
        Commit { id: id.to_owned(), message, date_created: None, suspect_commit_type: None }
    }

    #[test]
    fn commits_are_kept_once_and_short() {
        let author = Author { name: Some(" Mona ".to_owned()), email: None };
        let two = vec![commit("aaa", Some("fix: cart\n\nwhy")), commit(" ", None)];
        let many = (0..50).map(|number| commit(&format!("c{number}"), None)).collect();
        let suspects = [
            Suspect { author, commits: two },
            Suspect { author: Author::default(), commits: vec![commit("aaa", None)] },
            Suspect { author: Author::default(), commits: many },
        ];
        let known = commits(&suspects);
        let first = CommitKnown {
            sha: "aaa".to_owned(),
            message: Some("fix: cart".to_owned()),
            author: Some("Mona".to_owned()),
        };
        assert_eq!((known.first(), known.len()), (Some(&first), MAX_COMMITS));
    }

    #[test]
    fn evidence_is_what_the_event_and_the_commits_say() {
        let frame =
            |file: &str, in_app| Frame { file: Some(file.to_owned()), in_app, ..Frame::default() };
        let frames = vec![frame("shop/cart.py", true), frame("django/base.py", false)];
        let event = Event {
            environment: Some("production".to_owned()),
            release: Some("shop@2".to_owned()),
            exceptions: vec![Exception { frames, ..Exception::default() }],
            ..Event::default()
        };
        let sha = "aaa".to_owned();
        let commits = vec![CommitKnown { sha, message: None, author: None }];
        let known = Known { event: Some(event), commits, ..Known::default() };
        let expected = Evidence {
            environment: Some("production".to_owned()),
            release: Some("shop@2".to_owned()),
            files: vec!["shop/cart.py".to_owned()],
            commits: vec!["aaa".to_owned()],
        };
        assert_eq!(known.evidence(), expected);
        assert!(Known::default().evidence().is_empty());
    }

    #[test]
    fn a_delivery_that_tells_nothing_leaves_what_was_known() {
        let issue = Some(Issue { events: Some(7), ..Issue::default() });
        let before =
            Known { from: KnownFrom::Connection, issue: issue.clone(), ..Known::default() };
        let nothing = Known::by_delivery(Told::default(), Some(before.clone()));
        assert_eq!(nothing, before);
        let told = Told { event: Some(Event::default()), issue: None };
        assert_eq!(Known::by_delivery(told, Some(before)).issue, issue);
        let event = Some(Event { id: Some("e".to_owned()), ..Event::default() });
        let before = Known { event: event.clone(), ..Known::default() };
        let told = Known::by_delivery(Told { event: None, issue: issue.clone() }, Some(before));
        assert_eq!((told.event, told.issue, told.from), (event, issue, KnownFrom::Delivery));
        for from in KnownFrom::ALL {
            assert_eq!(serde_json::to_value(from).unwrap(), from.as_str());
        }
    }
}
