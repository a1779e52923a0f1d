//! What reading a delivery gives.

use std::fmt;

use watchbell_model::{Alert, GroupHash, Reason, Secret, ServiceReference, Timestamp};

/// The most alerts that one delivery may hold; more are 413.
pub const MAX_ALERTS: usize = 2_000;

/// One entry of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Something that happened to a problem.
    Alert(Box<Alert>),
    /// Something that is understood and changes nothing.
    Ignored {
        /// Why.
        reason: Reason,
        /// What it was, for people.
        what: String,
    },
}

/// A sender's own id for a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The id.
    pub id: String,
    /// Whether the same id with another body is an error (409) rather than a repeat.
    pub same_body: bool,
}

/// A channel at the source, to which this address is subscribed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name, as the source writes it and signs it.
    pub name: String,
    /// What the delivery is to it.
    pub event: TopicEvent,
}

/// What a delivery is to its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TopicEvent {
    /// Something that was said in it.
    Message,
    /// The source asks whether this address wants its messages. The server answers by a request of
    /// its own, if it does; the delivery's one item is then `subscription_confirmed`.
    Confirm {
        /// What shows that the question was received.
        token: Secret,
        /// The address that answers it, as it was sent: whoever answers builds it anew, for an
        /// origin that is trusted (`watchbell_sns::Origins::confirmation`).
        url: Secret,
    },
    /// It sends nothing more.
    Ended {
        /// When the source said so. It ends nothing that was confirmed later: the two may arrive in
        /// any order when a subscription is made again.
        at: Option<Timestamp>,
    },
}

/// An installation of our app at the source, as a delivery names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The source's id for it.
    pub id: String,
    /// Whether the delivery says that it is over.
    pub ended: bool,
}

/// What a delivery says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// Its entries, in order.
    pub items: Vec<Item>,
    /// A group at the source that is wholly over: what is open under it and not listed is over too.
    pub resolved_group: Option<GroupHash>,
    /// The sender's own id for it.
    pub idempotency: Option<Idempotency>,
    /// The topic at the source that it came through, where the source has topics. The integration
    /// must have let it in.
    pub topic: Option<Topic>,
    /// It is the heartbeat that the integration expects; see
    /// [`Provider::heartbeat`](crate::Provider::heartbeat).
    pub is_heartbeat: bool,
    /// The installation of our app at the source that it belongs to, where the source has such.
    pub installation: Option<Installation>,
    /// What an operator should know, for the trace: fields that were not used, lists that were cut.
    pub warnings: Vec<String>,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where it is, like `metadata.region` or `[3].title`; empty for the body as a whole.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What was found instead, shortened.
    pub got: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, expected, got } = self;
        if path.is_empty() {
            write!(f, "expected {expected}, got {got}")
        } else {
            write!(f, "{path}: expected {expected}, got {got}")
        }
    }
}

/// Why a delivery could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not this provider's format at all.
    #[error("not in this provider's format")]
    Malformed {
        /// What is wrong, and what to do.
        problem: FieldProblem,
    },
    /// Fields are wrong or missing.
    #[error("wrong or missing fields")]
    Invalid {
        /// Every one of them.
        problems: Vec<FieldProblem>,
        /// The services that are named in the same body, so that who knows the services can say
        /// what is wrong with those too.
        services: Vec<ServiceReference>,
    },
    /// More than [`MAX_ALERTS`].
    #[error("{found} alerts in one body, at most {MAX_ALERTS} are taken")]
    TooManyAlerts {
        /// How many there are.
        found: usize,
    },
}

impl ReadError {
    /// The body is `got` and not what was `expected`: it is another sender's, or nobody's.
    pub fn malformed(expected: impl Into<String>, got: impl Into<String>) -> Self {
        let (expected, got) = (expected.into(), got.into());
        Self::Malformed { problem: FieldProblem { path: String::new(), expected, got } }
    }

    /// The reason in the event log.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Malformed { .. } => Reason::Malformed,
            Self::Invalid { .. } => Reason::InvalidField,
            Self::TooManyAlerts { .. } => Reason::TooManyAlerts,
        }
    }
}
