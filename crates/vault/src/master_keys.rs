//! Several master keys: one seals, all open.

use crate::{KeyId, MasterKey, VaultError};

/// What a master key is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// It seals. There is exactly one.
    Seals,
    /// It opens, and seals from the next rotation on.
    Next,
    /// It opens: a rotation away from it is under way.
    Leaving,
    /// It opens what is left from earlier, as in old backups.
    Old,
}

impl KeyUse {
    /// The name that stands before the key in a key file, and in lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seals => "seals",
            Self::Next => "next",
            Self::Leaving => "leaving",
            Self::Old => "old",
        }
    }
}

/// Several master keys, with different ids: one seals, all open. `Debug` shows only their ids.
///
/// A rotation takes them through these states, each of which opens all that the one before sealed:
///
/// | state | keys |
/// |---|---|
/// | before | A seals |
/// | [`MasterKeys::prepare`] | A seals, B is next |
/// | [`MasterKeys::switch`] | B seals, A is leaving |
/// | [`MasterKeys::settle`] | B seals, A is old |
/// | [`MasterKeys::forget`] | B seals |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeys {
    sealing: MasterKey,
    others: Vec<(KeyUse, MasterKey)>,
}

impl MasterKeys {
    /// `sealing`, and `old` ones that only open.
    ///
    /// # Errors
    /// Two of them have the same id.
    pub fn new(
        sealing: MasterKey,
        old: impl IntoIterator<Item = MasterKey>,
    ) -> Result<Self, VaultError> {
        let mut keys = Self::from(sealing);
        for key in old {
            keys.add(KeyUse::Old, key)?;
        }
        Ok(keys)
    }

    /// The keys of a key file's text: the sealing one in the first line, and in each further line
    /// one that opens, after its use (`next`, `leaving`, `old`) and a space.
    ///
    /// # Errors
    /// It is something else. The text says in which line, and shows nothing of it.
    pub fn from_text(text: &str) -> Result<Self, VaultError> {
        let mut lines = text.trim().lines().map(str::trim);
        let mut keys = Self::from(MasterKey::from_text(lines.next().unwrap_or_default())?);
        for (line, number) in lines.zip(2..) {
            let list = |what: &str| VaultError::KeyList { what: format!("line {number}: {what}") };
            let (word, key) = line
                .split_once(' ')
                .ok_or_else(|| list("expected `next`, `leaving` or `old`, a space and a key"))?;
            let purpose = [KeyUse::Next, KeyUse::Leaving, KeyUse::Old]
                .into_iter()
                .find(|purpose| purpose.as_str() == word)
                .ok_or_else(|| list("expected `next`, `leaving` or `old` before the key"))?;
            let is_second = purpose != KeyUse::Old && keys.with(purpose).is_some();
            if is_second {
                return Err(list("there can be only one of this kind"));
            }
            let key = MasterKey::from_text(key)
                .map_err(|_| list("expected 64 hexadecimal digits, or base64 of 32 bytes"))?;
            keys.add(purpose, key).map_err(|_| list("the same key as in a line above"))?;
        }
        Ok(keys)
    }

    /// The text for a key file.
    pub(crate) fn to_text(&self) -> String {
        let mut text = self.sealing.to_text() + "\n";
        for (purpose, key) in &self.others {
            text.push_str(purpose.as_str());
            text.push(' ');
            text.push_str(&key.to_text());
            text.push('\n');
        }
        text
    }

    /// The id of the key that seals.
    pub fn sealing(&self) -> KeyId {
        self.sealing.id()
    }

    /// Every key's id and use; the one that seals comes first.
    pub fn list(&self) -> impl Iterator<Item = (KeyId, KeyUse)> {
        let others = self.others.iter().map(|(purpose, key)| (key.id(), *purpose));
        std::iter::once((self.sealing(), KeyUse::Seals)).chain(others)
    }

    /// The id of the key that is next or leaving, if there is one.
    pub fn with(&self, purpose: KeyUse) -> Option<KeyId> {
        self.list().find(|(_, of)| *of == purpose).map(|(id, _)| id)
    }

    /// The same keys with a new one that is next, unless one is next or leaving already.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn prepare(&self) -> Result<Self, VaultError> {
        let mut keys = self.clone();
        if keys.with(KeyUse::Next).or_else(|| keys.with(KeyUse::Leaving)).is_some() {
            return Ok(keys);
        }
        // An id has four bytes, so two keys share theirs once in billions of times.
        while keys.add(KeyUse::Next, MasterKey::generate()?).is_err() {}
        Ok(keys)
    }

    /// The key that was next seals, and the one that sealed leaves. Without a next one, the same
    /// keys.
    #[must_use]
    pub fn switch(&self) -> Self {
        let mut keys = self.clone();
        if let Some(next) = keys.others.iter_mut().find(|(purpose, _)| *purpose == KeyUse::Next) {
            next.0 = KeyUse::Leaving;
            std::mem::swap(&mut next.1, &mut keys.sealing);
        }
        keys
    }

    /// The key that was leaving is old.
    #[must_use]
    pub fn settle(&self) -> Self {
        let mut keys = self.clone();
        for (purpose, _) in &mut keys.others {
            if *purpose == KeyUse::Leaving {
                *purpose = KeyUse::Old;
            }
        }
        keys
    }

    /// The same keys without the old one of this id; nothing if there is no such old key.
    #[must_use]
    pub fn forget(&self, id: KeyId) -> Option<Self> {
        let mut keys = self.clone();
        keys.others.retain(|(purpose, key)| *purpose != KeyUse::Old || key.id() != id);
        (keys.others.len() < self.others.len()).then_some(keys)
    }

    /// Every key, in the order of [`MasterKeys::list`].
    pub(crate) fn keys(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.sealing).chain(self.others.iter().map(|(_, key)| key))
    }

    fn add(&mut self, purpose: KeyUse, key: MasterKey) -> Result<(), VaultError> {
        let id = key.id();
        if self.list().any(|(other, _)| other == id) {
            return Err(VaultError::KeyList { what: format!("the key {id} twice") });
        }
        self.others.push((purpose, key));
        Ok(())
    }
}

impl From<MasterKey> for MasterKeys {
    fn from(sealing: MasterKey) -> Self {
        Self { sealing, others: Vec::new() }
    }
}
