//! How to set up Datadog.

use watchbell_provider::GuideContext;

use crate::TEMPLATE;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let (url, template) = (url.expose(), TEMPLATE.trim());
    format!(
        r"# Datadog

## 1. Add the webhook

In Datadog: **Integrations**, **Webhooks**, **New**.

- Name: `watchbell`
- URL: `{url}`
- Payload: replace what is there with

```json
{template}
```

Leave every variable in its quotation marks: without them a text of several lines, or a variable that Datadog does not
know, makes a payload that is no JSON. **Encode as form** may be on or off.

The address is a password: whoever knows it can open incidents. Datadog signs nothing.

## 2. Tell monitors to use it

Write `@webhook-watchbell` into the message of a monitor, outside of conditions such as `{{{{#is_alert}}}}`: the
recovery must be sent as well, or incidents stay open.

## 3. Say which service an alert belongs to

Alerts go to the integration's default service unless the monitor has the tag

```
service_id:{service_key}
```

The service must be linked to the integration.

## 4. Severities

First the tag `severity` with `sev0` to `sev4`. Otherwise:

| level | opens |
|---|---|
| priority P1, P2, P3, P4, P5 | SEV0, SEV1, SEV2, SEV3, SEV4 |
| tag `severity` with `critical`, `high`, `medium`, `low` | SEV0, SEV1, SEV2, SEV3 |
| without them, the alert type: `error`, `warning`, `info` | SEV1, SEV2, SEV3 |
| none of it | the service's default severity |

A linked service can map these levels in its own way.

## 5. What opens and what resolves

`Triggered`, `Warn` and `No Data` open an incident, one for each alert cycle; `Recovered` resolves it. `Renotify` and
`Re-Triggered` count as repeats: they never open again what was resolved here.

Datadog's default payload is read as well, as far as it goes: it has no tags, so its alerts go to the default service.

## 6. Try it

**Test Notifications** in a monitor's page sends one of each kind.
"
    )
}
