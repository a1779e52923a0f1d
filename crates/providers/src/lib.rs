#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

use watchbell_provider::Provider;

/// Every provider.
pub static PROVIDERS: &[&dyn Provider] = &[
    &watchbell_provider_alertmanager::Alertmanager,
    &watchbell_provider_cloudwatch::CloudWatch,
    &watchbell_provider_custom::Custom,
    &watchbell_provider_datadog::Datadog,
    &watchbell_provider_grafana::Grafana,
    &watchbell_provider_sentry::Sentry,
];

/// The provider with this slug or alias.
pub fn find(name: &str) -> Option<&'static dyn Provider> {
    PROVIDERS
        .iter()
        .copied()
        .find(|provider| provider.slug() == name || provider.aliases().contains(&name))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_providers_share_a_name_or_a_prefix() {
        let mut names = HashSet::new();
        let mut prefixes = HashSet::new();
        for provider in PROVIDERS {
            for name in [provider.slug()].iter().chain(provider.aliases()) {
                assert!(names.insert(*name), "{name} twice");
                assert_eq!(find(name).map(Provider::slug), Some(provider.slug()));
            }
            assert!(prefixes.insert(provider.key_prefix()), "{} twice", provider.key_prefix());
        }
        assert!(find("").is_none() && find("Custom").is_none());
    }
}
