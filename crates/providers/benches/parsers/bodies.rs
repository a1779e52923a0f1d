//! The bodies: fixtures, made larger with more of what real ones have more of.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use watchbell_model::Headers;

/// A recorded body.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    fs::read(fixtures.join(name)).unwrap()
}

/// What the event of [`sentry`] comes with.
pub(crate) fn sentry_headers() -> Headers {
    Headers::new([("sentry-hook-resource", "event_alert")])
}

/// An event of at least `size` bytes, written without spaces, as Sentry writes it. Nine frames for
/// each breadcrumb: stack traces are what makes events large.
pub(crate) fn sentry(size: usize) -> Vec<u8> {
    let event = fixture("sentry/event_alert_triggered_modern.json");
    let mut body: Value = serde_json::from_slice(&event).unwrap();
    let mut length = body.to_string().len();
    for number in 0.. {
        if length >= size {
            break;
        }
        let (at, added) = if number % 10 == 9 {
            ("/data/event/breadcrumbs/values", breadcrumb(number))
        } else {
            ("/data/event/exception/values/1/stacktrace/frames", frame(number))
        };
        length += added.to_string().len() + ",".len();
        body.pointer_mut(at).and_then(Value::as_array_mut).unwrap().push(added);
    }
    body.to_string().into_bytes()
}

fn frame(number: u32) -> Value {
    let module = format!("checkout.step{}", number % 17);
    json!({
        "function": format!("handle_{number}"),
        "module": module,
        "filename": format!("checkout/step{}.py", number % 17),
        "abs_path": format!("/srv/app/checkout/step{}.py", number % 17),
        "lineno": 20 + number * 7 % 900,
        "pre_context": [
            format!("def handle_{number}(request, order_id, *, dry_run=False):"),
            "    order = load(order_id)  # raises if it is not there",
            "    if dry_run:",
            "        return None",
            "",
        ],
        "context_line": format!("    return handle_{}(request, \"order\", dry_run=dry_run)", number + 1),
        "post_context": ["", "", "def refund(order):", "    with transaction.atomic():", "        ..."],
        "in_app": number.is_multiple_of(3),
        "vars": {
            "order_id": format!("'ord_{number}'"),
            "dry_run": "False",
            "request": "<WSGIRequest: POST '/api/checkout/ord_123'>",
            "totals": ["12.50", "3.99", {"currency": "'EUR'", "rate": "1.19"}],
        },
        "data": {"client_in_app": number.is_multiple_of(3), "orig_in_app": 1},
        "errors": null, "raw_function": null, "image_addr": null, "instruction_addr": null,
        "addr_mode": null, "package": null, "platform": null, "symbol": null, "symbol_addr": null,
        "trust": null, "snapshot": null, "lock": null, "source_link": null, "colno": null,
    })
}

fn breadcrumb(number: u32) -> Value {
    json!({
        "timestamp": 1_787_855_000.25 + f64::from(number),
        "type": "http",
        "category": "httplib",
        "level": "info",
        "data": {
            "url": format!("https://pay.example.net/v1/charge?attempt={number}"),
            "method": "POST",
            "http.response.status_code": 502,
            "reason": "Bad Gateway",
        },
    })
}

/// A group of `count` alerts, each about a machine of its own.
pub(crate) fn alertmanager(count: usize) -> Vec<u8> {
    let group = fixture("alertmanager/group_of_several.json");
    let mut body: Value = serde_json::from_slice(&group).unwrap();
    let alerts = body.get_mut("alerts").and_then(Value::as_array_mut).unwrap();
    let recorded = alerts.clone();
    *alerts = recorded.into_iter().cycle().take(count).collect();
    for (number, alert) in alerts.iter_mut().enumerate() {
        let labels = alert.get_mut("labels").and_then(Value::as_object_mut).unwrap();
        labels.insert("instance".to_owned(), format!("web-{number}:9100").into());
        *alert.get_mut("fingerprint").unwrap() = format!("{number:016x}").into();
    }
    body.to_string().into_bytes()
}
