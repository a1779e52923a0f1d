//! Keys of the REST API.

use watchbell_model::{ApiKey, ApiKeyId, Scope, Secret, Timestamp};
use watchbell_store::{ApiKeyRecord, ConfigChange, StoredConfig};
use watchbell_vault::{purpose, random, token_hash};

use crate::service::name_problem;
use crate::{Control, ControlError};

/// An API key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyNew {
    /// What it is for: 1 to 200 characters.
    pub name: String,
    /// What it may be used for. Empty: everything.
    pub scopes: Vec<Scope>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// An API key that was just made.
#[derive(Debug, Clone)]
pub struct ApiKeyCreated {
    /// Everything but the key.
    pub key: ApiKey,
    /// The key: shown once, and not known afterwards.
    pub token: Secret,
}

impl Control {
    /// Makes an API key.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a wrong name or an end in the past.
    pub fn api_key_create(&self, new: &ApiKeyNew) -> Result<ApiKeyCreated, ControlError> {
        self.change(|_| {
            let (change, created) = self.api_key_change(new)?;
            Ok((vec![change], created))
        })
    }

    /// Every API key, ended ones included, in the order of their making.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn api_key_list(&self) -> Result<Vec<ApiKey>, ControlError> {
        let config = self.store.config_load()?;
        Ok(config.api_keys.into_iter().map(|record| record.key).collect())
    }

    /// Ends the API key with this id, or the only one with this name that lives. False if it had
    /// ended already.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Ambiguous`].
    pub fn api_key_revoke(&self, reference: &str) -> Result<(ApiKey, bool), ControlError> {
        self.change(|config| {
            let at = self.clock.now();
            let mut key = find(config, reference, at)?.clone();
            if key.revoked_at.is_some() {
                return Ok((Vec::new(), (key, false)));
            }
            key.revoked_at = Some(at);
            Ok((vec![ConfigChange::ApiKeyRevoke { id: key.id, at }], (key, true)))
        })
    }

    pub(crate) fn api_key_change(
        &self,
        new: &ApiKeyNew,
    ) -> Result<(ConfigChange, ApiKeyCreated), ControlError> {
        let now = self.clock.now();
        if let Some(problem) = name_problem(&new.name) {
            return Err(ControlError::Invalid(vec![problem]));
        }
        if let Some(end) = new.expires_at.filter(|end| *end <= now) {
            return Err(ControlError::invalid("expires_at", "a time to come", end.to_rfc3339()));
        }
        let bare = base64url(&random::<32>()?);
        let mut scopes = new.scopes.clone();
        if scopes.is_empty() {
            scopes = Scope::READS.to_vec();
        }
        scopes.sort_unstable();
        scopes.dedup();
        let key = ApiKey {
            id: ApiKeyId::from_uuid(self.ids.next()),
            name: new.name.trim().to_owned(),
            hint: bare.chars().skip(bare.len().saturating_sub(4)).collect(),
            scopes,
            created_at: now,
            expires_at: new.expires_at,
            revoked_at: None,
        };
        let hash = token_hash(purpose::API_KEY, &bare);
        let change = ConfigChange::ApiKeyAdd(ApiKeyRecord { key: key.clone(), hash });
        let token = Secret::new(format!("{}{bare}", purpose::API_KEY_PREFIX));
        Ok((change, ApiKeyCreated { key, token }))
    }
}

fn find<'a>(
    config: &'a StoredConfig,
    reference: &str,
    now: Timestamp,
) -> Result<&'a ApiKey, ControlError> {
    let keys = || config.api_keys.iter().map(|record| &record.key);
    let id: Option<ApiKeyId> = reference.parse().ok();
    let named: Vec<_> = match id.and_then(|id| keys().find(|key| key.id == id)) {
        Some(found) => vec![found],
        None => keys().filter(|key| key.name == reference && key.is_live(now)).collect(),
    };
    match named.as_slice() {
        [only] => Ok(only),
        [] => Err(ControlError::NotFound {
            what: "API key",
            reference: if purpose::bare_api_key(reference).is_some() {
                // Somebody gave the key itself.
                "(hidden)".to_owned()
            } else {
                reference.to_owned()
            },
            hint: " (`watchbell key list` shows their ids)".to_owned(),
        }),
        several => Err(ControlError::Ambiguous {
            what: "API key",
            reference: reference.to_owned(),
            candidates: several.iter().map(|k| format!("{} (…{})", k.id, k.hint)).collect(),
        }),
    }
}

/// RFC 4648, section 5, without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |bits: u32| {
        let place = usize::try_from(bits & 63).unwrap_or(0);
        DIGITS.get(place).map_or('A', |digit| char::from(*digit))
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let mut padded = [0; 3];
        for (to, from) in padded.iter_mut().zip(chunk) {
            *to = *from;
        }
        let [a, b, c] = padded.map(u32::from);
        let bits = (a << 16) | (b << 8) | c;
        let digits = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        text.extend(digits.into_iter().take(chunk.len().saturating_add(1)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_is_as_in_the_rfc() {
        let all = [(&b""[..], ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v")];
        for (bytes, text) in all {
            assert_eq!(base64url(bytes), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(base64url(&[7; 32]).len(), 43);
    }
}
