//! Questions that a job asks a source, within the time that its attempt has left.

use std::time::Duration;

use watchbell_sentry_client::{Client, Error, Sentry};
use watchbell_store::Attempt;

use crate::Asking;

/// The longest that one question takes.
const QUESTION: Duration = Duration::from_secs(10);

/// What one attempt at a job asks a source by.
pub(crate) struct Questions<'a> {
    pub(crate) client: &'a Client,
    pub(crate) asking: &'a Asking,
    pub(crate) attempt: &'a Attempt<'a>,
}

impl Questions<'_> {
    /// One question, within the time that is left.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Sentry<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let left = self.attempt.left();
        if left.is_zero() {
            return Err(Error::Timeout);
        }
        let client = self.client.clone().within(QUESTION.min(left));
        question(&self.asking.by(&client))
    }
}
