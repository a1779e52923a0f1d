//! The settings of the instance.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::SettingsSet;
use watchbell_ingest::Snapshot;
use watchbell_model::InstanceSettings;

use super::call::Call;
use super::fields::Fields;
use super::{Answered, words};

/// What acts, and what of it was set here: the rest is as the configuration file says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettingsView {
    organization_name: String,
    #[schema(schema_with = words::severity)]
    default_severity: &'static str,
    reopen_days: u64,
    /// The names of those that were set here.
    set_here: Vec<&'static str>,
}

impl SettingsView {
    fn new(call: &Call, snapshot: &Snapshot, settings: &InstanceSettings) -> Self {
        let InstanceSettings { organization_name, default_severity, reopen_days } = settings;
        let set_here = [
            ("organization_name", organization_name.is_some()),
            ("default_severity", default_severity.is_some()),
            ("reopen_days", reopen_days.is_some()),
        ];
        let file = &call.state.settings;
        let policy = snapshot.policy(&file.policy);
        let name = organization_name.as_ref().unwrap_or(&file.organization);
        Self {
            organization_name: name.clone(),
            default_severity: snapshot.default_severity.as_str(),
            reopen_days: policy.reopen_within.as_secs() / (24 * 60 * 60),
            set_here: set_here.into_iter().filter(|(_, set)| *set).map(|(name, _)| name).collect(),
        }
    }
}

pub(super) async fn show(call: Call) -> Answered {
    call.no_query()?;
    let snapshot = call.snapshot();
    Ok(call.ok(&SettingsView::new(&call, &snapshot, &snapshot.settings)))
}

/// What shall change. What is left out stays; null goes back to what the configuration file says.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct SettingsUpdate {
    #[schema(min_length = 1, max_length = 200)]
    organization_name: Option<String>,
    /// The severity of what nothing else gives one.
    #[schema(schema_with = words::severity_or_null, required = false)]
    default_severity: Option<String>,
    /// For how many days after its end an incident may be reopened.
    #[schema(maximum = 3650)]
    reopen_days: Option<u32>,
}

pub(super) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    fields.something();
    let set = SettingsSet {
        organization_name: fields
            .or_null("organization_name", |fields, name| fields.text(name, 1..=200)),
        default_severity: fields.or_null("default_severity", |fields, name| {
            fields.word(name, "SEV0, SEV1, SEV2, SEV3 or SEV4")
        }),
        reopen_days: fields.or_null("reopen_days", |fields, name| {
            fields.number(name, 0..=InstanceSettings::MAX_REOPEN_DAYS)
        }),
    };
    fields.finish()?;
    call.control(move |control| control.settings_set(&set)).await?;
    let snapshot = call.snapshot();
    Ok(call.ok(&SettingsView::new(&call, &snapshot, &snapshot.settings)))
}
