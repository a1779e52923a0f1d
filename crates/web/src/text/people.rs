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
pub const SIGNED_OUT: &str = "You are signed out.";
pub const SIGNED_IN_AS: &str = "Signed in as";
