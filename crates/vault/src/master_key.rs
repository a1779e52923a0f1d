//! The key that everything is sealed under.

use std::fmt;

use ring::digest;

use crate::token::{first, random};
use crate::{VaultError, text};

/// What the digest of a key begins with, so that it is a digest of nothing else.
const KEY_ID_DOMAIN: &[u8] = b"watchbell master key id v1";

/// The key that everything is sealed under: 32 bytes. `Debug` shows only its id.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

/// Tells master keys apart: four bytes of a digest, which say nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl MasterKey {
    /// A new key.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn generate() -> Result<Self, VaultError> {
        random().map(Self)
    }

    /// The key that `text` stands for: 64 hexadecimal digits, or base64 of 32 bytes. White space
    /// around it does not count.
    ///
    /// # Errors
    /// It is neither.
    pub fn from_text(text: &str) -> Result<Self, VaultError> {
        let text = text.trim();
        text::from_hex(text)
            .or_else(|| text::from_base64(text))
            .map(Self)
            .ok_or_else(|| VaultError::KeyText { characters: text.chars().count() })
    }

    /// Its id.
    pub fn id(&self) -> KeyId {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(KEY_ID_DOMAIN);
        context.update(&self.0);
        KeyId(first(&context.finish()))
    }

    /// The key itself, to derive others from.
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its text in a key file.
    pub(crate) fn to_text(&self) -> String {
        text::hex(&self.0)
    }
}

impl KeyId {
    /// The id that these bytes of a sealed value are.
    pub(crate) const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// Its bytes, as they stand in a sealed value.
    pub const fn bytes(self) -> [u8; 4] {
        self.0
    }

    /// The id that `text` is: eight hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_id.then(|| u32::from_str_radix(text, 16).ok()).flatten()?;
        Some(Self(number.to_be_bytes()))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, hidden)", self.id())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
