"""Measures the pages on the database that lists.py has seeded, as somebody who has signed in gets them."""

import http.client
import json
import re
import time

MOST = 100.0  # milliseconds
BYTES = 100_000  # of a first visit, files and all
TIMES = 33
PASSWORD = "a long walk by the sea"


class Visitor:
    """Somebody before a browser, as far as time and bytes go."""

    def __init__(self, address, link):
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
        choice = {"token": link.rsplit("/", 1)[1], "email": "bench@example.com", "name": "Bench", "password": PASSWORD}
        self.connection.request("POST", "/api/v1/auth/links/use", json.dumps(choice), {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"signing in: {answer.status} {body.decode()}")
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]

    def get(self, path):
        """The body as it came, and the milliseconds that it took."""
        begin = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        raw = answer.read()
        took = (time.perf_counter() - begin) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {raw.decode(errors='replace')[:500]}")
        return raw, took


def newest(visitor):
    """The id of the newest delivery, which went the whole way that a sender's goes."""
    found = re.search(r"/deliveries/(dlv_[0-9a-f]{32})", visitor.get("/deliveries")[0].decode())
    if not found:
        raise SystemExit("/deliveries shows none")
    return found[1]


# Left out: /sign-in and its links, which lead whoever has signed in elsewhere and read one row at most; one
# connection and its projects, for which a Sentry would have to answer (the list of connections is here); /live,
# which is no page and does not end.
def addresses(services, integrations, sentry, incident, hot, busy, delivery):
    """Each page with what it is called: as most open it, and with filters that many or few rows fit."""
    yield "overview", "/"
    yield "first steps", "/welcome"
    yield "first steps: the last", f"/welcome?step=incident&source={integrations[0]}"
    yield "incidents", "/incidents"
    yield "incidents: resolved", "/incidents?status=resolved"
    yield "incidents: all, a rare severity", "/incidents?status=all&severity=SEV0"
    yield "incidents: all of a service", f"/incidents?status=all&service={services[0]}"
    yield "incidents: one's own", "/incidents?status=all&mine=true"
    yield "incidents: words that stand nowhere", "/incidents?status=all&q=nothing+of+the+kind"
    yield "an incident", f"/incidents/{incident}"
    yield "an incident of the key with a tenth", f"/incidents/{hot}"
    yield "an incident with 600 deliveries", f"/incidents/{busy}"
    yield "a form for an incident", "/incidents/new"
    yield "deliveries", "/deliveries"
    yield "deliveries: a common reason", "/deliveries?reason=updated"
    yield "deliveries: failed (few)", "/deliveries?outcome=failed"
    yield "deliveries: a key with a tenth", "/deliveries?key=hot"
    yield "deliveries: an incident", f"/deliveries?incident={incident}"
    yield "a delivery", f"/deliveries/{delivery}"
    yield "integrations", "/integrations"
    yield "an integration with a fifth", f"/integrations/{integrations[0]}"
    yield "connections", f"/integrations/{sentry}/connections"
    yield "services", "/services"
    yield "a service", f"/services/{services[0]}"
    yield "teams", "/teams"
    yield "a team", "/teams/Payments"
    yield "users", "/users"
    yield "a user", "/users/user7@example.com"
    yield "API keys", "/api-keys"
    yield "deploys", "/deploys"
    yield "audit log", "/audit"
    yield "settings", "/settings"
    yield "account", "/account"


def measure(visitor, *seeded):
    """Of each page: name, bytes, bytes of a first visit, the first time's and then p50, p95 and most milliseconds."""
    sizes = {}
    for name, path in addresses(*seeded, newest(visitor)):
        raw, first = visitor.get(path)
        visit = len(raw)
        for file in sorted(set(re.findall(r'"(/assets/[^"]+)"', raw.decode()))):
            sizes[file] = sizes.get(file) or len(visitor.get(file)[0])
            visit += sizes[file]
        took = sorted(visitor.get(path)[1] for _ in range(TIMES))
        yield name, len(raw), visit, first, took[TIMES // 2], took[int(TIMES * 0.95)], took[-1]


def report(store, visitor, *seeded):
    """Prints a line for each page, and gives how many are over a bound."""
    over = 0
    for name, size, visit, first, p50, p95, most in measure(visitor, *seeded):
        is_over = p95 >= MOST or visit >= BYTES
        over += is_over
        print(
            f"{store:9} page        {name:36} {size / 1000:6.1f} kB, first visit {visit / 1000:6.1f} kB  first {first:7.2f}"
            f"  p50 {p50:7.2f}  p95 {p95:7.2f}  max {most:7.2f} ms{'  OVER' if is_over else ''}",
            flush=True,
        )
    return over
