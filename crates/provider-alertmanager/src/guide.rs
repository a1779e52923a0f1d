//! How to set up Alertmanager.

use watchbell_alert_group::severity_table;
use watchbell_provider::GuideContext;

pub(crate) fn guide(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let (url, severities) = (url.expose(), severity_table());
    format!(
        r"# Prometheus Alertmanager

## 1. Add the receiver

In `alertmanager.yml`:

```yaml
route:
  receiver: watchbell
  group_by: ['alertname', 'cluster', 'service']
  group_wait: 10s       # how long a new group waits for further alerts
  group_interval: 1m    # how soon a changed group, or one that could not be delivered, is sent (again)
  repeat_interval: 12h  # how often an unchanged group is sent again; it opens nothing new

receivers:
  - name: watchbell
    webhook_configs:
      - url: '{url}'
        send_resolved: true
```

Check it with `amtool check-config alertmanager.yml`, then reload Alertmanager.

The address is a password: whoever knows it can open incidents. `url_file` keeps it out of the configuration.

- Leave `max_alerts` at 0. With it, alerts of a large group are cut off before they are sent. One request may hold
  2,000 alerts: if a group can be larger, set more labels in `group_by`.
- Do not set `payload`: a body of your own making cannot be read.
- Leave out labels that differ between the replicas of one Prometheus (`alert_relabel_configs`), or each replica opens
  an incident of its own.

## 2. Say which service an alert belongs to

Alerts go to the integration's default service unless a label says otherwise. In a rule:

```yaml
groups:
  - name: example
    rules:
      - alert: InstanceDown
        expr: up == 0
        for: 1m
        labels:
          severity: critical
          service_id: {service_key}
        annotations:
          summary: '{{{{ $labels.instance }}}} is down'
          description: '{{{{ $labels.instance }}}} of job {{{{ $labels.job }}}} does not answer.'
```

The service must be linked to the integration.

## 3. Severities

The label `severity`, in upper or lower case:

{severities}
A linked service can map these levels in its own way.

## 4. One incident per alert or per group

Each alert is an incident of its own. With the setting `grouping=group` all alerts that `group_by` puts together are
one incident, which is open while any of them fires. Its severity and service are those that all of them share; without
a common severity it is the worst one's.

## 5. Notice when Prometheus itself is silent

The alert `Watchdog`, which the community's rule sets have, always fires: it opens nothing and shows that alerting works.
With the setting `heartbeat_every=900` an incident opens on the default service (SEV1) when it has not come for 15 minutes;
the next one resolves it. Give it a route of its own, so that it comes often enough:

```yaml
route:
  routes:
    - matchers: [alertname = Watchdog]
      receiver: watchbell
      group_wait: 0s
      repeat_interval: 5m
```

## 6. Try it

```sh
amtool alert add alertname=Test severity=warning service_id={service_key} \
  --annotation=summary='Does it arrive?' --alertmanager.url=http://localhost:9093
```

It resolves by itself after `resolve_timeout` (5 minutes unless set).
"
    )
}
