//! Who met it, and with what request.

use serde_json::Value;

use crate::address::without_secrets;
use crate::read::{Cutting, field};
use crate::{Person, Request};

const MAX_NAME: usize = 200;
const MAX_METHOD: usize = 20;
const MAX_URL: usize = 1_000;

pub(crate) fn person(value: Option<&Value>, cutting: &mut Cutting) -> Option<Person> {
    let value = value?;
    let mut read = |names: &[&str]| cutting.text(field(value, names), MAX_NAME);
    let person = Person {
        id: read(&["id"]),
        email: read(&["email"]),
        username: read(&["username"]),
        name: read(&["name"]),
        ip: read(&["ip_address", "ipAddress"]),
    };
    (person != Person::default()).then_some(person)
}

pub(crate) fn request(value: Option<&Value>, cutting: &mut Cutting) -> Option<Request> {
    let value = value?;
    let url = value.get("url").and_then(Value::as_str).map(without_secrets);
    let request = Request {
        method: cutting.text(value.get("method"), MAX_METHOD),
        url: url.and_then(|url| cutting.text(Some(&Value::String(url)), MAX_URL)),
    };
    (request != Request::default()).then_some(request)
}
