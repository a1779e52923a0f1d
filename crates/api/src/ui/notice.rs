//! What a page says after a form was done: one of these, named in the address, and nothing else.

use std::str::FromStr;

use watchbell_web::text;

/// Something that was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done(pub(super) &'static str, pub(super) &'static str);

pub(super) const SIGNED_OUT: Done = Done("signed-out", text::SIGNED_OUT);
pub(super) const ACKNOWLEDGED: Done = Done("acknowledged", text::DONE_ACKNOWLEDGED);
pub(super) const STATUS: Done = Done("status", text::DONE_STATUS);
pub(super) const CHANGED: Done = Done("changed", text::DONE_CHANGED);
pub(super) const COMMENT: Done = Done("comment", text::DONE_COMMENT);

pub(super) const RAN: Done = Done("ran", text::DONE_RAN);

const ALL: &[Done] = &[SIGNED_OUT, ACKNOWLEDGED, STATUS, CHANGED, COMMENT, RAN];

impl FromStr for Done {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        ALL.iter().copied().find(|done| done.0 == word).ok_or(())
    }
}
