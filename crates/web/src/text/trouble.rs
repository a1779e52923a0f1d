//! When something is wrong: what to do.

use watchbell_model::Scope;

pub const REQUEST: &str = "In the log under";
pub const NOT_FOUND: &str = "Not found";
pub const FORBIDDEN: &str = "Not allowed";
pub const WRONG_VALUES: &str = "Something in it is wrong";
pub const CONFLICT: &str = "Not done: it is not any more as it was";
pub const TOO_MANY: &str = "Too many tries";
pub const UNAVAILABLE: &str = "Watchbell cannot do this right now";
pub const NOT_SIGNED_IN: &str = "You are not signed in";
pub const NOT_FOUND_ADVICE: &str =
    "Look at the address: a character may be missing. What was there may also have been removed.";
pub const FORBIDDEN_ADVICE: &str = "Ask an admin of this Watchbell for the role that it takes.";
pub const WRONG_VALUES_ADVICE: &str = "Go back, change what is wrong, and try again.";
pub const CONFLICT_ADVICE: &str = "Look at how it is now, then decide again.";
pub const TOO_MANY_ADVICE: &str = "Wait a little, then try again.";
pub const UNAVAILABLE_ADVICE: &str = "Nothing was lost: what was accepted is kept. Try again in a few seconds. If it stays like this, \
     look at /readyz and into the server's log.";
pub const NOT_SIGNED_IN_ADVICE: &str = "Sign in, then do it again.";
pub const OTHER_FORM: &str =
    "this form is older than your session, or it comes from another site: open the page again";
pub const SESSION_OVER: &str = "your session is over, so this was not done";
pub const SESSION_ENDED: &str = "Your session is over.";
pub const SESSION_ENDED_ABOUT: &str =
    "What you have typed is still here, but nothing can be sent from this page now.";
pub const SESSION_ENDED_SIGN_IN: &str = "Sign in again in a new tab";
pub const SESSION_ENDED_BACK: &str = "as the same person, then come back here and go on.";
pub const SESSION_ENDED_SAID: &str = "Your session is over. What you have typed is still here: the top of the page says how to go on.";
pub const SIGN_IN_AGAIN: &str = "Sign in again";
pub const TO_OVERVIEW: &str = "To the overview";
pub const NO_SUCH_INTEGRATION: &str = "there is no such integration";
pub const NO_SUCH_PRESET: &str = "there is no such preset";

/// Somebody gives a key what they may not do themselves.
pub fn lacks_scope(scope: Scope) -> String {
    format!("you cannot give away what you lack: {scope}")
}

/// A form is longer than it can be.
pub fn form_too_large(bytes: usize) -> String {
    format!("a form of more than {bytes} bytes")
}
