//! How to set up Sentry.

use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let url = url.expose();
    format!(
        r#"# Sentry

Sentry asks for two things: an address, and a JSON text ("Sentry App JSON") that lists the services somebody may choose in
an alert rule. Link the services to this integration first, then get the JSON:

```sh
watchbell integration sentry-json <integration>
```

With `--extended`, a rule can also choose severity, whether to open incidents at all, environments and notes.

## 1. Make the internal integration

In Sentry: **Settings → Developer Settings → Custom Integrations → Create New Integration → Internal Integration**.

| field | value |
|---|---|
| Name | Watchbell |
| Webhook URL | `{url}` |
| Alert Rule Action | on |
| Schema | the Sentry App JSON, all of it |
| Authorized JavaScript Origins | empty |
| Permissions | Project: Read. Issue & Event: Read. Organization: Read. Everything else: No Access |
| Webhooks | **issue**, see below |

The address is a password: whoever knows it can open incidents.

With **issue** ticked, resolving and archiving in Sentry reach the incident. New issues are sent then too, without a
service: leave this integration without a default service, and only alert rules open incidents. **comment** adds comments
to the timeline. Leave **error** alone: it sends every single event.

## 2. Verify what arrives

Saving shows the integration's **Client Secret**. Store it here as the signing secret. From then on a request without
Sentry's signature is refused. Sentry signs the exact bytes of the body: a proxy that rewrites JSON breaks that.

## 3. Add the action to alert rules

In an alert rule add the action **Route to Watchbell** and choose the service, such as `{service_key}`. **Send Test
Notification** opens an incident that is marked as a test, whatever the severity mapping says.

An alert without this action, such as one with "Send a notification via Watchbell", names no service. It goes where the
project's mapping says, else to the integration's default service.

With the extended JSON, every issue in Sentry also has **Link Watchbell Issue**: it opens an incident for the issue, or links it with
an open one of the linked services. `issue_links=false` switches that off.

## 4. What becomes of it

| in Sentry | here |
|---|---|
| an alert rule fires | opens an incident, or counts on the open one of the same issue |
| resolved | resolved |
| archived | acknowledged |
| unresolved, regressed, escalating | opened again |
| assigned | a line in the timeline |
| comment | a line in the timeline |
| metric alert critical, warning / resolved | opened / resolved |

| level | opens |
|---|---|
| `fatal` | SEV0 |
| `error` | SEV2 |
| `warning` | SEV3 |
| `info`, `debug` | nothing (with the preset `opsknight`: SEV4) |
| another one | the service's default severity |

A linked service can map these levels in its own way.

## 5. When Sentry refuses the JSON

| Sentry says | because |
|---|---|
| `'elements' is a required property` | a part of the JSON was pasted. It begins with `{{ "elements": [` |
| `'uri' is a required property` | the line `"uri": …/webhook` beside `"type": "alert-rule-action"` is missing; the one under `settings` is another one |
| `alert-rule-settings` is not an allowed type | `settings` was moved to the top. It belongs inside the `alert-rule-action` |

Paste the JSON again as it is. After linking another service, paste the new JSON: rules that are there keep their choice.

## Other ways in

- The legacy **WebHooks** plugin of a project: paste the address into *Callback URLs*. It signs nothing and tells nothing
  but new alerts.
- A body of your own, with a top-level `issue`:

```sh
curl -X POST '{url}' \
  -H 'Content-Type: application/json' \
  -d '{{"action": "created",
       "issue": {{"id": "test-001", "title": "Test Error from Sentry", "culprit": "test/file.js", "level": "error",
                 "status": "unresolved", "permalink": "https://sentry.io/test"}},
       "project": {{"name": "Test Project", "slug": "test-project"}}}}'
```
"#
    )
}
