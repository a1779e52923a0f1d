//! A statement signed with the app's secret, which gets a token without anything stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use watchbell_model::Timestamp;
use watchbell_signature::HmacKey;

/// How long a statement is good: the longest that Sentry takes is a minute.
const LIFE: TimeDelta = TimeDelta::seconds(60);

/// The statement that whoever holds `key` is the app, good for a minute from `now` (RFC 7519,
/// HS256). `id` is its own.
pub(crate) fn signed(client_id: &str, key: &HmacKey, now: Timestamp, id: Uuid) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "HS256", "typ": "JWT"}));
    let claims = part(json!({
        "iss": client_id,
        "sub": client_id,
        "iat": now.timestamp(),
        "exp": (now + LIFE).timestamp(),
        "jti": id.to_string(),
    }));
    let text = format!("{header}.{claims}");
    let tag = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()));
    format!("{text}.{tag}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_signed_with_the_secret() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let key = HmacKey::new(b"secret").unwrap();
        let text = signed("client", &key, now, Uuid::from_u128(7));
        let parts: Vec<_> = text.split('.').collect();
        let json = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        assert_eq!(json(parts[0]), r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims: serde_json::Value = serde_json::from_str(&json(parts[1])).unwrap();
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
        assert_eq!((&claims["iss"], &claims["sub"]), (&"client".into(), &"client".into()));
        assert_eq!(claims["jti"], "00000000-0000-0000-0000-000000000007");
        let tag = key.sign(format!("{}.{}", parts[0], parts[1]).as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[2]).unwrap(), tag);
    }
}
