//! Digests of tokens, and random bytes to make tokens of.

use ring::digest;
use ring::rand::{SecureRandom, SystemRandom};

use crate::VaultError;

/// What the digest of a kind begins with, so that it is a digest of nothing else.
const TOKEN_DOMAIN: &[u8] = b"watchbell token v1 ";

/// What a routing key, an API key or another token is looked up by. `kind` says which, so that a
/// token of one kind never opens what another kind opens.
///
/// It is `SHA-256(SHA-256("watchbell token v1 " + kind) + token)`, without salt, stretching or
/// master key. A slow hash protects what people choose; a token carries at least 128 random bits,
/// which nobody tries out, whatever one try costs. So a look-up costs a microsecond, and a digest
/// stays valid when the master key changes. Never use it for a password or for a token with less
/// randomness. The values are stored: they never change.
pub fn token_hash(kind: &str, token: &str) -> [u8; 32] {
    // Kind and token are not just put one after the other: ("a", "bc") and ("ab", "c") differ.
    let mut of_kind = digest::Context::new(&digest::SHA256);
    of_kind.update(TOKEN_DOMAIN);
    of_kind.update(kind.as_bytes());
    let mut of_token = digest::Context::new(&digest::SHA256);
    of_token.update(of_kind.finish().as_ref());
    of_token.update(token.as_bytes());
    first(&of_token.finish())
}

/// `N` bytes of the system's random number generator, fit for keys.
///
/// # Errors
/// The system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| VaultError::NoRandomness)?;
    Ok(bytes)
}

/// The first bytes of a SHA-256, of which there are 32.
pub(crate) fn first<const N: usize>(digest: &digest::Digest) -> [u8; N] {
    const { assert!(N <= digest::SHA256_OUTPUT_LEN) };
    let mut bytes = [0; N];
    for (byte, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *byte = *from;
    }
    bytes
}
