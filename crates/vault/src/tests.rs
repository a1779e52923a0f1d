//! Checks of sealing, key texts, key files and tokens.

mod key_file;
mod several;

use proptest::prelude::*;

use crate::{MasterKey, Vault, VaultError, random, text, token_hash};

/// The key 00 01 02 … 1f in all its texts.
const KEY_HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY_BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// `cu_0123456789abcdef0123456789abcdef` sealed for `routing_key:int_1` with that key and the nonce
/// 00 01 … 0b, by another implementation of the form in the README.
const SEALED: &str = "01c25d8f99000102030405060708090a0b0440717dc35888e7dca20ecac40082e5cddde079380bba\
    ea53ebfb60c3526c8de38a248497df506a98c7d6a2824841437f3253";

fn key() -> MasterKey {
    MasterKey::from_text(KEY_HEX).unwrap()
}

fn vault() -> Vault {
    Vault::new(key()).unwrap()
}

#[test]
fn what_is_sealed_opens_again() {
    let vault = vault();
    for plain in [&b""[..], b"x", b"cu_0123456789abcdef0123456789abcdef", &[0xff; 5_000]] {
        for context in ["", "routing_key:1", "signing_secret:\u{e9}"] {
            let sealed = vault.seal(context, plain).unwrap();
            assert_eq!(sealed.len(), 1 + 4 + 12 + plain.len() + 16);
            assert_eq!(vault.open(context, &sealed).unwrap(), plain);
        }
    }
}

#[test]
fn the_same_value_sealed_twice_looks_different() {
    let vault = vault();
    assert_ne!(vault.seal("a", b"secret").unwrap(), vault.seal("a", b"secret").unwrap());
}

#[test]
fn sealed_values_of_the_first_version_open_for_ever() {
    let sealed: Vec<u8> = SEALED
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let opened = vault().open_text("routing_key:int_1", &sealed).unwrap();
    assert_eq!(opened.expose(), "cu_0123456789abcdef0123456789abcdef");
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let vault = vault();
    let sealed = vault.seal("a", b"secret").unwrap();
    for index in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[index] ^= 1 << bit;
            let error = vault.open("a", &changed).unwrap_err();
            let is_expected = match index {
                0 => matches!(error, VaultError::Version { version } if version == changed[0]),
                1..5 => matches!(error, VaultError::OtherKey { .. }),
                _ => matches!(error, VaultError::Broken),
            };
            assert!(is_expected, "byte {index}, bit {bit}: {error:?}");
        }
    }
}

#[test]
fn a_cut_or_lengthened_value_is_broken() {
    let vault = vault();
    let sealed = vault.seal("a", b"secret").unwrap();
    for len in 0..sealed.len() {
        let error = vault.open("a", &sealed[..len]).unwrap_err();
        assert!(matches!(error, VaultError::Broken), "{len} bytes: {error:?}");
    }
    let longer = [&sealed[..], b"\0"].concat();
    assert!(matches!(vault.open("a", &longer), Err(VaultError::Broken)));
}

#[test]
fn a_value_does_not_open_in_another_place() {
    let vault = vault();
    let sealed = vault.seal("routing_key:1", b"secret").unwrap();
    for context in ["routing_key:2", "signing_secret:1", "routing_key:", "routing_key:11", ""] {
        let error = vault.open(context, &sealed).unwrap_err();
        assert!(matches!(error, VaultError::Broken), "{context}: {error:?}");
    }
}

#[test]
fn another_master_key_is_named() {
    let other = MasterKey::from_text(&"5a".repeat(32)).unwrap();
    let sealed = vault().seal("a", b"secret").unwrap();
    let error = Vault::new(other.clone()).unwrap().open("a", &sealed).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("sealed with the master key {}, which is not here: {} is", key().id(), other.id())
    );
    assert_ne!(key().id(), other.id());
    assert_eq!(vault().key_id(), key().id());
}

#[test]
fn bytes_that_are_no_text_are_not_shown_as_one() {
    let vault = vault();
    let sealed = vault.seal("a", &[0xff, 0xfe]).unwrap();
    assert!(matches!(vault.open_text("a", &sealed), Err(VaultError::Broken)));
}

#[test]
fn a_key_has_two_kinds_of_text() {
    let ok = |text: &str| {
        assert_eq!(MasterKey::from_text(text).unwrap().to_text(), KEY_HEX, "{text}");
    };
    ok(KEY_HEX);
    ok(&KEY_HEX.to_uppercase());
    ok(&format!("  {KEY_HEX}\r\n"));
    ok(KEY_BASE64);
    ok(KEY_BASE64.trim_end_matches('='));
    ok(&format!("\n{KEY_BASE64}\n"));
    let all_alphabet = |text: &str| MasterKey::from_text(text).unwrap().to_text();
    let url_safe = format!("{}8", "-_".repeat(21));
    assert_eq!(all_alphabet(&url_safe), all_alphabet(&format!("{}8", "+/".repeat(21))));
    assert_eq!(all_alphabet(&format!("{}8", "_".repeat(42))), "ff".repeat(32));

    let bad = |text: &str| {
        let error = MasterKey::from_text(text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("64 hexadecimal digits") && shown.contains("base64"), "{shown}");
        assert!(text.trim().is_empty() || !shown.contains(text.trim()), "{shown}");
    };
    bad("");
    bad("  \n");
    bad("hunter2 is not a key");
    bad(&KEY_HEX.repeat(2));
    bad(&format!("0x{KEY_HEX}"));
    bad(&format!("{KEY_HEX}0"));
    bad(&KEY_HEX.replace('f', "g"));
    bad(&KEY_HEX.replacen('0', " ", 1));
    bad(&KEY_HEX.replacen("00", "é", 1));
    bad(&KEY_BASE64.replace('A', "!"));
    bad(&format!("{KEY_BASE64}="));
    bad(&format!("A{KEY_BASE64}"));
    // The two bits after the last byte are not zero.
    bad(&KEY_BASE64.replace("h8=", "h9="));
    bad(&"é".repeat(32));
}

#[test]
fn debug_shows_no_key() {
    let shown = format!("{:?} {:?} {:?} {}", key(), vault(), key().id(), key().id());
    assert!(!shown.contains("00010203") && !shown.contains("[0, 1, 2"), "{shown}");
    assert!(shown.contains("hidden"), "{shown}");
}

#[test]
fn token_hashes_never_change_and_differ_by_kind() {
    let check = |kind: &str, token: &str, expected: &str| {
        assert_eq!(text::hex(&token_hash(kind, token)), expected, "{kind} {token}");
    };
    // Made by another implementation.
    check(
        "routing_key",
        "cu_0123456789abcdef0123456789abcdef",
        "631ff20fad3b56349282bd4a550f1226a767e86370e12dbca98493a507528adb",
    );
    check(
        "api_key",
        "wb_0123456789abcdef0123456789abcdef",
        "f6a1554df97e9711163bfcb7921a4d6a85991dba9ff3b22aaadb7b91eb52d860",
    );
    assert_ne!(token_hash("a", "bc"), token_hash("ab", "c"));
    assert_ne!(token_hash("routing_key", "x"), token_hash("api_key", "x"));
}

#[test]
fn random_bytes_are_not_the_same_twice() {
    assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
    assert_ne!(random::<32>().unwrap(), [0; 32]);
}

proptest! {
    #[test]
    fn anything_sealed_opens_again(
        master in any::<[u8; 32]>(),
        context in ".{0,100}",
        plain in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let vault = Vault::new(MasterKey::from_text(&text::hex(&master)).unwrap()).unwrap();
        let sealed = vault.seal(&context, &plain).unwrap();
        prop_assert_eq!(vault.open(&context, &sealed).unwrap(), plain);
    }

    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(
        sealed in prop::collection::vec(any::<u8>(), 0..100),
        with_header in any::<bool>(),
    ) {
        let vault = vault();
        let header = if with_header { [&[1][..], &vault.key_id().bytes()].concat() } else { vec![] };
        prop_assert!(vault.open("a", &[header, sealed].concat()).is_err());
    }

    #[test]
    fn a_key_is_the_same_from_each_text(text in "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]") {
        let from_base64 = MasterKey::from_text(&text).unwrap();
        let from_hex = MasterKey::from_text(&from_base64.to_text()).unwrap();
        prop_assert_eq!(from_base64.to_text(), from_hex.to_text());
    }

    #[test]
    fn arbitrary_texts_are_no_key(text in ".{0,70}") {
        // Of random characters hardly any text is 43 or 64 digits; a panic is what is looked for.
        drop(MasterKey::from_text(&text));
    }
}
