//! Every fixture gives exactly these alerts, or exactly this error.

use watchbell_provider::conformance::{fixture, read_with, show};
use watchbell_provider_newsender::NewSender;

#[test]
fn fixtures_give_these_alerts() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/newsender", "*.json", |file| {
            let (headers, body) = fixture(file);
            insta::assert_snapshot!(show(&read_with(&NewSender, &body, headers)));
        });
    });
}
