//! How to set up Sentry, in three levels: each works without those after it.

use std::fmt::Write as _;

use watchbell_provider::GuideContext;

use crate::form::REFUSALS;

pub(crate) fn guide(context: &GuideContext) -> String {
    let mut text = LEVELS.to_owned();
    text.push_str(&routing(context));
    text.push_str(&refusals());
    text.push_str(RESOLVING);
    text.push_str(WRITING);
    text.push_str(WHAT_BECOMES_OF_IT);
    text.push_str(&other_ways(context));
    text
}

const LEVELS: &str = r"# Sentry

Three levels. Begin with the first; each works without those after it.

| level | what you get | what it takes |
|---|---|---|
| 1. Routing only | alert rules open incidents, each on the service that was chosen in it | an internal integration in Sentry, and an action in each alert rule |
| 2. Resolving with Sentry | what is resolved, archived or back in Sentry is so here, too | the webhook **issue** ticked |
| 3. Writing back | incidents show stack, tags and breadcrumbs; issues and incidents are linked; resolving here resolves in Sentry | a token, and Issue & Event: Read & Write |

";

/// The first level: here, the internal integration, an alert rule.
fn routing(context: &GuideContext) -> String {
    let GuideContext { url, service_key } = context;
    let url = url.expose();
    format!(
        r#"# Level 1: routing only

## Here

1. Link the services that alert rules may choose to this integration.
2. Show the webhook URL, and copy it.
3. Show the Sentry App JSON, and copy all of it. It lists the linked services.

The command line prints the JSON as well:

```sh
watchbell integration sentry-json <integration>
```

With `--extended`, a rule can also choose severity, whether to open incidents at all, environments and notes.

## In Sentry: the internal integration

1. Go to **Settings**.
2. Open **Developer Settings**.
3. Create a **Custom Integration**, an **Internal Integration**.
4. Set **Name** to `Watchbell`.
5. Set **Webhook URL** to `{url}`
6. Switch **Alert Rule Action** on.
7. Paste the Sentry App JSON into **Schema**, all of it.
8. Leave **Authorized JavaScript Origins** empty.
9. Save the integration, with these permissions and no box ticked under **Webhooks**.

| permission | value |
|---|---|
| Project | Read |
| Team | No Access |
| Release | No Access |
| Distribution | No Access |
| Issue & Event | Read |
| Organization | Read |
| Member | No Access |
| Alerts | No Access |
| Continuous Integration (CI) | No Access |

Leave the boxes **issue**, **error**, **comment** under **Webhooks** unticked: they send what no alert rule has chosen a service for, and
level 2 says what they open. The address is a password: whoever knows it can open incidents.

Saving shows the integration's **Client Secret**. Store it here as the signing secret. From then on a request without
Sentry's signature is refused. Sentry signs the exact bytes of the body: a proxy that rewrites JSON breaks that.

## In Sentry: an alert rule

1. Go to **Alerts**.
2. Create an issue alert, or edit one.
3. Under **Source** select the projects whose alerts come here.
4. Choose **Alert on all issues in selected projects**, unless you want routing by monitor.
5. Under **Filter Issues** choose the environments that open incidents.
6. In **Alert Builder** set the trigger, such as "When an issue event is captured and any of the following occur: A new issue is created".
7. Add the action **Route to Watchbell**.
8. In **Action Settings** choose the service, such as `{service_key}`.
9. Click **Send Test Notification**: an incident opens on that service, marked as a test, whatever the severity mapping says.
10. Set **Action Throttle**, for example to 24 hours.
11. Save the alert rule.

The service is chosen inside the action: Sentry sends it as `service_id` when the alert fires. An alert without this action, such
as one with "Send a notification via Watchbell", names no service. It goes where the project's mapping says, else to the
integration's default service.

**Action Throttle** is how often a rule tells of the same issue. Without it each event of a busy issue is a delivery; they all
count on one incident, but more than the integration's rate limit in a minute are refused with 429.

"#
    )
}

fn refusals() -> String {
    let mut text =
        "## When Sentry refuses the JSON\n\n| Sentry says | because |\n|---|---|\n".to_owned();
    for (said, because) in REFUSALS {
        // Writing to a String cannot fail.
        _ = writeln!(text, "| {said} | {because} |");
    }
    text.push_str(
        "\nPaste the JSON again as it is. After linking another service, paste the new JSON: rules that are there keep \
         their choice.\n\n",
    );
    text
}

const RESOLVING: &str = r"# Level 2: resolving with Sentry

In the internal integration in Sentry, tick **issue** under **Webhooks**, and save. Then what is done with an issue in Sentry
reaches its incident:

| in Sentry | here |
|---|---|
| resolved | resolved |
| archived | acknowledged |
| unresolved, regressed, escalating | opened again |
| assigned | a line in the timeline |

What that opens: Sentry now sends every new issue of every project, too, and those name no service. They open incidents wherever
a project is mapped or, without any mapping, on the integration's default service. To have only alert rules open incidents, map no
project and set the default service to none: new issues then end as `missing_service` in the event log, and resolving still
works.

**comment** adds comments to the timeline. Leave **error** unticked: it sends every single event.

";

const WRITING: &str = r"# Level 3: writing back

1. In the internal integration in Sentry, set **Issue & Event** to **Read & Write**, or to **Admin** if links shall be taken back, too.
2. Save it, and copy a token from **Tokens**.
3. Here, under **Connections**, paste the token and the **Client Secret**. The token is checked before it is kept, and never shown again.
4. In the settings here, set **Resolving an incident resolves its issues in Sentry** to `true`, if you want that.
5. Paste the extended Sentry App JSON into **Schema**, if issues in Sentry shall have **Link Watchbell Issue**.

| with | comes |
|---|---|
| Issue & Event: Read | what Sentry knows of an issue, in the incident: exceptions, tags, breadcrumbs, suspected commits |
| Issue & Event: Read & Write | links of incidents with issues; issues that are resolved with their incident (`resolve_in_sentry=true`) |
| Issue & Event: Admin | links that are taken back in Sentry, too |

**Link Watchbell Issue** opens an incident for the issue, or links it with an open one of the linked services. `issue_links=false`
switches that off.

Several organizations connect by a public integration (an app) in place of a token, each with its own token that is replaced in time.

";

const WHAT_BECOMES_OF_IT: &str = r"# What becomes of it

| in Sentry | here |
|---|---|
| an alert rule fires | opens an incident, or counts on the open one of the same issue |
| comment | a line in the timeline |
| metric alert critical, warning / resolved | opened / resolved |

| level | opens |
|---|---|
| `fatal` | SEV0 |
| `error` | SEV2 |
| `warning` | SEV3 |
| `info`, `debug` | nothing (with the preset `opsknight`: SEV4) |
| another one | the service's default severity |

A linked service can map these levels in its own way. With the extended JSON a rule can choose a severity, which is above every
mapping, or `auto`: what the level gives, and worse with the number of events.

";

fn other_ways(context: &GuideContext) -> String {
    let url = context.url.expose();
    format!(
        r#"# Other ways in

- The legacy **WebHooks** plugin of a project: paste the address into "Callback URLs". It signs nothing and tells nothing
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
