//! What every fuzzed input must hold. A target calls one of these; a law that is broken panics, and the input is kept
//! under `artifacts/`.

mod deploy;
mod parser;
mod proof;
mod request;
mod sentry_event;
mod sns;

pub use deploy::deploy;
pub use parser::parser;
pub use proof::proof;
pub use sentry_event::sentry_event;
pub use sns::sns;
