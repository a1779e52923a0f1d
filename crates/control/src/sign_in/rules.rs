//! Which passwords people may choose.

use watchbell_model::{Email, Secret};

use crate::ControlError;

/// The fewest and the most characters: long is what helps, and hashing has to end.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=200;

/// The most common ones that are long enough. What is tried first is this.
const COMMON: [&str; 20] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "passwordpassword",
    "password1234",
    "password12345",
    "password123456",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwerty123456",
    "qwerty1234567",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "iloveyou1234",
    "administrator",
    "letmeinletmein",
    "changemechangeme",
];

/// Refuses a password, which stands in the field `path`, that is too short, too long, or among the
/// first that somebody tries.
pub(super) fn check(
    path: &str,
    password: &Secret,
    email: &Email,
    name: &str,
) -> Result<(), ControlError> {
    let text = password.expose();
    let length = text.chars().count();
    let wrong = |expected: String| Err(ControlError::invalid(path, expected, "another one"));
    if !LENGTH.contains(&length) {
        let expected = format!("{} to {} characters", LENGTH.start(), LENGTH.end());
        return Err(ControlError::invalid(path, expected, format!("{length} characters")));
    }
    let folded = text.to_lowercase();
    let mut characters = folded.chars();
    let first = characters.next();
    if characters.all(|other| Some(other) == first) || COMMON.contains(&folded.as_str()) {
        return wrong("one that is not among the most common".to_owned());
    }
    let address = email.folded();
    let before_at = address.rsplit_once('@').map_or(address.as_str(), |(before, _)| before);
    let own = [address.as_str(), before_at, name.trim()];
    // What is left beside the own name must be a password by itself.
    let is_mostly = |own: &str| {
        let own = own.to_lowercase();
        own.chars().count() >= 3
            && folded.contains(&own)
            && folded.replace(&own, "").chars().count() < LENGTH.start() / 2
    };
    if own.into_iter().any(is_mostly) {
        return wrong("one that is not made of the name or the e-mail address".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        let email: Email = "ada.lovelace@example.com".parse().unwrap();
        let check =
            |password: &str| check("password", &Secret::new(password), &email, "Ada Lovelace");
        for good in
            ["twelve chars", "correct horse battery", "Ada Lovelace wrote notes", "ü ü ü ü ü ü 1"]
        {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = "x1".repeat(101);
        for wrong in [
            "",
            "elevenchars",
            long.as_str(),
            "aaaaaaaaaaaaaaaa",
            "PasswordPassword",
            "ada.lovelace@example.com",
            "Ada.Lovelace1",
            "ada lovelace 123",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
