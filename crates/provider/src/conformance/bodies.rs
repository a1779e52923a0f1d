//! Bodies that no sender should send.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What a mutation puts in: each has broken a parser somewhere.
pub(super) const TOKENS: &[&str] = &[
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-1",
    "1e999",
    "1e-999",
    "0.1",
    "18446744073709551616",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\udfff",
    "\"\\ud800\"",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "ä",
    "🔔",
    "\n",
    "[[[[",
    "{\"\":{\"\":",
    "resolved",
    "SEV0",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:60.999999999+14:00",
    "javascript:x",
];

/// Whole bodies with what they are.
pub(super) fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let mut out: Vec<(&'static str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("white space", b" \r\n\t ".to_vec()),
        ("null", b"null".to_vec()),
        ("true", b"true".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("a text", b"\"text\"".to_vec()),
        ("an empty list", b"[]".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("a list of null", b"[null]".to_vec()),
        ("NUL", b"\0".to_vec()),
        ("half a surrogate pair", b"\"\\ud800\"".to_vec()),
        ("invalid UTF-8", b"{\"title\":\"\xff\xfe\"}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("a form", b"payload=%7B%7D&a=b".to_vec()),
        ("HTML", b"<!doctype html><title>502</title>".to_vec()),
        ("an empty key", b"{\"\":{\"\":\"\"}}".to_vec()),
        ("a long word", vec![b'x'; 1 << 20]),
    ];
    out.push(("a long key", format!("{{\"{}\":1}}", "k".repeat(1 << 20)).into_bytes()));
    out
}

/// Bytes without any form, and bytes that look like JSON.
pub(super) fn arbitrary() -> impl Strategy<Value = Vec<u8>> {
    let tokens = prop::collection::vec(select(TOKENS), 0..64)
        .prop_map(|tokens| tokens.concat().into_bytes());
    prop_oneof![prop::collection::vec(any::<u8>(), 0..512), tokens]
}

/// `body` with some of its bytes overwritten, cut out, doubled, or tokens put in.
pub(super) fn mutated(body: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(mutation(), 1..8).prop_map(move |mutations| {
        let mut body = body.clone();
        for mutation in mutations {
            mutation.apply(&mut body);
        }
        body
    })
}

#[derive(Debug, Clone)]
enum Mutation {
    Overwrite(Index, u8),
    CutOut(Index, usize),
    Double(Index, usize),
    PutIn(Index, &'static str),
    /// What stands between two punctuation marks gives way to a token: mostly valid JSON stays.
    Replace(Index, &'static str),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<Index>;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Overwrite(at, byte)),
        (place(), 1..32_usize).prop_map(|(at, count)| Mutation::CutOut(at, count)),
        (place(), 1..64_usize).prop_map(|(at, count)| Mutation::Double(at, count)),
        (place(), select(TOKENS)).prop_map(|(at, token)| Mutation::PutIn(at, token)),
        (place(), select(TOKENS)).prop_map(|(at, token)| Mutation::Replace(at, token)),
    ]
}

impl Mutation {
    fn apply(&self, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        let length = body.len();
        let span = |at: &Index, count: usize| {
            let start = at.index(length);
            start..length.min(start + count)
        };
        match self {
            Self::Overwrite(at, byte) => {
                body.splice(span(at, 1), [*byte]);
            }
            Self::CutOut(at, count) => {
                body.drain(span(at, *count));
            }
            Self::Double(at, count) => body.extend_from_within(span(at, *count)),
            Self::PutIn(at, token) => {
                body.splice(span(at, 0), token.bytes());
            }
            Self::Replace(at, token) => {
                let start = at.index(length);
                let is_mark = |byte: &u8| b"{}[]:,".contains(byte);
                let after = |from: usize| body.iter().skip(from).position(is_mark);
                let Some(first) = after(start).map(|n| start + n + 1) else {
                    return;
                };
                let Some(end) = after(first).map(|n| first + n) else {
                    return;
                };
                body.splice(first..end, token.bytes());
            }
        }
    }
}
