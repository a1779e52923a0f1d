//! The document that describes the form of a source's alert rules.

pub const FORM_ABOUT: &str = "It lists the linked services, and is pasted at the source. It holds the routing key, which is a password: \
     showing it is written into the audit log.";
pub const FORM_NO_SERVICE: &str = "Link a service first: there is nothing to choose from yet.";
pub const FORM_SHOW: &str = "Show it";
pub const FORM_SHOW_EXTENDED: &str = "Show the extended one";
pub const FORM_EXTENDED_ABOUT: &str = "With the extended one, a rule can also choose severity, whether to open incidents, environments and \
     notes, and issues can be linked.";
pub const FORM_REFUSED: &str = "When it is refused there";
pub const FORM_SAID: &str = "What is said";
pub const FORM_BECAUSE: &str = "Because";
pub const FORM_AGAIN: &str = "Paste it again as it is. After linking another service, paste the new one: rules keep their choice.";
