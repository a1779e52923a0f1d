//! Reading a body: raw, bounded in size, memory and time.

use std::time::Duration;

use actix_web::web::Payload;
use futures_util::StreamExt;
use watchbell_ingest::Admission;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// Larger than the limit.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke, or the transfer was malformed.
    Broken,
    /// There was no memory for it within the bounds.
    NoRoom,
}

/// Reads `payload` into memory that `admission` accounts for.
pub(crate) async fn read(
    payload: Payload,
    announced: usize,
    max_bytes: usize,
    within: Duration,
    admission: &mut Admission,
) -> Result<Vec<u8>, BodyError> {
    let read = read_all(payload, announced, max_bytes, admission);
    tokio::time::timeout(within, read).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn read_all(
    mut payload: Payload,
    announced: usize,
    max_bytes: usize,
    admission: &mut Admission,
) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::with_capacity(announced.min(max_bytes));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| BodyError::Broken)?;
        let length = body.len().saturating_add(chunk.len());
        if length > max_bytes {
            return Err(BodyError::TooLarge);
        }
        admission.grow_to(length).map_err(|_| BodyError::NoRoom)?;
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
