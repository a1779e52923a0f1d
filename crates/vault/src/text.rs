//! A key as text: hexadecimal or base64.

/// `bytes` as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// The bytes that exactly 64 hexadecimal digits of any case stand for.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let nibble = |byte: u8| char::from(byte).to_digit(16);
    decode(text, 64, 4, nibble)
}

/// The bytes that 43 base64 digits stand for (RFC 4648), of either alphabet, with or without `=`.
pub(crate) fn from_base64(text: &str) -> Option<[u8; 32]> {
    let sextet = |byte: u8| {
        let (first, value) = match byte {
            b'A'..=b'Z' => (b'A', 0),
            b'a'..=b'z' => (b'a', 26),
            b'0'..=b'9' => (b'0', 52),
            b'+' | b'-' => (byte, 62),
            b'/' | b'_' => (byte, 63),
            _ => return None,
        };
        Some(u32::from(byte - first + value))
    };
    decode(text.strip_suffix('=').unwrap_or(text), 43, 6, sextet)
}

/// 32 bytes from exactly `digits` ASCII digits of `bits` bits each. Bits left over must be zero, so
/// that a key has one text.
fn decode(
    text: &str,
    digits: usize,
    bits: u32,
    value: impl Fn(u8) -> Option<u32>,
) -> Option<[u8; 32]> {
    if text.len() != digits {
        return None;
    }
    let mut key = [0; 32];
    let mut slots = key.iter_mut();
    let mut held = 0_u32;
    let mut held_bits = 0;
    for byte in text.bytes() {
        held = held << bits | value(byte)?;
        held_bits += bits;
        if held_bits >= 8 {
            held_bits -= 8;
            *slots.next()? = u8::try_from(held >> held_bits).ok()?;
            held &= (1 << held_bits) - 1;
        }
    }
    let is_whole = slots.next().is_none() && held == 0;
    is_whole.then_some(key)
}
