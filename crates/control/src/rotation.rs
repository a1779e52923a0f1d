//! A new master key for everything that is sealed, while servers run.
//!
//! Between any two steps the process may be killed or the power may fail: what is sealed can be
//! opened with the keys of the file, in every state and by every process that reads the file again
//! when it meets a key that it does not know. Whoever runs it again goes on where it was, because
//! where it is stands in the key file and in the database, and nowhere else.

use std::time::Duration;

use watchbell_model::ServerId;
use watchbell_vault::{KeyFileLock, KeyId, KeyUse};

use crate::{Control, ControlError, KeyStatus};

/// The lease of which only one rotation at a time has hold, whatever machine it is on.
const LEASE: &str = "vault";
/// How long a rotation that was interrupted keeps those to other keys from beginning.
const LEASE_TIME: Duration = Duration::from_mins(1);

/// One step of a rotation that was done, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationStep {
    /// There is a new key. It opens, and seals nothing yet.
    Prepared(KeyId),
    /// The new key seals from now on.
    Switched(KeyId),
    /// Values were sealed anew.
    Resealed {
        /// How many.
        values: usize,
        /// How many are left.
        left: usize,
    },
    /// Nothing is sealed with the old key any more. It is kept, for old backups.
    Settled(KeyId),
}

/// A rotation under way, see [`Control::rotation`]. Nobody else rotates with this key file
/// meanwhile.
#[derive(Debug)]
pub struct Rotation<'a> {
    control: &'a Control,
    lock: KeyFileLock,
    is_begun: bool,
    /// Whether the configuration has changed since the new key seals: nobody can add a value that is
    /// sealed with the old one any more.
    is_fenced: bool,
}

impl Control {
    /// Begins a rotation, or goes on with one that was interrupted. Values that no key here opens
    /// are left as they are if `leave_unreadable`, and stop it otherwise.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if the keys are in no file, another process rotates, or something
    /// does not open.
    pub fn rotation(&self, leave_unreadable: bool) -> Result<Rotation<'_>, ControlError> {
        let lock = self.key_file_lock()?;
        let config = self.store.config_load()?;
        self.vault.refresh()?;
        let unreadable = self.unreadable(&config);
        if !unreadable.is_empty() && !leave_unreadable {
            return Err(ControlError::refused(format!(
                "no key here opens the keys or secrets of {}: if another machine has rotated, copy \
                 its key file; if the key is lost for ever, rotate those routing keys, replace \
                 those secrets, and give --leave-unreadable",
                unreadable.join(", ")
            )));
        }
        Ok(Rotation { control: self, lock, is_begun: false, is_fenced: false })
    }

    /// Puts a new key into the key file that opens, and seals from the next rotation on. Gives its
    /// id. If one is waiting already, it stays.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if the keys are in no file, or a rotation is under way.
    pub fn vault_prepare(&self) -> Result<KeyId, ControlError> {
        self.prepare_in(&self.key_file_lock()?)
    }

    fn prepare_in(&self, lock: &KeyFileLock) -> Result<KeyId, ControlError> {
        let keys = lock.load()?.prepare()?;
        let Some(next) = keys.with(KeyUse::Next) else {
            return Err(ControlError::refused(
                "a rotation was begun and is not over: finish it with `watchbell vault rotate`",
            ));
        };
        lock.replace(&keys)?;
        self.vault.refresh()?;
        Ok(next)
    }

    /// Removes an old key from the key file. Backups from its time do not open any more.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if something is still sealed with it; [`ControlError::NotFound`].
    pub fn vault_forget(&self, id: &str) -> Result<KeyId, ControlError> {
        let lock = self.key_file_lock()?;
        let keys = lock.load()?;
        let found = KeyId::parse(id).and_then(|id| Some((id, keys.forget(id)?)));
        let Some((id, rest)) = found else {
            return Err(ControlError::NotFound {
                what: "old master key",
                reference: id.to_owned(),
                hint: " (`watchbell vault status` shows them)".to_owned(),
            });
        };
        let status = self.vault_status()?;
        let is_used = |key: &KeyStatus| key.routing_keys > 0 || key.signing_secrets > 0;
        if status.keys.iter().filter(|key| key.id == id).any(is_used) {
            return Err(ControlError::refused(format!(
                "the key {id} still seals something: `watchbell vault reseal` first"
            )));
        }
        lock.replace(&rest)?;
        self.vault.refresh()?;
        Ok(id)
    }

    fn key_file_lock(&self) -> Result<KeyFileLock, ControlError> {
        let Some(file) = self.vault.file() else {
            return Err(ControlError::refused(
                "the master key comes from the setting vault.key, which this program cannot \
                 change: docs/operations.md, \"Rotating the master key\", says what to do",
            ));
        };
        Ok(file.lock()?)
    }
}

impl Rotation<'_> {
    /// Does the next step, and says which one it was; nothing when the rotation is over. When it
    /// returns, the step survives a power cut.
    ///
    /// # Errors
    /// What is done stays done: the next run goes on.
    pub fn step(&mut self) -> Result<Option<RotationStep>, ControlError> {
        let keys = self.lock.load()?;
        if let Some(old) = keys.with(KeyUse::Leaving) {
            self.is_begun = true;
            self.lease(keys.sealing())?;
            return self.away_from(old).map(Some);
        }
        if let Some(next) = keys.with(KeyUse::Next) {
            self.is_begun = true;
            self.lease(next)?;
            self.lock.replace(&keys.switch())?;
            self.control.vault.refresh()?;
            return Ok(Some(RotationStep::Switched(next)));
        }
        if self.is_begun {
            return Ok(None);
        }
        self.control.prepare_in(&self.lock).map(|id| Some(RotationStep::Prepared(id)))
    }

    /// Keeps rotations to other keys out, which other machines with other key files may begin.
    fn lease(&self, new: KeyId) -> Result<(), ControlError> {
        if self.control.store.lease_take(LEASE, holder(new), LEASE_TIME)? {
            return Ok(());
        }
        Err(ControlError::refused(
            "another machine is rotating to another master key: when it is done, copy its key file \
             here",
        ))
    }

    fn away_from(&mut self, old: KeyId) -> Result<RotationStep, ControlError> {
        if let Some(step) = self.reseal()? {
            return Ok(step);
        }
        if !self.is_fenced {
            self.control.config_touch()?;
            self.is_fenced = true;
            if let Some(step) = self.reseal()? {
                return Ok(step);
            }
        }
        // Before the last step: after it nothing would tell whose lease this is, if this process ends
        // in between. Other machines' rotations do not begin where something does not open.
        self.control.store.lease_give_back(LEASE, holder(self.control.vault.key_id()))?;
        self.lock.replace(&self.lock.load()?.settle())?;
        self.control.vault.refresh()?;
        Ok(RotationStep::Settled(old))
    }

    fn reseal(&mut self) -> Result<Option<RotationStep>, ControlError> {
        let (values, left) = self.control.vault_reseal()?;
        if values == 0 {
            return Ok(None);
        }
        // Whatever others had decided before this change is decided again, with the new key.
        self.is_fenced = true;
        Ok(Some(RotationStep::Resealed { values, left }))
    }
}

/// Who holds the lease: the rotation to this key, not a process. So a run that goes on where another
/// one was killed need not wait, and runs on two machines with one and the same next key may meet:
/// they do the same.
fn holder(new: KeyId) -> ServerId {
    let id = u128::from(u32::from_be_bytes(new.bytes()));
    ServerId::from_uuid(uuid::Uuid::from_u128(id))
}
