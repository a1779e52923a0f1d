//! Every fixture gives exactly this, with the headers that it came with.

use watchbell_provider::conformance::{fixture, read_with, show};
use watchbell_provider_sentry::Sentry;

#[test]
fn fixtures_give_these_alerts() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/sentry", "*.json", |file| {
            let (headers, body) = fixture(file);
            insta::assert_snapshot!(show(&read_with(&Sentry, &body, headers)));
        });
    });
}
