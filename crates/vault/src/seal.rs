//! Sealing and opening.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf;
use watchbell_model::Secret;

use crate::token::random;
use crate::{KeyId, MasterKey, VaultError};

/// The form of a sealed value, see the crate's README.
const VERSION: u8 = 1;
/// What the sealing key is derived for. Another use of the master key takes another label.
const PURPOSE: &[u8] = b"watchbell seal v1";

/// Seals what must not be readable in the database. `Debug` shows only the key's id.
pub struct Vault {
    key: LessSafeKey,
    key_id: KeyId,
}

impl Vault {
    /// A vault under `master`.
    ///
    /// # Errors
    /// [`VaultError::Refused`], which no key leads to.
    pub fn new(master: &MasterKey) -> Result<Self, VaultError> {
        // The master key is random already, so HKDF needs no salt (RFC 5869, 3.1).
        let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
            .extract(master.bytes())
            .expand(&[PURPOSE], &AES_256_GCM)
            .map(UnboundKey::from)
            .map_err(|_| VaultError::Refused)?;
        Ok(Self { key: LessSafeKey::new(key), key_id: master.id() })
    }

    /// The id of the master key that this vault seals with.
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// Seals `plain` for `context`, which names the place where it is kept, like
    /// `routing_key:<id of the integration>`. The same value sealed twice looks different.
    ///
    /// # Errors
    /// The system gives no random numbers, or `plain` is longer than 64 GiB.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce = random::<NONCE_LEN>()?;
        let mut text = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                aad(VERSION, self.key_id, context),
                &mut text,
            )
            .map_err(|_| VaultError::TooLong)?;
        Ok([&[VERSION][..], &self.key_id.bytes(), &nonce, &text].concat())
    }

    /// Opens what was sealed for `context`.
    ///
    /// # Errors
    /// It was sealed with another master key, by a later version, or for another context, or it was
    /// changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (&version, rest) = sealed.split_first().ok_or(VaultError::Broken)?;
        if version != VERSION {
            return Err(VaultError::Version { version });
        }
        let (&key_id, rest) = rest.split_first_chunk().ok_or(VaultError::Broken)?;
        let sealed_with = KeyId::from_bytes(key_id);
        if sealed_with != self.key_id {
            return Err(VaultError::OtherKey { sealed_with, ours: self.key_id });
        }
        let (&nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Broken)?;
        let mut text = text.to_vec();
        let plain_len = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                aad(version, sealed_with, context),
                &mut text,
            )
            .map_err(|_| VaultError::Broken)?
            .len();
        text.truncate(plain_len);
        Ok(text)
    }

    /// Opens a text that was sealed for `context`.
    ///
    /// # Errors
    /// As [`Vault::open`]; [`VaultError::Broken`] also if it is not UTF-8.
    pub fn open_text(&self, context: &str, sealed: &[u8]) -> Result<Secret, VaultError> {
        // The error would hold the opened bytes, so it is not passed on.
        String::from_utf8(self.open(context, sealed)?)
            .map(Secret::new)
            .map_err(|_| VaultError::Broken)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({}, hidden)", self.key_id)
    }
}

/// What the tag covers beside the text. The parts before the context have a fixed length, so no two
/// triples give the same bytes.
fn aad(version: u8, key_id: KeyId, context: &str) -> Aad<Vec<u8>> {
    Aad::from([&[version][..], &key_id.bytes(), context.as_bytes()].concat())
}
