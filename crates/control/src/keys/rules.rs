//! Which keys and secrets are taken.

use watchbell_model::{RoutingKey, Secret};
use watchbell_provider::{Options, Provider};
use watchbell_store::{RoutingKeyRecord, StoredConfig};
use watchbell_vault::random;

use super::MAX_SECRETS;
use crate::ControlError;
use crate::documents::hex;

/// The fewest characters of a pasted signing secret.
const MIN_SECRET: usize = 8;
/// The most characters of a pasted signing secret.
const MAX_SECRET: usize = 1_000;

/// Whether `secrets` may be all the secrets of an integration of `provider`.
pub(crate) fn check_secrets(
    provider: &dyn Provider,
    secrets: &[&Secret],
) -> Result<(), ControlError> {
    if !secrets.is_empty() && !provider.proof(&Options::none()).takes_secret() {
        return Err(ControlError::refused(format!(
            "{} has no signature scheme, so it takes no signing secret: its routing key is the proof",
            provider.name()
        )));
    }
    if secrets.len() > MAX_SECRETS {
        return Err(ControlError::refused(format!(
            "there may be at most {MAX_SECRETS} signing secrets at a time: remove the old one first"
        )));
    }
    for secret in secrets {
        let text = secret.expose();
        let length = text.chars().count();
        let is_plain = text.trim() == text && !text.chars().any(char::is_control);
        if !(MIN_SECRET..=MAX_SECRET).contains(&length) || !is_plain {
            // How many characters, never which.
            return Err(ControlError::invalid(
                "secret",
                format!("{MIN_SECRET} to {MAX_SECRET} characters without space at the ends"),
                format!("{length} characters"),
            ));
        }
    }
    match secrets {
        [one, other] if one == other => Err(ControlError::Taken {
            what: "this signing secret".to_owned(),
            owner: "this integration".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The key that somebody brings along to `provider`, if it may be one.
pub(crate) fn brought_key(
    brought: &Secret,
    provider: &dyn Provider,
    has_secret: bool,
) -> Result<RoutingKey, ControlError> {
    let text = brought.expose().trim();
    let Some(key) = RoutingKey::parse(text) else {
        let (low, high) = (RoutingKey::MIN_CHARS, RoutingKey::MAX_CHARS);
        let count = text.chars().count();
        // How many characters, never which.
        let got = if (low..=high).contains(&count) {
            format!("{count} characters with others among them")
        } else {
            format!("{count} characters")
        };
        return Err(ControlError::invalid(
            "key",
            format!("{low} to {high} characters of A-Z, a-z, 0-9, _ and -"),
            got,
        ));
    };
    if !was_never_secret(&key) || has_secret {
        return Ok(key);
    }
    let why = "this key has the form of an OpsKnight integration id, which was never secret";
    Err(ControlError::refused(if provider.proof(&Options::none()).takes_secret() {
        format!("{why}: bring it along together with a signing secret")
    } else {
        format!(
            "{why}, and {} has no signature that could prove its senders: leave the key out and \
             give the sender the new address",
            provider.name()
        )
    }))
}

/// Whether a key has the form of an OpsKnight integration id: a cuid, `c` and 24 of `[a-z0-9]`.
pub(crate) fn was_never_secret(key: &RoutingKey) -> bool {
    let text = key.expose();
    text.len() == 25
        && text.starts_with('c')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whose the key is or was, if it is not new.
pub(crate) fn owner_of(key: &RoutingKeyRecord, config: &StoredConfig) -> Option<String> {
    let known = config.routing_keys.iter().find(|known| known.hash == key.hash)?;
    let owner = config.integrations.iter().find(|i| i.id == known.integration);
    Some(owner.map_or_else(
        || known.integration.to_string(),
        |owner| format!("integration {:?} ({})", owner.name, owner.state),
    ))
}

/// 32 random bytes in hexadecimal, marked as what they are.
pub(crate) fn generate_secret() -> Result<Secret, ControlError> {
    Ok(Secret::new(format!("whsec_{}", hex(&random::<32>()?))))
}
