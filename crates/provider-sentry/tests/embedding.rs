//! An embedder gets the parser and next to nothing with it.

use watchbell_provider::conformance::brings_only;

#[test]
fn no_server_database_or_runtime_comes_with_it() {
    brings_only(env!("CARGO_PKG_NAME"), &["watchbell-sentry-event", "watchbell-wire"]);
}
