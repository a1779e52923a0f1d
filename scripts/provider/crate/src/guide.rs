//! How to set up Newsender.

use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let url = url.expose();
    format!(
        r"# Newsender

## 1. Add the webhook

In Newsender's settings, add a webhook with this address:

```
{url}
```

The address is a password: whoever knows it can open incidents. Newsender signs nothing.

## 2. Say which service an alert belongs to

Alerts go to the integration's default service unless the problem has the field `service_id`, such as `{service_key}`.
The service must be linked to the integration.

## 3. Severities

| priority | opens |
|---|---|
| `critical`, `high`, `medium`, `low` | SEV0, SEV1, SEV2, SEV3 |
| `info` | nothing |
| another one, or none | the service's default severity |

A linked service can map these levels in its own way.
"
    )
}
