//! Signing in.

pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_BY: &str = "Sign in with";
pub const OR_BY_PASSWORD: &str = "Or with a password";
pub const EMAIL: &str = "E-mail address";
pub const PASSWORD: &str = "Password";
pub const NAME: &str = "Name";
pub const FORGOTTEN: &str = "No password, or forgotten? Ask an admin for a link. Whoever runs this server makes one for its \
     owner with";
pub const OWNER_LINK: &str = "watchbell user owner-link";
pub const WELCOME: &str = "Welcome to Watchbell";
pub const FIRST_OWNER: &str =
    "This link makes you the first owner of this Watchbell. It works once, within 24 hours.";
pub const INVITED: &str = "You were invited. Choose a password to begin. The link works once.";
pub const RESET: &str =
    "Choose a new password. The link works once; every session you have elsewhere ends.";
pub const PASSWORD_RULE: &str =
    "12 characters or more. A few words that only you would put together are good.";
pub const BEGIN: &str = "Set the password and sign in";
pub const DEAD_LINK: &str = "This link does not work (any more)";
pub const DEAD_LINK_ADVICE: &str = "It was used, replaced by a newer one, or is too old. Ask an admin for a new one; whoever runs \
     this server makes one for its owner with";
pub const BY_CURL: &str = "Without a browser";
pub const BY_CURL_SHOW: &str = "What the link is for:";
pub const BY_CURL_USE: &str = "Choose a password of 12 characters or more (the first owner also gives \"email\" and \"name\"):";
pub const ACCOUNT: &str = "Your account";
pub const PRESENT_PASSWORD: &str = "Present password";
pub const NEW_PASSWORD: &str = "New password";
pub const CHANGE_PASSWORD: &str = "Change the password";
pub const PASSWORD_ENDS: &str = "Every session that you have elsewhere ends.";
pub const NO_PASSWORD: &str = "You have no password here, since you sign in at your identity provider. An admin can make a link with \
     which you choose one.";
pub const SIGN_OUT_EVERYWHERE: &str = "Sign out everywhere";
pub const SIGN_OUT_EVERYWHERE_LEAD: &str =
    "Ends every session that you have, on every machine, this one included.";
pub const DONE_PASSWORD: &str = "The password is changed, and your sessions elsewhere have ended.";
pub const SIGNED_OUT: &str = "You are signed out.";
pub const SIGNED_IN_AS: &str = "Signed in as";
