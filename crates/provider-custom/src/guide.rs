//! How to send from a script.

use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let url = url.expose();
    format!(
        r#"# Custom webhook

## 1. Send an alert

```sh
curl -X POST '{url}' \
  -H 'Content-Type: application/json' \
  -d '{{
    "title": "High memory usage on production servers",
    "service_id": "{service_key}",
    "description": "Memory usage above 90% on 3 servers",
    "severity": "SEV1",
    "dedup_key": "memory-production",
    "metadata": {{"environment": "production"}}
  }}'
```

The address is a password: whoever knows it can open incidents.

| field | needed | rule |
|---|---|---|
| `title` | yes | 1 to 500 characters |
| `service_id` | yes | the service's key, at most 50 characters |
| `description` | | up to 5,000 characters |
| `severity` | | `SEV0`, `SEV1`, `SEV2`, `SEV3` or `SEV4`; otherwise the service's default |
| `status` | | `new` (unless given), `investigating` or `resolved` |
| `source_url` | | an http or https address, up to 2,048 characters |
| `dedup_key` | | up to 255 characters; the same key is the same incident, without one each request opens another |
| `metadata` | | up to 10 names; text, number, `true` or `false` |

A list of up to 100 such objects is taken as a whole or not at all. A mistake is answered with 400 and every field that
is wrong.

## 2. Resolve it

```sh
curl -X POST '{url}' \
  -H 'Content-Type: application/json' \
  -d '{{"title": "Memory is back to normal", "service_id": "{service_key}", "status": "resolved", "dedup_key": "memory-production"}}'
```

## 3. Sign it (optional)

As soon as the integration has a signing secret, every request must be signed: HMAC-SHA256 over the time in unix
seconds, a dot and the body. A signature holds for 5 minutes.

```sh
TIMESTAMP=$(date +%s)
BODY='{{"title":"Deploy failed","service_id":"{service_key}","severity":"SEV2"}}'
SIGNATURE=$(printf '%s' "$TIMESTAMP.$BODY" | openssl dgst -sha256 -hmac "$WATCHBELL_SECRET" | awk '{{print $NF}}')

curl -X POST '{url}' \
  -H 'Content-Type: application/json' \
  -H "X-Watchbell-Signature: sha256=$SIGNATURE" \
  -H "X-Watchbell-Timestamp: $TIMESTAMP" \
  -d "$BODY"
```

## 4. Send twice, count once (optional)

With a header `Idempotency-Key`, a request that is sent again is answered with the first result and changes nothing.
Use a new key for a new body.
"#
    )
}
