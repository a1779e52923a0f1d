//! A signing secret, ready to be used.

use std::fmt;

use ring::hmac;

/// A signing secret, made ready for HMAC-SHA256 once, so that a check does not do it again. Cheap
/// to clone; `Debug` hides it.
#[derive(Clone)]
pub struct HmacKey(hmac::Key);

/// A signing secret without a single byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing secret is empty")]
pub struct EmptySecret;

impl HmacKey {
    /// The key that `secret`'s bytes are, exactly as given.
    ///
    /// # Errors
    /// `secret` is empty: everybody could sign with it. Do not drop such a secret and go on:
    /// without any secret [`verify`](crate::verify()) asks for no signature.
    pub fn new(secret: &[u8]) -> Result<Self, EmptySecret> {
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// The HMAC-SHA256 over `message`: for what this server signs itself.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.tag(&[message]).as_ref());
        bytes
    }

    /// The HMAC over `parts`, one after the other, without copying them together.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(part);
        }
        context.sign()
    }

    /// Whether `offered` is the HMAC over `parts`, in constant time.
    ///
    /// ring compares a tag only with one that it makes from a message in one piece. So the tag is
    /// made in pieces, and then the tags of both tags are compared: they are equal exactly if the
    /// tags are. That costs two HMACs over 32 bytes and saves a copy of a body of up to 10 MiB.
    pub(crate) fn holds(&self, parts: &[&[u8]], offered: &[u8; 32]) -> bool {
        let of_expected = hmac::sign(&self.0, self.tag(parts).as_ref());
        hmac::verify(&self.0, offered, of_expected.as_ref()).is_ok()
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(hidden)")
    }
}
