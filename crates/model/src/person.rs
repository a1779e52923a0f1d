//! The people who use Watchbell, and the teams they are in.

use std::fmt;
use std::str::FromStr;

use crate::{Role, TeamId, Timestamp, UserId};

/// The most bytes of an e-mail address, as mail servers have it.
const MAX_EMAIL: usize = 254;

/// A text that cannot be an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address: expected something like name@example.com")]
pub struct InvalidEmail;

/// An e-mail address, kept as it was typed. Two that differ in case only are the same one's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The text as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that addresses are compared by.
    ///
    /// ```
    /// let email: watchbell_model::Email = "Ada@Example.com".parse().unwrap();
    /// assert_eq!(email.folded(), "ada@example.com");
    /// ```
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether both are the same one's.
    pub fn is_same(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    /// Only what surely is none is refused: whether mail arrives is found out by sending one.
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let has_sides =
            text.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
        let is_good = is_plain && has_sides && text.len() <= MAX_EMAIL;
        if is_good { Ok(Self(text.to_owned())) } else { Err(InvalidEmail) }
    }
}

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// What they sign in with. Unique without case.
    pub email: Email,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in. Nobody is ever deleted, so that history keeps its names.
    pub active: bool,
    /// When they were added.
    pub created_at: Timestamp,
}

/// People who own services together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// What people call it. Unique without case.
    pub name: String,
    /// What it looks after.
    pub description: Option<String>,
    /// Who is in it, in the order of their ids.
    pub members: Vec<UserId>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// The form that names of teams are compared by.
pub fn fold_name(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surely_is_no_address_is_refused() {
        for good in ["a@b", " Ada.L+x@example.com ", "\"a@b\"@example.com", "ü@exämple.com"] {
            let email: Email = good.parse().unwrap();
            assert_eq!(email.as_str(), good.trim());
        }
        let long = format!("{}@b", "a".repeat(MAX_EMAIL));
        for wrong in ["", "a", "@", "a@", "@b", "a b@c", "a\n@b", "a\0@b", long.as_str()] {
            assert_eq!(wrong.parse::<Email>(), Err(InvalidEmail), "{wrong:?}");
        }
    }

    #[test]
    fn addresses_are_compared_without_case() {
        let [one, other, third]: [Email; 3] =
            ["Ä@b.example", "ä@B.example", "a@b.example"].map(|text| text.parse().unwrap());
        assert!(one.is_same(&other) && !one.is_same(&third));
    }
}
