//! Public keys of others, and whether they signed something.

use std::fmt;

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// The first byte of a point that is written out whole (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;
/// How many bytes a coordinate of P-256 has.
const COORDINATE: usize = 32;

/// Somebody's public key, for one way to sign. A key says itself which way: what was signed has no
/// part in that choice, so nobody can have an RSA key taken for a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    P256 { point: Vec<u8> },
}

impl PublicKey {
    /// An RSA key for RSASSA-PKCS1-v1_5 with SHA-256 (`RS256`): modulus and exponent, the highest
    /// byte first. With less than 2,048 or more than 8,192 bits nothing is believed of it.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        let plain = |number: &[u8]| {
            number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>()
        };
        Self(Kind::Rsa { modulus: plain(modulus), exponent: plain(exponent) })
    }

    /// A point of P-256 for ECDSA with SHA-256 (`ES256`); nothing, if a coordinate has not 32
    /// bytes. Whether it is on the curve is seen when it is used.
    pub fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        let is_whole = x.len() == COORDINATE && y.len() == COORDINATE;
        is_whole.then(|| Self(Kind::P256 { point: [&[UNCOMPRESSED], x, y].concat() }))
    }

    /// Whether it is an RSA key, for `RS256`; else it is for `ES256`.
    pub const fn is_rsa(&self) -> bool {
        matches!(self.0, Kind::Rsa { .. })
    }

    /// Whether `signature` is this key's over `message`. Of ECDSA it is both numbers, one after the
    /// other (RFC 7518, section 3.4).
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Kind::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Kind::P256 { point } => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_rsa() { "PublicKey(RSA)" } else { "PublicKey(P-256)" })
    }
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    /// A key pair, and the public key as it is published.
    fn pair() -> (EcdsaKeyPair, PublicKey) {
        let random = SystemRandom::new();
        let way = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(way, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(way, document.as_ref(), &random).unwrap();
        let point = pair.public_key().as_ref().to_owned();
        let key = PublicKey::p256(&point[1..33], &point[33..]).unwrap();
        (pair, key)
    }

    #[test]
    fn a_point_knows_its_own_signatures_and_no_others() {
        let ((pair, key), (_, other)) = (pair(), pair());
        let signature = pair.sign(&SystemRandom::new(), b"text").unwrap();
        let signature = signature.as_ref();
        assert!(key.signed(b"text", signature));
        assert!(!key.signed(b"test", signature));
        assert!(!other.signed(b"text", signature));
        for wrong in [&b""[..], &signature[..63], &[signature, &[0]].concat(), &[0; 64]] {
            assert!(!key.signed(b"text", wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_point_that_is_none_signs_nothing() {
        assert!(PublicKey::p256(&[1; 31], &[1; 32]).is_none());
        assert!(PublicKey::p256(&[1; 32], &[1; 33]).is_none());
        let nowhere = PublicKey::p256(&[1; 32], &[1; 32]).unwrap();
        assert!(!nowhere.signed(b"text", &[1; 64]));
    }

    #[test]
    fn an_rsa_key_with_few_bits_signs_nothing() {
        // With the exponent 1 every text is its own signature.
        for bytes in [0, 1, 64, 128, 255] {
            let key = PublicKey::rsa(&vec![0xff; bytes], &[1]);
            assert!(key.is_rsa() && !key.signed(b"text", &vec![1; bytes]), "{bytes}");
        }
        assert_eq!(PublicKey::rsa(&[0, 0, 7], &[0, 3]), PublicKey::rsa(&[7], &[3]));
    }
}
