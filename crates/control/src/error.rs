//! What can go wrong, in words for the person who asked for it.

use watchbell_model::IncidentNumber;
use watchbell_provider::FieldProblem;
use watchbell_store::StoreError;
use watchbell_vault::VaultError;

/// Why something was not done. Nothing was changed, unless the source says that this is not known.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Values are wrong: every one of them.
    #[error("{}", sentence(.0))]
    Invalid(Vec<FieldProblem>),
    /// There is no such thing.
    #[error("there is no {what} {reference:?}{hint}")]
    NotFound {
        /// What was looked for: `service`, `integration`, …
        what: &'static str,
        /// By which name.
        reference: String,
        /// What there is instead, or nothing.
        hint: String,
    },
    /// A name fits several.
    #[error("{reference:?} fits more than one {what}: use one of the ids {}", candidates.join(", "))]
    Ambiguous {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        reference: String,
        /// What it fits, as `id (name)`.
        candidates: Vec<String>,
    },
    /// A name or key must be unique and is used already.
    #[error("{what} is already used by {owner}")]
    Taken {
        /// What is taken. Never a secret itself.
        what: String,
        /// By whom.
        owner: String,
    },
    /// It is not possible in the present state.
    #[error("{why}")]
    Refused {
        /// Why, and what to do instead.
        why: String,
    },
    /// The request's own id was used with another body.
    #[error(
        "this Idempotency-Key opened {number} with another body: use a new key for a new incident"
    )]
    OpenedBefore {
        /// What that opened.
        number: IncidentNumber,
    },
    /// It is not any more what the caller has seen.
    #[error("the {what} was changed meanwhile: look at it again")]
    Changed {
        /// What was to be changed: `service`, `integration`.
        what: &'static str,
    },
    /// E-mail address or password are wrong, or the user may not sign in: which of them is not told.
    #[error("the e-mail address or the password is wrong")]
    SignIn,
    /// Somebody has proven who they are, and is not let in.
    #[error("{why}")]
    NotLetIn {
        /// Why, and whom to ask.
        why: String,
    },
    /// Too many tries to sign in have failed.
    #[error("too many tries: wait {retry_after_s} seconds")]
    TooMany {
        /// After how many seconds the next try is worth it.
        retry_after_s: u32,
    },
    /// A link that works once does not work: it was used, replaced, or is too old.
    #[error("this link does not work (any more): ask for a new one")]
    Link,
    /// Other programs changed the configuration again and again in between.
    #[error("others keep changing the configuration at the same time: try again")]
    Busy,
    /// The source could not be asked, or has trouble of its own.
    #[error("{why}")]
    Outside {
        /// What it said, or why it could not be asked.
        why: String,
    },
    /// A secret could not be sealed or opened.
    #[error("the master key does not work here: is it the one that this database was made with?")]
    Vault(#[from] VaultError),
    /// The database did not do it.
    #[error("the database did not do it")]
    Store(#[from] StoreError),
}

impl ControlError {
    /// One wrong value.
    pub(crate) fn invalid(path: &str, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::Invalid(vec![problem(path, expected, got)])
    }

    /// The same where the name stood in a field: a wrong value of that field.
    pub(crate) fn in_field(self, path: &str) -> Self {
        match self {
            Self::NotFound { what, reference, hint } => {
                Self::invalid(path, format!("the name of a {what}{hint}"), quoted(&reference))
            }
            other => other,
        }
    }

    /// Something that the present state does not allow.
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }
}

/// What all of `results` give, or everything that was wrong in any of them.
pub(crate) fn all<T>(
    results: impl IntoIterator<Item = Result<T, ControlError>>,
) -> Result<Vec<T>, ControlError> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(ControlError::Invalid(more)) => problems.extend(more),
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(ControlError::Invalid(problems)) }
}

/// One wrong value.
pub(crate) fn problem(
    path: &str,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> FieldProblem {
    FieldProblem { path: path.to_owned(), expected: expected.into(), got: got.into() }
}

/// `text` in quotes, shortened, for a problem.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return format!("{text:?}");
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut:?}… ({} characters)", text.chars().count())
}

fn sentence(problems: &[FieldProblem]) -> String {
    let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_in_the_text() {
        let error = ControlError::Invalid(vec![
            problem("name", "1 to 200 characters", quoted("")),
            problem("rate_limit", "at most 1000000", "2000000"),
        ]);
        assert_eq!(
            error.to_string(),
            "name: expected 1 to 200 characters, got \"\"; \
             rate_limit: expected at most 1000000, got 2000000"
        );
    }
}
