//! When each API key was last used: written down at most once a minute for each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use chrono::TimeDelta;
use watchbell_model::{ApiKeyId, Timestamp, error_chain};

use crate::State;

/// How exact it is: a write for each request would be too much.
const EXACT: TimeDelta = TimeDelta::minutes(1);

/// What this process has written down.
#[derive(Debug, Default)]
pub struct KeyUses(Mutex<HashMap<ApiKeyId, Timestamp>>);

impl KeyUses {
    /// Notes that a key is used; writes it in the background, if it is due.
    pub(crate) fn note(&self, state: &web::Data<State>, key: ApiKeyId, at: Timestamp) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.get(&key).is_some_and(|last| at < *last + EXACT) {
            return;
        }
        noted.insert(key, at);
        drop(noted);
        let store = Arc::clone(&state.store);
        actix_web::rt::spawn(async move {
            let written = web::block(move || store.key_used(key, at)).await;
            if let Ok(Err(error)) = written {
                let error = error_chain(&error);
                tracing::debug!(error, "the use of a key was not written down");
            }
        });
    }
}
