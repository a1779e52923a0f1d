//! Every fixture gives exactly these alerts, or exactly this error.

use std::collections::BTreeMap;

use watchbell_model::Headers;
use watchbell_provider::Options;
use watchbell_provider::conformance::{read, read_options, show};
use watchbell_provider_alertmanager::Alertmanager;

#[test]
fn fixtures_give_these_alerts() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/alertmanager", "*.json", |file| {
            let body = std::fs::read(file).unwrap();
            insta::assert_snapshot!(show(&read(&Alertmanager, &body)));
        });
    });
}

#[test]
fn whole_groups_give_these_alerts() {
    let options = BTreeMap::from([("grouping".to_owned(), "group".to_owned())]);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/alertmanager", "*.json", |file| {
            let body = std::fs::read(file).unwrap();
            let options = Options::new(&options);
            let result = read_options(&Alertmanager, &body, Headers::default(), &options);
            // What cannot be read is the same with every setting.
            if result.is_ok() {
                insta::assert_snapshot!(show(&result));
            }
        });
    });
}
