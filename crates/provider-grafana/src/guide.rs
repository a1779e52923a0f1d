//! How to set up Grafana.

use watchbell_alert_group::severity_table;
use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let (url, severities) = (url.expose(), severity_table());
    format!(
        r"# Grafana

## 1. Add the contact point

**Alerting**, **Contact points**, **Add contact point**:

- Name: `watchbell`
- Integration: **Webhook**
- URL: `{url}`
- HTTP method: POST (PUT works too)
- Max alerts: 0. With another number alerts of a large group are cut off before they are sent.
- Custom payload: none. A body of your own making cannot be read.
- Disable resolved message: off, or incidents stay open.

The same as a provisioning file:

```yaml
apiVersion: 1
contactPoints:
  - orgId: 1
    name: watchbell
    receivers:
      - uid: watchbell
        type: webhook
        settings:
          url: '{url}'
          httpMethod: POST
        disableResolveMessage: false
```

Then name the contact point in the notification policy (**Alerting**, **Notification policies**).

The address is a password: whoever knows it can open incidents.

## 2. Sign the requests (Grafana 12 and newer)

In the contact point's section **HMAC Signature** enter a secret, and the same one here. Leave **Header** as it is
(`X-Grafana-Alert-Signature`). From then on unsigned requests are refused.

To have the time signed as well, enter a name such as `X-Grafana-Alert-Timestamp` as **Timestamp Header**, and set the
same name here: `timestamp_header=X-Grafana-Alert-Timestamp`. Requests older than five minutes are then refused.

## 3. Say which service an alert belongs to

Alerts go to the integration's default service unless the rule has the label

```
service_id = {service_key}
```

The service must be linked to the integration.

## 4. Severities

The label `severity`, in upper or lower case:

{severities}
A linked service can map these levels in its own way.

## 5. One incident per alert or per group

Each alert is an incident of its own. With the setting `grouping=group` all alerts that the notification policy's **Group
by** puts together are one incident, which is open while any of them fires.

## 6. Notice when alerting itself is silent

An alert `Watchdog` that always fires opens nothing and shows that alerting works. With the setting `heartbeat_every=900` an
incident opens on the default service (SEV1) when it has not come for 15 minutes; the next one resolves it. Give it a
notification policy of its own with a **Repeat interval** of 5 minutes.

## 7. Try it

**Test** in the contact point sends an alert `TestAlert`. Grafana does not resolve it: resolve its incident by hand.

## Grafana 8 and older

In legacy alerting add a notification channel of type **webhook** with the same address. Its tags take the place of labels.
"
    )
}
