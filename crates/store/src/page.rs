//! Parts of lists: by place, or from a cursor on.
//!
//! A cursor is the place of an item in the order of its list, the newest first. Going on after one
//! costs the same however far down it is, and what is added meanwhile moves nothing.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use uuid::Uuid;
use watchbell_model::{DeliveryId, Deploy, DeployId, Incident, IncidentNumber, JobId, Timestamp};

use crate::stored::{number_in, number_out};

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<C> {
    /// By place, with the length of the whole. What lies before it is walked through, and all of it
    /// is counted.
    Offset {
        /// The most items.
        limit: i64,
        /// How many to leave out at the beginning.
        offset: i64,
    },
    /// From a cursor on. Nothing is counted.
    After {
        /// The most items.
        limit: i64,
        /// The item before them; none for the beginning.
        after: Option<C>,
    },
}

impl<C: Copy> Page<C> {
    /// The part of `limit` items after the first `offset`.
    pub const fn new(limit: i64, offset: i64) -> Self {
        Self::Offset { limit, offset }
    }

    /// The part of `limit` items after an item, or at the beginning.
    pub const fn after(limit: i64, after: Option<C>) -> Self {
        Self::After { limit, after }
    }

    /// The most items.
    pub const fn limit(&self) -> i64 {
        match self {
            Self::Offset { limit, .. } | Self::After { limit, .. } => *limit,
        }
    }

    /// How many to leave out at the beginning.
    pub const fn offset(&self) -> i64 {
        match self {
            Self::Offset { offset, .. } => *offset,
            Self::After { .. } => 0,
        }
    }

    /// The item before it.
    pub const fn cursor(&self) -> Option<C> {
        match self {
            Self::Offset { .. } => None,
            Self::After { after, .. } => *after,
        }
    }

    /// Whether the length of the whole list is asked for.
    pub const fn counts(&self) -> bool {
        matches!(self, Self::Offset { .. })
    }

    /// How many a store must look for: one more than are given, which tells whether there are more.
    pub const fn look_for(&self) -> i64 {
        self.limit().saturating_add(1)
    }

    /// The page of a list that is merged from parts, the greatest cursor first. Of each part, as
    /// much was found as the page would take if there were no other one.
    pub fn of_parts<T>(
        &self,
        mut found: Vec<T>,
        total: i64,
        cursor: impl Fn(&T) -> C,
    ) -> Listed<T, C>
    where
        C: Ord,
    {
        found.sort_by_key(|item| Reverse(cursor(item)));
        let before = usize::try_from(self.offset()).unwrap_or(0).min(found.len());
        let mut items = found.split_off(before);
        let more = self.cut(&mut items);
        Listed::new(items, self.counts().then_some(total), more, cursor)
    }

    /// Takes away what was found beyond the limit, and says whether that was anything.
    pub fn cut<T>(&self, found: &mut Vec<T>) -> bool {
        let limit = usize::try_from(self.limit()).unwrap_or(0);
        let more = found.len() > limit;
        found.truncate(limit);
        more
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T, C> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are in all, if that was asked for.
    pub total: Option<i64>,
    /// Where the next part begins, if there are more.
    pub next: Option<C>,
}

impl<T, C> Listed<T, C> {
    /// These items, after which there are `more` or not.
    pub fn new(items: Vec<T>, total: Option<i64>, more: bool, cursor: impl Fn(&T) -> C) -> Self {
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, total, next }
    }
}

/// An incident's place in the list of incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IncidentCursor {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its number, for what was opened at the same moment.
    pub number: IncidentNumber,
}

impl IncidentCursor {
    /// The place of `incident`.
    pub const fn of(incident: &Incident) -> Self {
        Self { opened_at: incident.opened_at, number: incident.number }
    }
}

/// A delivery's place in the event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveryCursor(pub DeliveryId);

/// A job's place in the list of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobCursor(pub JobId);
/// A deploy's place in the list of deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeployCursor {
    /// When it was done.
    pub at: Timestamp,
    /// Its id, for what was done at the same moment.
    pub id: DeployId,
}

impl DeployCursor {
    /// The place of `deploy`.
    pub const fn of(deploy: &Deploy) -> Self {
        Self { at: deploy.at, id: deploy.id }
    }
}

/// A text that is no cursor of this list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list: take it from an answer as it stands")]
pub struct ParseCursorError;

/// What begins an incident cursor's text, so that no other list takes it.
const OF_INCIDENTS: &str = "i";
/// What begins a delivery cursor's text.
const OF_DELIVERIES: &str = "d";
/// What begins a job cursor's text.
const OF_JOBS: &str = "j";
/// What begins a deploy cursor's text.
const OF_DEPLOYS: &str = "p";

impl fmt::Display for IncidentCursor {
    /// Letters and digits only: it may stand in an address as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No store gives a number out of range; its text would not be taken back.
        let number = number_in(self.number).unwrap_or(0);
        write!(f, "{OF_INCIDENTS}{:016x}{number:016x}", self.opened_at.timestamp_micros())
    }
}

impl FromStr for IncidentCursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let digits = digits(text, OF_INCIDENTS, 32)?;
        let (at, number) = digits.split_at_checked(16).ok_or(ParseCursorError)?;
        let opened_at = DateTime::from_timestamp_micros(value(at)?).ok_or(ParseCursorError)?;
        let number = number_out(value(number)?).map_err(|_| ParseCursorError)?;
        Ok(Self { opened_at, number })
    }
}

impl fmt::Display for DeliveryCursor {
    /// Letters and digits only: it may stand in an address as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OF_DELIVERIES}{}", self.0.as_uuid().simple())
    }
}

impl FromStr for DeliveryCursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let id = Uuid::try_parse(digits(text, OF_DELIVERIES, 32)?).map_err(|_| ParseCursorError)?;
        Ok(Self(DeliveryId::from_uuid(id)))
    }
}

impl fmt::Display for JobCursor {
    /// Letters and digits only: it may stand in an address as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OF_JOBS}{}", self.0.as_uuid().simple())
    }
}

impl FromStr for JobCursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let id = Uuid::try_parse(digits(text, OF_JOBS, 32)?).map_err(|_| ParseCursorError)?;
        Ok(Self(JobId::from_uuid(id)))
    }
}

impl fmt::Display for DeployCursor {
    /// Letters and digits only: it may stand in an address as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.as_uuid();
        write!(f, "{OF_DEPLOYS}{:016x}{}", self.at.timestamp_micros(), id.simple())
    }
}

impl FromStr for DeployCursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let digits = digits(text, OF_DEPLOYS, 48)?;
        let (at, id) = digits.split_at_checked(16).ok_or(ParseCursorError)?;
        let at = DateTime::from_timestamp_micros(value(at)?).ok_or(ParseCursorError)?;
        let id = Uuid::try_parse(id).map_err(|_| ParseCursorError)?;
        Ok(Self { at, id: DeployId::from_uuid(id) })
    }
}

/// The number in 16 hexadecimal digits.
fn value(digits: &str) -> Result<i64, ParseCursorError> {
    let value = u64::from_str_radix(digits, 16).map_err(|_| ParseCursorError)?;
    Ok(value.cast_signed())
}

/// The so many hexadecimal digits of a cursor's text.
fn digits<'a>(text: &'a str, prefix: &str, length: usize) -> Result<&'a str, ParseCursorError> {
    let digits = text.strip_prefix(prefix).filter(|rest| rest.len() == length);
    let lower = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    digits.filter(|digits| digits.bytes().all(lower)).ok_or(ParseCursorError)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(at: &str, place: i64) -> IncidentCursor {
        let number = IncidentNumber { year: 2026, place };
        IncidentCursor { opened_at: at.parse().unwrap(), number }
    }

    #[test]
    fn cursors_come_back_from_their_texts() {
        for at in ["2026-11-21T12:00:00.000001Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"] {
            for place in [1, 9_999_999_999] {
                let cursor = incident(at, place);
                assert_eq!(cursor.to_string().parse(), Ok(cursor));
            }
        }
        let cursor = DeliveryCursor(DeliveryId::from_uuid(Uuid::from_u128(u128::MAX - 5)));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let cursor = JobCursor(JobId::from_uuid(Uuid::from_u128(u128::MAX - 5)));
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for at in ["2026-11-21T12:00:00.000001Z", "1969-12-31T23:59:59Z"] {
            let id = DeployId::from_uuid(Uuid::from_u128(u128::MAX - 5));
            let cursor = DeployCursor { at: at.parse().unwrap(), id };
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }

    #[test]
    fn a_strangers_text_is_an_error() {
        let good = incident("2026-11-21T12:00:00Z", 7).to_string();
        assert!(good.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{good}");
        let delivery = DeliveryCursor(DeliveryId::from_uuid(Uuid::from_u128(1))).to_string();
        assert!(delivery.parse::<IncidentCursor>().is_err(), "another list's");
        assert!(good.parse::<DeliveryCursor>().is_err(), "another list's");
        let no_time = format!("i{}{}", "7f".repeat(8), good.get(17..).unwrap());
        let no_number = format!("{}{}", good.get(..17).unwrap(), "0".repeat(16));
        for text in [
            "",
            "i",
            "d",
            "i-1",
            "Inc-2026-001",
            "dä",
            good.get(1..).unwrap(),
            good.get(..32).unwrap(),
            &no_time,
            &no_number,
            &good.to_uppercase(),
            &format!("{good}0"),
            &format!("i{}", "ä".repeat(16)),
            &format!("i+{}", good.get(2..).unwrap()),
            &"d{0}".repeat(9),
            "d00000000-0000-0000-0000-00000000000",
        ] {
            assert!(text.parse::<IncidentCursor>().is_err(), "{text}");
            assert!(text.parse::<DeliveryCursor>().is_err(), "{text}");
            assert!(text.parse::<JobCursor>().is_err(), "{text}");
            assert!(text.parse::<DeployCursor>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_knows_whether_there_are_more() {
        let check = |page: Page<i32>, found: &[i32], expected: (&[i32], Option<i32>)| {
            let mut items = found.to_vec();
            let more = page.cut(&mut items);
            let listed = Listed::new(items, None, more, |item| *item);
            assert_eq!((listed.items.as_slice(), listed.next), expected);
        };
        check(Page::after(2, None), &[9, 8, 7], (&[9, 8], Some(8)));
        check(Page::after(2, Some(9)), &[8, 7], (&[8, 7], None));
        check(Page::new(2, 0), &[9], (&[9], None));
        check(Page::new(0, 0), &[9], (&[], None));
        check(Page::new(-1, 0), &[9], (&[], None));
    }
}
