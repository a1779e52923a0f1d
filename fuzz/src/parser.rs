//! A parser reads anything without panicking, the same each time, and within the model's bounds, whatever its settings
//! are; what may be kept of a body reads as the body did.

use std::collections::BTreeMap;

use watchbell_provider::conformance::keeps_its_bounds;
use watchbell_provider::{Options, Provider, SettingKind};

use crate::request::request;

/// Reads `input` with the provider of this name.
pub fn parser(slug: &str, input: &[u8]) {
    let provider = watchbell_providers::find(slug).unwrap();
    let mut delivery = request(input);
    for settings in settings(provider) {
        let options = Options::new(&settings);
        let result = provider.read(&delivery, &options);
        keeps_its_bounds(&result);
        assert!(result == provider.read(&delivery, &options), "read differently the second time");
    }
    if let Some(kept) = provider.without_secrets(&delivery.body) {
        let before = provider.read(&delivery, &Options::none());
        let first = delivery.body.len();
        delivery.body = kept;
        // What asks for something cannot be asked again without its secret.
        if let (Ok(before), Ok(after)) = (before, provider.read(&delivery, &Options::none())) {
            assert!(before.items == after.items, "what is kept reads differently: {first} bytes");
        }
        assert!(provider.without_secrets(&delivery.body).is_none(), "a secret was left");
    }
}

/// No settings, and every choice and flag of each setting for itself.
fn settings(provider: &dyn Provider) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for setting in provider.settings() {
        let values: &[&str] = match setting.kind {
            SettingKind::Choice(words) => words,
            SettingKind::Flag => &["true", "false"],
            SettingKind::Count | SettingKind::Seconds | SettingKind::Text | SettingKind::Header => {
                &[]
            }
        };
        let others = values.iter().filter(|value| **value != setting.default);
        all.extend(others.map(|value| [(setting.key.to_owned(), (*value).to_owned())].into()));
    }
    all
}
