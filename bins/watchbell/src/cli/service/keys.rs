//! `watchbell service deploy-token` and `watchbell service github-secret`: what proves a service's
//! deploys.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use watchbell_control::Control;
use watchbell_model::Secret;

use super::super::Failure;
use super::super::input::Input;
use crate::out::{self, Out};

#[derive(Debug, Args)]
pub(in crate::cli) struct TokenArgs {
    /// Any of the service's keys.
    service: String,
    /// How many seconds the old token lives on.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    grace: u32,
    /// Take no more deploys by the tokens that there are, and make none.
    #[arg(long, conflicts_with = "grace")]
    remove: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SecretArgs {
    /// Any of the service's keys.
    service: String,
    /// The secret, or - to read it from standard input.
    #[arg(long, value_name = "SECRET", conflicts_with = "secret_file")]
    secret: Option<String>,
    /// Read the secret from this file.
    #[arg(long, value_name = "PATH")]
    secret_file: Option<PathBuf>,
    /// How many seconds the old secret lives on.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    grace: u32,
    /// Take no more webhooks of GitHub's.
    #[arg(long, conflicts_with_all = ["secret", "secret_file", "grace"])]
    remove: bool,
}

pub(super) fn token(args: &TokenArgs, control: &Control, out: Out) -> Result<(), Failure> {
    if args.remove {
        let is_changed = control.deploy_token_remove(&args.service)?;
        out.result(&json!({"removed": is_changed}), || {
            let text = if is_changed {
                "deploys of this service are not taken by a token any more"
            } else {
                "nothing to remove: the service has no deploy token"
            };
            text.to_owned()
        });
        return Ok(());
    }
    let made = control.deploy_token_rotate(&args.service, Some(args.grace))?;
    let (key, token) = (made.service.key.as_str(), made.token.expose());
    out.result(&json!({"service_key": key, "deploy_token": token}), || {
        out::facts(&[
            ("service", format!("{} ({})", made.service.name, made.service.legacy_key)),
            ("deploy token", format!("{token} (not shown again)")),
        ])
    });
    Ok(())
}

pub(super) fn secret(args: &SecretArgs, control: &Control, out: Out) -> Result<(), Failure> {
    if args.remove {
        let is_changed = control.github_secret_remove(&args.service)?;
        out.result(&json!({"removed": is_changed}), || {
            let text = if is_changed {
                "GitHub's webhooks for this service are not taken any more"
            } else {
                "nothing to remove: the service has no secret of GitHub's"
            };
            text.to_owned()
        });
        return Ok(());
    }
    let pasted = match (&args.secret, &args.secret_file) {
        (Some(text), _) => Some(Input::default().secret("--secret", text)?),
        (None, Some(path)) => Some(Input::file(path)?),
        (None, None) => None,
    };
    let made = control.github_secret_set(&args.service, pasted.as_ref(), Some(args.grace))?;
    let generated = made.generated.as_ref().map(Secret::expose);
    let fields = json!({"service_key": made.service.key.as_str(), "secret": generated});
    out.result(&fields, || {
        let shown = generated
            .map_or_else(|| "set".to_owned(), |secret| format!("{secret} (not shown again)"));
        out::facts(&[
            ("service", format!("{} ({})", made.service.name, made.service.legacy_key)),
            ("GitHub's secret", shown),
        ])
    });
    Ok(())
}
