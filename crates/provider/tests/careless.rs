//! The suite finds what it is there to find.

use watchbell_model::{
    Action, Alert, DedupKey, Delivery, ServiceReference, SeverityAction, Trigger,
};
use watchbell_provider::conformance::Subject;
use watchbell_provider::{
    Field, FieldRule, GuideContext, Item, Options, Place, Proof, Provider, ReadError, Received,
    Sample, SampleContext,
};

/// A provider whose parser does what a test wants of it.
#[derive(Debug)]
struct Careless(fn(&[u8]) -> Alert);

impl Provider for Careless {
    fn slug(&self) -> &'static str {
        "careless"
    }
    fn name(&self) -> &'static str {
        "Careless"
    }
    fn key_prefix(&self) -> &'static str {
        "ca_"
    }
    fn proof(&self, _: &Options) -> Proof {
        Proof::RoutingKey
    }
    fn levels(&self, _: &Options) -> &'static [(&'static str, SeverityAction)] {
        &[]
    }
    fn field_rules(&self, _: &Options) -> &'static [FieldRule] {
        const RULES: &[FieldRule] = &[
            FieldRule::new(Field::Action, &[Place::Always("always a problem")]),
            FieldRule::new(Field::Title, &[Place::Copied("a")]),
            FieldRule::new(Field::Service, &[Place::Copied("service")]),
        ];
        RULES
    }
    /// Every body as if it were this one: the parsers here do not look at it.
    fn document(&self, _: &Delivery) -> Option<serde_json::Value> {
        Some(serde_json::json!({"a": "text", "service": "SER-00001"}))
    }
    fn guide(&self, context: &GuideContext) -> String {
        context.url.expose().to_owned()
    }
    fn samples(&self, context: &SampleContext) -> Vec<Sample> {
        let body = format!(r#"{{"a":"text","service":"{}"}}"#, context.service_key);
        let headers = vec![("content-type", "application/json".to_owned())];
        vec![Sample { name: "one", about: "The only one.", headers, body }]
    }
    fn read(&self, delivery: &Delivery, _: &Options) -> Result<Received, ReadError> {
        let items = vec![Item::Alert(Box::new((self.0)(&delivery.body)))];
        Ok(Received { items, ..Received::default() })
    }
}

fn alert(title: &str) -> Alert {
    let mut alert = Alert::new(Action::Trigger(Trigger::default()), title);
    alert.service = Some(ServiceReference { text: "SER-00001".into(), field: "service".into() });
    alert
}

/// Runs one law against one parser.
fn run(law: fn(&Subject<'static>), parser: fn(&[u8]) -> Alert) {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests");
    law(&Subject::new(Box::leak(Box::new(Careless(parser))), fixtures));
}

#[test]
fn a_parser_without_faults_passes() {
    run(Subject::names_are_well_formed, |_| alert("fine"));
    run(Subject::samples_read_and_the_first_triggers, |_| alert("fine"));
    run(Subject::what_is_read_keeps_its_bounds, |_| alert("fine"));
    run(Subject::time_is_linear, |_| alert("fine"));
    run(Subject::mutated_bodies_are_survived, |_| alert("fine"));
}

#[test]
#[should_panic(expected = "title of 0 characters")]
fn an_empty_title_is_found() {
    run(Subject::what_is_read_keeps_its_bounds, |_| alert(""));
}

#[test]
#[should_panic(expected = "careless")]
fn a_rare_panic_is_found() {
    run(Subject::arbitrary_bytes_are_survived, |body| {
        assert!(!body.windows(4).any(|bytes| bytes == b"null"), "a rare panic");
        alert("fine")
    });
}

#[test]
#[should_panic(expected = "left == right")]
fn dependence_on_the_order_of_keys_is_found() {
    run(Subject::the_order_of_keys_changes_nothing, |body| {
        let mut alert = alert("fine");
        alert.dedup_key = DedupKey::new(String::from_utf8_lossy(body));
        alert
    });
}

#[test]
#[should_panic(expected = "eight times as much")]
fn quadratic_time_is_found() {
    run(Subject::time_is_linear, |body| {
        let pairs = body.iter().flat_map(|a| body.iter().step_by(4_096).map(move |b| a == b));
        alert(&format!("fine {}", pairs.filter(|same| *same).count()))
    });
}

#[test]
#[should_panic(expected = "cut at 0")]
fn taking_truncated_bodies_is_found() {
    run(Subject::truncated_bodies_are_errors, |_| alert("fine"));
}

#[test]
fn a_field_from_its_place_passes() {
    run(Subject::every_field_comes_from_a_place, |_| alert("text"));
}

#[test]
#[should_panic(expected = "title of item 0 says")]
fn a_place_that_says_something_else_is_found() {
    run(Subject::every_field_comes_from_a_place, |_| alert("another text"));
}

#[test]
#[should_panic(expected = "level of item 0 says")]
fn a_field_without_a_place_is_found() {
    run(Subject::every_field_comes_from_a_place, |_| {
        let mut alert = alert("text");
        alert.level = Some("high".into());
        alert
    });
}
