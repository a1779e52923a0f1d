//! Section `oidc`: the identity provider, if there is one.

use std::path::PathBuf;

use watchbell_model::{Role, Secret};
use watchbell_oidc::Issuer;

use crate::settings::Settings;

/// Section `oidc`, where an issuer is set.
#[derive(Debug, Clone)]
pub(crate) struct OidcConfig {
    pub(crate) issuer: Issuer,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretIn,
    /// Root certificates of the provider, in PEM. None: the public ones.
    pub(crate) roots_file: Option<PathBuf>,
    pub(crate) name: String,
    /// What people become whom nobody has invited; none: they are not let in.
    pub(crate) new_user_role: Option<Role>,
}

/// Where a secret is.
#[derive(Debug, Clone)]
pub(crate) enum SecretIn {
    /// In the setting itself.
    Setting(Secret),
    /// In this file.
    File(PathBuf),
}

/// The section; none without an issuer, and then nothing else may be set.
pub(super) fn oidc(s: &mut Settings) -> Option<OidcConfig> {
    let issuer = s.parsed(
        "oidc.issuer",
        "https:// and a host, as the provider writes it (http:// only on the own machine), or nothing",
        |text| {
            if text.is_empty() { Some(None) } else { Issuer::new(text).ok().map(Some) }
        },
    );
    let client_id = s.text("oidc.client_id");
    let (secret, file) = (s.text("oidc.client_secret"), s.text("oidc.client_secret_file"));
    let roots = s.text("oidc.roots_file");
    let name = s.parsed("oidc.name", "1 to 100 characters", |text| {
        (1..=100).contains(&text.chars().count()).then(|| text.to_owned())
    });
    let allow_new_users = s.flag("oidc.allow_new_users");
    // Owners are made by owners alone.
    let role = s.parsed("oidc.new_user_role", "viewer, responder or admin", |text| {
        text.parse().ok().filter(|role| *role < Role::Owner)
    });
    let issuer = issuer?;
    let Some(issuer) = issuer else {
        let set = [
            ("oidc.client_id", &client_id),
            ("oidc.client_secret", &secret),
            ("oidc.client_secret_file", &file),
            ("oidc.roots_file", &roots),
        ];
        for (setting, _) in set.iter().filter(|(_, value)| !value.is_empty()) {
            s.problem(setting, "nothing while oidc.issuer is not set");
        }
        return None;
    };
    if client_id.is_empty() {
        s.problem("oidc.client_id", "what the provider calls this server");
    }
    let client_secret = match (secret.is_empty(), file.is_empty()) {
        (false, true) => Some(SecretIn::Setting(Secret::new(secret))),
        (true, false) => Some(SecretIn::File(PathBuf::from(file))),
        (true, true) => {
            s.problem("oidc.client_secret", "the secret, or its file in oidc.client_secret_file");
            None
        }
        (false, false) => {
            s.problem("oidc.client_secret_file", "nothing while oidc.client_secret is set");
            None
        }
    };
    let new_user_role = role.filter(|_| allow_new_users);
    Some(OidcConfig {
        issuer,
        client_id,
        client_secret: client_secret?,
        roots_file: (!roots.is_empty()).then(|| PathBuf::from(roots)),
        name: name?,
        new_user_role,
    })
}
