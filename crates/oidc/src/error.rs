//! Why nobody is signed in.

use watchbell_vault::VaultError;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider, or what is configured of it, does not work. The text is for the log.
    #[error("the identity provider cannot be used: {0}")]
    Provider(String),
    /// Enough others are being signed in.
    #[error("too many sign-ins are under way")]
    Busy,
    /// What came back does not hold.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// Nothing can be sealed.
    #[error("nothing can be sealed")]
    Vault(#[from] VaultError),
}

/// Why what came back does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It was not begun in this browser, or too long ago.
    #[error("it was not begun in this browser, or too long ago")]
    NotBegun,
    /// The provider says no: `access_denied`, …
    #[error("the provider says {0}")]
    Denied(String),
    /// It comes from another provider.
    #[error("it comes from another provider")]
    Issuer,
    /// The provider does not take its code (any more).
    #[error("the provider does not take the code")]
    Code,
    /// The token does not hold.
    #[error("the ID token does not hold: {0}")]
    Token(#[from] BadToken),
    /// The provider does not vouch for the e-mail address.
    #[error("the provider does not vouch for an e-mail address")]
    Unverified,
}

/// Why an ID token does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It is no signed token, or a claim is missing or has not its form.
    #[error("it cannot be read")]
    Form,
    /// It is signed in a way that is not believed, or not at all.
    #[error("it is not signed by RS256 or ES256")]
    Algorithm,
    /// The provider does not publish the key.
    #[error("no published key fits it")]
    Key,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
    /// Somebody else issued it.
    #[error("another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("another audience")]
    Audience,
    /// It is too old.
    #[error("it has expired")]
    Expired,
    /// It is from the future.
    #[error("it is from the future: the clocks differ by more than a minute")]
    Future,
    /// It belongs to another sign-in.
    #[error("another sign-in's nonce")]
    Nonce,
}
