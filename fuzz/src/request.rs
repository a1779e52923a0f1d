//! An input as a request: lines `name: value`, an empty line, and the body. Without an empty line it is all body.

use watchbell_model::{Delivery, Headers};

/// The bytes between headers and body.
const GAP: &[u8] = b"\n\n";

/// The request in these bytes.
pub fn request(input: &[u8]) -> Delivery {
    let gap = input.windows(GAP.len()).position(|window| window == GAP);
    let (head, body) = match gap {
        Some(at) => (&input[..at], &input[at + GAP.len()..]),
        None => (&input[..0], input),
    };
    let head = String::from_utf8_lossy(head);
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    Delivery {
        id: "dlv_00000000000000000000000000000000".parse().unwrap(),
        received_at: "2026-11-21T12:00:00Z".parse().unwrap(),
        headers: Headers::new(headers.map(|(name, value)| (name.trim(), value.trim()))),
        body: body.to_vec(),
    }
}
