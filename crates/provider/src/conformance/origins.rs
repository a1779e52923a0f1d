//! Where fields come from, as the provider declares it, is true of everything that it reads.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use watchbell_model::Delivery;

use super::{Request, Subject, read_options};
use crate::{Field, Item, Options, Place, SettingKind, origins};

impl Subject<'_> {
    /// Every field that an alert has comes from a place that the provider declares, and what stands
    /// there became the field's text where it says so.
    pub fn every_field_comes_from_a_place(&self) {
        let mut seen = HashSet::new();
        for options in self.every_option() {
            let options = Options::new(&options);
            let rules = self.provider.field_rules(&options);
            for rule in rules {
                assert!(!rule.places.is_empty(), "{:?} comes from nowhere", rule.field);
                let last = rule.places.len().saturating_sub(1);
                let ends = rule.places.iter().position(|place| matches!(place, Place::Always(_)));
                assert!(
                    ends.is_none_or(|at| at == last),
                    "{:?}: what follows is never asked",
                    rule.field
                );
            }
            for request in &self.requests {
                self.comes_from_places(request, options, &mut seen);
            }
        }
        assert!(seen.contains(&Field::Title.as_str()), "no alert was read");
    }

    fn comes_from_places(
        &self,
        request: &Request,
        options: Options<'_>,
        seen: &mut HashSet<&'static str>,
    ) {
        let Request { headers, body } = request;
        let Ok(received) = read_options(self.provider, body, headers.clone(), &options) else {
            return;
        };
        let delivery = Delivery {
            id: "dlv_00000000000000000000000000000000".parse().unwrap(),
            received_at: "2026-11-21T12:00:00Z".parse().unwrap(),
            headers: headers.clone(),
            body: body.clone(),
        };
        let document = self.provider.document(&delivery).unwrap_or(Value::Null);
        let rules = self.provider.field_rules(&options);
        for (index, item) in received.items.iter().enumerate() {
            let Item::Alert(alert) = item else { continue };
            for origin in origins(rules, &document, &delivery, index, alert) {
                let (field, text) = (origin.field.as_str(), &origin.text);
                let body = String::from_utf8_lossy(body);
                assert!(
                    origin.is_known,
                    "{field} of item {index} says {text:?}: from where? {body}"
                );
                seen.insert(field);
            }
        }
    }

    /// No settings, and each choice of a setting by itself.
    fn every_option(&self) -> Vec<BTreeMap<String, String>> {
        let mut all = vec![BTreeMap::new()];
        for setting in self.provider.settings() {
            if let SettingKind::Choice(choices) = setting.kind {
                let one = |choice: &&str| {
                    BTreeMap::from([(setting.key.to_owned(), (*choice).to_owned())])
                };
                all.extend(choices.iter().map(one));
            }
        }
        all
    }
}
