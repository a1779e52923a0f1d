//! What a file says shall be. What it does not say is none here, and stays as it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use watchbell_model::{IntegrationState, LevelMapping, Secret};
use watchbell_provider::FieldProblem;

use crate::service::KeysBrought;
use crate::{ServiceSet, SettingsSet, TeamSet};

/// Where a secret is. The file itself never holds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In the environment, in the variable of this name.
    Env(String),
    /// In a file of its own.
    File(PathBuf),
}

/// What a file says shall be, and everything that is wrong with how it says it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub(super) settings: Option<SettingsSet>,
    pub(super) teams: Option<Vec<WantedTeam>>,
    pub(super) services: Option<Vec<WantedService>>,
    pub(super) integrations: Option<Vec<WantedIntegration>>,
    pub(super) problems: Vec<FieldProblem>,
}

/// A team. It is known by its name.
#[derive(Debug, Clone)]
pub(super) struct WantedTeam {
    /// Where the file says so.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) set: TeamSet,
}

/// A service. It is known by any of its keys; by its name if the file gives none.
#[derive(Debug, Clone)]
pub(super) struct WantedService {
    /// Where the file says so.
    pub(super) path: String,
    pub(super) keys: KeysBrought,
    pub(super) set: ServiceSet,
}

/// An integration. It is known by its name.
#[derive(Debug, Clone)]
pub(super) struct WantedIntegration {
    /// Where the file says so.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) provider: Option<String>,
    pub(super) state: Option<IntegrationState>,
    pub(super) rate_limit: Option<u32>,
    pub(super) accept_over_limit: Option<bool>,
    pub(super) restricted_to_links: Option<bool>,
    /// `Some(None)` for no default service.
    #[expect(clippy::option_option, reason = "not said, said to be nothing, said to be something")]
    pub(super) default_service: Option<Option<String>>,
    pub(super) links: Option<Vec<WantedLink>>,
    pub(super) projects: Option<Vec<WantedProject>>,
    pub(super) options: Option<BTreeMap<String, String>>,
    /// All of its signing secrets.
    pub(super) secrets: Option<Vec<Secret>>,
    pub(super) routing_key: Option<Secret>,
}

/// A linked service.
#[derive(Debug, Clone)]
pub(super) struct WantedLink {
    /// Where the file says so.
    pub(super) path: String,
    pub(super) service: String,
    pub(super) mapping: Option<LevelMapping>,
}

/// A project at the source and its service.
#[derive(Debug, Clone)]
pub(super) struct WantedProject {
    /// Where the file says so.
    pub(super) path: String,
    pub(super) project: String,
    pub(super) service: String,
    pub(super) active: bool,
}
