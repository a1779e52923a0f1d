#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod address;
mod body;
mod deploys;
mod envelope;
mod error;
mod headers;
mod health;
mod installed;
mod intake;
mod key_uses;
mod metrics;
mod notifications;
mod open_id;
mod query;
mod rest;
mod state;
mod ui;
mod updates;
mod views;

use actix_web::web;

pub use address::TrustedProxies;
pub use deploys::DeployLimits;
pub use error::Code;
pub use key_uses::KeyUses;
pub use metrics::Metrics;
pub use notifications::{NotConfirmed, Notifications};
pub use open_id::OpenId;
pub use rest::openapi_json;
pub use state::{ApiSettings, State};
pub use updates::Updates;
pub use views::{ExplanationView, ThenView};

/// Adds every address to an actix-web application. The application's data must hold a
/// `web::Data<State>`.
pub fn routes(config: &mut web::ServiceConfig) {
    intake::routes(config);
    deploys::routes(config);
    rest::routes(config);
    health::routes(config);
    ui::routes(config);
    installed::routes(config);
    config.default_service(web::to(ui::nothing_here));
}
