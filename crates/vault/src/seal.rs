//! Sealing and opening.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf;
use watchbell_model::Secret;

use crate::token::random;
use crate::{KeyFile, KeyId, KeyUse, MasterKeys, VaultError};

/// The form of a sealed value, see the crate's README.
const VERSION: u8 = 1;
/// What the sealing key is derived for. Another use of the master key takes another label.
const PURPOSE: &[u8] = b"watchbell seal v1";

/// Seals what must not be readable in the database, with one master key, and opens with that and
/// further ones. `Debug` shows only the id of the one that seals.
pub struct Vault {
    keys: RwLock<Arc<Keys>>,
    /// Where the keys are read again, if they may change.
    file: Option<KeyFile>,
}

/// The keys in use, derived.
struct Keys {
    sealing: KeyId,
    by_id: HashMap<KeyId, LessSafeKey>,
    /// What they were derived from, to see a change.
    of: MasterKeys,
}

impl Keys {
    fn derive(keys: &MasterKeys) -> Result<Self, VaultError> {
        let mut by_id = HashMap::new();
        for master in keys.keys() {
            // The master key is random already, so HKDF needs no salt (RFC 5869, 3.1).
            let key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
                .extract(master.bytes())
                .expand(&[PURPOSE], &AES_256_GCM)
                .map(UnboundKey::from)
                .map_err(|_| VaultError::Refused)?;
            by_id.insert(master.id(), LessSafeKey::new(key));
        }
        Ok(Self { sealing: keys.sealing(), by_id, of: keys.clone() })
    }
}

impl Vault {
    /// A vault with keys that stay.
    ///
    /// # Errors
    /// [`VaultError::Refused`], which no key leads to.
    pub fn new(keys: impl Into<MasterKeys>) -> Result<Self, VaultError> {
        Self::with(&keys.into(), None)
    }

    /// A vault with the keys of `file`, which were just read as `keys`. It reads the file again by
    /// [`Vault::refresh`], and when it meets a value sealed with a key that it does not have.
    ///
    /// # Errors
    /// [`VaultError::Refused`], which no key leads to.
    pub fn of_file(file: KeyFile, keys: &MasterKeys) -> Result<Self, VaultError> {
        Self::with(keys, Some(file))
    }

    fn with(keys: &MasterKeys, file: Option<KeyFile>) -> Result<Self, VaultError> {
        Ok(Self { keys: RwLock::new(Arc::new(Keys::derive(keys)?)), file })
    }

    /// Takes over the keys of the file if they have changed; says whether they had.
    ///
    /// # Errors
    /// The file cannot be read. The keys of before stay in use.
    pub fn refresh(&self) -> Result<bool, VaultError> {
        let Some(file) = &self.file else {
            return Ok(false);
        };
        let keys = file.load()?;
        if keys == self.in_use().of {
            return Ok(false);
        }
        let derived = Arc::new(Keys::derive(&keys)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = derived;
        Ok(true)
    }

    /// The file that the keys are in, if they are in one.
    pub const fn file(&self) -> Option<&KeyFile> {
        self.file.as_ref()
    }

    /// The id of the master key that this vault seals with now.
    pub fn key_id(&self) -> KeyId {
        self.in_use().sealing
    }

    /// Every key of this vault: its id, and what it is there for.
    pub fn keys(&self) -> Vec<(KeyId, KeyUse)> {
        self.in_use().of.list().collect()
    }

    /// The id of the master key that `sealed` was sealed with; none if it is no sealed value.
    pub fn sealed_with(sealed: &[u8]) -> Option<KeyId> {
        let (&version, rest) = sealed.split_first()?;
        let id = rest.first_chunk().filter(|_| version == VERSION)?;
        Some(KeyId::from_bytes(*id))
    }

    fn in_use(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Seals `plain` for `context`, which names the place where it is kept, like
    /// `routing_key:<id of the integration>`. The same value sealed twice looks different.
    ///
    /// # Errors
    /// The system gives no random numbers, or `plain` is longer than 64 GiB.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let keys = self.in_use();
        let key = keys.by_id.get(&keys.sealing).ok_or(VaultError::Refused)?;
        let nonce = random::<NONCE_LEN>()?;
        let mut text = plain.to_vec();
        let aad = aad(VERSION, keys.sealing, context);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .map_err(|_| VaultError::TooLong)?;
        Ok([&[VERSION][..], &keys.sealing.bytes(), &nonce, &text].concat())
    }

    /// Opens what was sealed for `context`.
    ///
    /// # Errors
    /// It was sealed with a master key that is not here, by a later version, or for another context, or it was
    /// changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (&version, rest) = sealed.split_first().ok_or(VaultError::Broken)?;
        if version != VERSION {
            return Err(VaultError::Version { version });
        }
        let (&key_id, rest) = rest.split_first_chunk().ok_or(VaultError::Broken)?;
        let sealed_with = KeyId::from_bytes(key_id);
        let mut keys = self.in_use();
        if !keys.by_id.contains_key(&sealed_with) && self.refresh()? {
            keys = self.in_use();
        }
        let Some(key) = keys.by_id.get(&sealed_with) else {
            return Err(VaultError::OtherKey { sealed_with, ours: keys.sealing });
        };
        let (&nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::Broken)?;
        let mut text = text.to_vec();
        let aad = aad(version, sealed_with, context);
        let plain_len = key
            .open_in_place(Nonce::assume_unique_for_key(nonce), aad, &mut text)
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
        write!(f, "Vault({}, hidden)", self.key_id())
    }
}

/// What the tag covers beside the text. The parts before the context have a fixed length, so no two
/// triples give the same bytes.
fn aad(version: u8, key_id: KeyId, context: &str) -> Aad<Vec<u8>> {
    Aad::from([&[version][..], &key_id.bytes(), context.as_bytes()].concat())
}
