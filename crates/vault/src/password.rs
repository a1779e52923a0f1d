//! Passwords, which people choose: kept as slow hashes.

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use watchbell_model::Secret;

use crate::{VaultError, random};

/// What one hash costs, as OWASP asks for at least: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The slow hash of a password under a fresh salt, as PHC text (argon2id). It takes some ten
/// milliseconds and 19 MiB: not for a thread that others wait for.
///
/// # Errors
/// The system gives no randomness or no memory.
pub fn password_hash(password: &Secret) -> Result<String, VaultError> {
    let salt = random::<16>()?;
    let hashed = hasher()?
        .hash_password_with_salt(password.expose().as_bytes(), &salt)
        .map_err(|_| VaultError::PasswordHash)?;
    Ok(hashed.to_string())
}

/// Whether `phc` is a hash of `password`; costs what that hash says. A text that is no hash fits no
/// password.
pub fn password_fits(password: &Secret, phc: &str) -> bool {
    hasher().is_ok_and(|hasher| {
        PasswordVerifier::<str>::verify_password(&hasher, password.expose().as_bytes(), phc).is_ok()
    })
}

fn hasher() -> Result<Argon2<'static>, VaultError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| VaultError::PasswordHash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_alone_and_is_never_the_same_twice() {
        let (right, wrong) = (Secret::new("correct horse"), Secret::new("correct horsf"));
        let phc = password_hash(&right).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(password_fits(&right, &phc) && !password_fits(&wrong, &phc));
        assert_ne!(password_hash(&right).unwrap(), phc);
        for damaged in ["", "$", "correct horse", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ"] {
            assert!(!password_fits(&right, damaged), "{damaged}");
        }
    }
}
