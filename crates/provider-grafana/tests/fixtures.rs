//! Every fixture gives exactly these alerts, or exactly this error.

use watchbell_provider::conformance::{read, show};
use watchbell_provider_grafana::Grafana;

#[test]
fn fixtures_give_these_alerts() {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::glob!("../../../tests/fixtures/grafana", "*.json", |file| {
            let body = std::fs::read(file).unwrap();
            insta::assert_snapshot!(show(&read(&Grafana, &body)));
        });
    });
}
