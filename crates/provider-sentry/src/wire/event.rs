//! One event: a crash, a message, a failed check.

use std::borrow::Cow;

use watchbell_wire::{Lenient, MapAccess, Name, SeqAccess, Shape, Text, object};

use super::Project;

object! {
    /// An event. What is large in it, such as stack traces, is not named here.
    #[derive(Debug, Default)]
    #[expect(clippy::struct_field_names, reason = "their words")]
    pub(crate) struct Event<'a> {
        pub(crate) event_id: Text<'a> = "event_id",
        /// The project's number alone, or an object in a hand-made body.
        pub(crate) project: Project<'a> = "project",
        pub(crate) release: Text<'a> = "release",
        pub(crate) environment: Text<'a> = "environment",
        pub(crate) level: Text<'a> = "level",
        pub(crate) title: Text<'a> = "title",
        /// Empty for an exception.
        pub(crate) message: Text<'a> = "message",
        pub(crate) culprit: Text<'a> = "culprit",
        pub(crate) metadata: Metadata<'a> = "metadata",
        pub(crate) tags: Tags<'a> = "tags",
        pub(crate) datetime: Text<'a> = "datetime",
        /// Seconds since 1970.
        pub(crate) timestamp: Text<'a> = "timestamp",
        /// Where it is in the API: the only place that tells organization and project.
        pub(crate) url: Text<'a> = "url",
        pub(crate) web_url: Text<'a> = "web_url",
        pub(crate) issue_url: Text<'a> = "issue_url",
        /// Missing before 2022.
        pub(crate) issue_id: Text<'a> = "issue_id",
        /// The issue's number in some hand-made bodies.
        pub(crate) group_id: Text<'a> = "group_id",
        pub(crate) occurrence: Occurrence<'a> = "occurrence",
    }
}

object! {
    /// What tells an error apart, by its kind.
    #[derive(Debug, Default)]
    pub(crate) struct Metadata<'a> {
        pub(crate) kind: Text<'a> = "type",
        pub(crate) value: Text<'a> = "value",
        pub(crate) title: Text<'a> = "title",
    }
}

object! {
    /// What the issue platform adds: failed crons, uptime checks, slow queries, tests.
    #[derive(Debug, Default)]
    pub(crate) struct Occurrence<'a> {
        pub(crate) issue_title: Text<'a> = "issueTitle",
        pub(crate) subtitle: Text<'a> = "subtitle",
        pub(crate) level: Text<'a> = "level",
        pub(crate) culprit: Text<'a> = "culprit",
        /// 9001 is a test.
        pub(crate) kind: Text<'a> = "type",
    }
}

/// Tags, each name once: the first one counts.
#[derive(Debug, Default)]
pub(crate) struct Tags<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// How many tags are kept. Sentry's SDKs send some ten, its servers take at most 200.
const MAX_TAGS: usize = 200;

impl<'a> Tags<'a> {
    /// The value of `name`; none if it is blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(own, _)| own == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Names and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Sentry's own tags have a prefix in the legacy plugin's body, and none elsewhere.
    fn add(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        let name = match name.strip_prefix("sentry:") {
            Some(own) => Cow::Owned(own.to_owned()),
            None => name,
        };
        if self.0.len() < MAX_TAGS && !self.0.iter().any(|(other, _)| *other == name) {
            self.0.push((name, value));
        }
    }
}

impl<'de> Shape<'de> for Tags<'de> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut tags = Self::default();
        while let Some(tag) = seq.next_element::<Lenient<Tag<'_>>>()? {
            if let Lenient::Is(Tag { name: Lenient::Is(name), value: Lenient::Is(value) }) = tag {
                tags.add(name.0, value.0);
            }
        }
        Ok(Lenient::Is(tags))
    }

    /// As hand-made bodies have them.
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, value)) = map.next_entry::<Name<'_>, Lenient<Text<'_>>>()? {
            if let Lenient::Is(Text(value)) = value {
                entries.push((name.into_cow(), value));
            }
        }
        // The order of an object's fields means nothing.
        entries.sort();
        let mut tags = Self::default();
        for (name, value) in entries {
            tags.add(name, value);
        }
        Ok(Lenient::Is(tags))
    }
}

/// One tag: a pair in webhooks, an object in Sentry's API.
#[derive(Debug, Default)]
struct Tag<'a> {
    name: Lenient<Text<'a>>,
    value: Lenient<Text<'a>>,
}

object! {
    #[derive(Debug, Default)]
    struct TagObject<'a> {
        name: Text<'a> = "key",
        value: Text<'a> = "value",
    }
}

impl<'de> Shape<'de> for Tag<'de> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let name = seq.next_element()?.unwrap_or_default();
        let value = seq.next_element()?.unwrap_or_default();
        while seq.next_element::<watchbell_wire::IgnoredAny>()?.is_some() {}
        Ok(Lenient::Is(Self { name, value }))
    }

    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Lenient<Self>, A::Error> {
        let TagObject { name, value } = TagObject::from_map(map)?.ok().unwrap_or_default();
        Ok(Lenient::Is(Self { name, value }))
    }
}
