//! The type that says that a delivery was let in, and by which door.

use std::fmt;

use watchbell_model::Delivery;

/// Something that was let in. It can be made by the named doors only: [`verify`](crate::verify()),
/// `sns::Claim::check`, [`Verified::from_store`] and [`Verified::unchecked_for_explain`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<D> {
    inner: D,
    held_by: HeldBy,
}

/// Why a delivery was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy {
    /// Its sender knew the routing key, and no signature is asked for.
    RoutingKey,
    /// Its signature fits.
    Signature {
        /// The index of the secret that it fits.
        secret: usize,
    },
    /// The signature of Amazon's Simple Notification Service holds.
    #[cfg(feature = "sns")]
    Sns {
        /// How it is signed.
        version: watchbell_sns::Version,
    },
    /// It was let in before, and comes from the store.
    FromStore,
    /// Nobody looked. Only for explaining what would happen, never for changing anything.
    Unchecked,
}

impl<D> Verified<D> {
    /// What was let in.
    pub fn into_inner(self) -> D {
        self.inner
    }

    /// Why it was let in.
    pub const fn held_by(&self) -> HeldBy {
        self.held_by
    }

    pub(crate) const fn new(inner: D, held_by: HeldBy) -> Self {
        Self { inner, held_by }
    }
}

impl Verified<Delivery> {
    /// A delivery of the event log that is replayed. Its signature headers are redacted there and
    /// its time is long over, so it cannot be proven again: the caller answers for having read it
    /// from the store, and that somebody allowed to asked for the replay.
    pub const fn from_store(delivery: Delivery) -> Self {
        Self::new(delivery, HeldBy::FromStore)
    }

    /// A delivery that nobody proved, to explain what would come of it. What is decided about it
    /// must not be written.
    pub const fn unchecked_for_explain(delivery: Delivery) -> Self {
        Self::new(delivery, HeldBy::Unchecked)
    }
}

impl<D> AsRef<D> for Verified<D> {
    fn as_ref(&self) -> &D {
        &self.inner
    }
}

/// For the decision trace.
impl fmt::Display for HeldBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoutingKey => f.write_str("known routing key, no signature asked for"),
            Self::Signature { secret } => {
                write!(f, "signature fits secret {}", secret.saturating_add(1))
            }
            #[cfg(feature = "sns")]
            Self::Sns { version } => write!(f, "the service's signature (version {version}) holds"),
            Self::FromStore => f.write_str("replayed from the event log"),
            Self::Unchecked => f.write_str("not checked, explained only"),
        }
    }
}
