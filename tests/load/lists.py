"""Measures the lists of the REST API, and the pages, on a database of 1,000,000 incidents and 5,000,000 deliveries.

Called by tests/load/lists with the program and the databases to try.
"""

import contextlib
import http.client
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pages

HERE = pathlib.Path(__file__).parent
BEGIN = 1_735_689_600  # 2025-01-01, in seconds
# Settings of what is kept for a time.
RETENTION = ("PROCESSED_DAYS", "IGNORED_DAYS", "FAILED_DAYS", "INCIDENTS_DAYS")
MOST = 50.0  # milliseconds
INCIDENTS = int(os.environ.get("BENCH_INCIDENTS", "1000000"))
DELIVERIES = 5 * INCIDENTS
# In the middle of all: one of the key with a tenth, and one of a key that has few.
HOT, ONE = (f"INC-2025-{INCIDENTS // 20 * 10 + n:03}" for n in (1, 3))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def log(text):
    print(text, file=sys.stderr, flush=True)


# The databases' own words.


def delivery_id(n):
    """The id of delivery n: a UUID that begins with the milliseconds of its moment, like ours."""
    return ((BEGIN + n * 6) * 1000 << 80 | 0x7000_8000_0000_0000_0000 | n).to_bytes(16, "big")


class Sqlite:
    name = "sqlite"

    def __init__(self, work):
        self.path = work / "lists.db"
        self.url = f"sqlite:{self.path}"

    def run(self, statements):
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as base:
            base.create_function("delivery_id", 1, delivery_id, deterministic=True)
            base.create_function("number_id", 1, lambda n: n.to_bytes(16, "big"), deterministic=True)
            for words in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -500000"):
                base.execute(f"PRAGMA {words}")
            base.execute("BEGIN")
            rows = [base.execute(statement).fetchall() for statement in statements]
            base.execute("COMMIT")
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return rows

    def words(self):
        def numbers(count):
            return (
                f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count})"
                " SELECT n FROM c)"
            )

        return {
            "id_n": "number_id(n)",
            "zeros": "zeroblob(16)",
            "open": "still",
            "opened": f"({BEGIN} + n * 30) * 1000000",
            "ended": f"({BEGIN} + n * 30 + life) * 1000000",
            "received": f"({BEGIN} + n * 6) * 1000000",
            "false": "0",
            "body": "x'7b7d'",
            "delivery_n": "delivery_id(n)",
            "still_from": f"{INCIDENTS * 997 // 1000}",
            "numbers_1000000": numbers(INCIDENTS),
            "numbers_5000000": numbers(DELIVERIES),
        }

    user = "number_id({n} + 1), 'user{n}@example.com', 'user{n}@example.com', 'User {n}', 'viewer', 1, 0"
    actor = "'usr_' || lower(hex(id))"

    def after(self):
        pass


class Postgres:
    name = "postgres"

    def __init__(self, maintenance):
        self.maintenance = maintenance
        self.url = maintenance.rsplit("/", 1)[0] + "/lists"
        self.psql(maintenance, "CREATE DATABASE lists")

    @staticmethod
    def psql(url, text):
        done = subprocess.run(
            ["psql", url, "-AtqX", "-v", "ON_ERROR_STOP=1"], input=text, text=True, check=True, capture_output=True
        )
        return [line.split("|") for line in done.stdout.splitlines()]

    def run(self, statements):
        begin = "SET session_replication_role = replica; SET synchronous_commit = off;"
        return [self.psql(self.url, f"{begin} {statement};") for statement in statements]

    def words(self):
        return {
            "id_n": "lpad(to_hex(n), 32, '0')::uuid",
            "zeros": "lpad('', 32, '0')::uuid",
            "open": "still",
            "opened": f"to_timestamp({BEGIN} + n * 30)",
            "ended": f"to_timestamp({BEGIN} + n * 30 + life)",
            "received": f"to_timestamp({BEGIN} + n * 6)",
            "false": "false",
            "body": r"'\x7b7d'",
            "delivery_n": f"(lpad(to_hex(({BEGIN} + n * 6) * 1000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid",
            "still_from": f"{INCIDENTS * 997 // 1000}",
            "numbers_1000000": f"generate_series(1::bigint, {INCIDENTS}) n",
            "numbers_5000000": f"generate_series(1::bigint, {DELIVERIES}) n",
        }

    user = "lpad(to_hex({n} + 1), 32, '0')::uuid, 'user{n}@example.com', 'user{n}@example.com', 'User {n}', 'viewer', true, now()"
    actor = "'usr_' || replace(id::text, '-', '')"

    def after(self):
        self.psql(self.url, "VACUUM ANALYZE; CHECKPOINT")


def seed(base):
    """What a few years leave behind, of the services, integrations and users that are there."""
    words = base.words()
    if base.name == "postgres":
        # A series' column has the name of its alias.
        words["numbers_1000000"] = f"(SELECT n FROM {words['numbers_1000000']})"
        words["numbers_5000000"] = f"(SELECT n FROM {words['numbers_5000000']})"
    kind = "uuid" if base.name == "postgres" else "BLOB"
    text = HERE.joinpath("lists_seed.sql").read_text()
    users = [f"INSERT INTO users (id, email, folded, name, role, active, created_at) SELECT {base.user.format(n=n)}" for n in range(30)]
    places = [
        f"CREATE TABLE places (kind TEXT, place INTEGER, id {kind}, actor TEXT)",
        "INSERT INTO places SELECT 's', row_number() OVER (ORDER BY key) - 1, id, NULL FROM services",
        "INSERT INTO places SELECT 'i', row_number() OVER (ORDER BY name) - 1, id, NULL FROM integrations",
        f"INSERT INTO places SELECT 'u', row_number() OVER (ORDER BY email) - 1, id, {base.actor} FROM users",
    ]
    statements = [one.strip() for one in re.sub(r"--.*", "", text).format(**words).split(";") if one.strip()]
    base.run([*users, *places])
    for number, statement in enumerate(statements, 1):
        begin = time.monotonic()
        base.run([statement])
        log(f"{base.name}: seeding, {number} of {len(statements)}: {time.monotonic() - begin:.0f} s")
    names = base.run(
        [
            "SELECT key FROM services ORDER BY key",
            "SELECT lower(replace(CAST(hex AS TEXT), '-', '')) FROM (SELECT "
            + ("id::text" if base.name == "postgres" else "hex(id)")
            + " AS hex, place FROM places WHERE kind = 'i') AS i ORDER BY place",
            "DROP TABLE places",
        ]
    )
    base.after()
    return [row[0] for row in names[0]], ["int_" + row[0] for row in names[1]]


class Server:
    """The program, serving."""

    def __init__(self, program, work, url):
        self.program, self.work = program, work
        self.environment = {
            **os.environ,
            "WATCHBELL__DATABASE__URL": url,
            "WATCHBELL__SERVER__LISTEN": "127.0.0.1:0",
            "WATCHBELL__VAULT__KEY_FILE": str(work / "master.key"),
            "WATCHBELL__FIRST_RUN__FILE": str(work / "first-run.txt"),
            "WATCHBELL__MAINTENANCE__CHECK_HOURS": "0",
            "WATCHBELL__SERVER__KEY_REQUESTS_PER_MINUTE": "0",
            # Nothing of what was seeded has served its time.
            **{f"WATCHBELL__RETENTION__{name}": "0" for name in RETENTION},
        }

    def command(self, *arguments):
        done = subprocess.run(
            [self.program, "--json", *arguments], env=self.environment, cwd=self.work, text=True, check=True, capture_output=True
        )
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def serving(self):
        with open(self.work / "server.log", "w") as out:
            process = subprocess.Popen([self.program, "serve"], env=self.environment, cwd=self.work, stdout=out, stderr=out)
        try:
            for _ in range(600):
                found = re.search(r"http://(127\.0\.0\.1:\d+)", (self.work / "server.log").read_text())
                if found:
                    break
                if process.poll() is not None:
                    break
                time.sleep(0.05)
            else:
                found = None
            if not found:
                sys.exit("the server did not start:\n" + (self.work / "server.log").read_text())
            yield found[1]
        finally:
            process.terminate()
            process.wait()


class Api:
    def __init__(self, address, token):
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        headers = {**self.headers, **({"Content-Type": "application/json"} if text else {})}
        begin = time.perf_counter()
        self.connection.request(method, "/api/v1" + path, text, headers)
        answer = self.connection.getresponse()
        raw = answer.read()
        took = (time.perf_counter() - begin) * 1000
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {raw.decode()}")
        return json.loads(raw), took


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGIN + seconds))


def incident_cursors(first=0, last=INCIDENTS):
    """Places all over the incidents from one to another: the beginning, nine between, and one near the end."""
    yield ""
    for n in (*(first + (last - first) * tenth // 10 for tenth in range(9, 0, -1)), first + 40):
        yield f"i{(BEGIN + n * 30) * 1_000_000:016x}{20250000000000 + n:016x}"


def delivery_cursors():
    for tenth in (None, *range(9, 0, -1), 0):
        n = DELIVERIES * tenth // 10 if tenth else 200
        yield "" if tenth is None else "d" + delivery_id(n).hex()


def questions(services, integrations):
    """Each list with each of its filters: what most ask, what matches all, hardly anything, and nothing."""
    day, last = 86_400, INCIDENTS * 30
    middle = last // 2
    rare, common = services[-1], services[0]
    incidents = {
        "all": {},
        "open": {"status": ["new", "investigating", "fixing", "monitoring"]},
        "a rare severity": {"severity": "SEV0"},
        "closed, a rare severity": {"status": "closed", "severity": "SEV0"},
        "no such status": {"status": "fixing"},
        "a service": {"service_id": common},
        "a service, a rare severity": {"service_id": common, "severity": "SEV0"},
        "a person": {"assigned_to": "user7@example.com"},
        "a person and a service": {"assigned_to": "user7@example.com", "service_id": common},
        "a person and another service": {"assigned_to": "user7@example.com", "service_id": rare},
        "who ended it": {"resolved_by": "user4@example.com"},
        "who ended it, closed, rare": {"resolved_by": "user4@example.com", "status": "closed", "severity": "SEV0"},
        "opened in a day": {"created_after": moment(middle), "created_before": moment(middle + day)},
        "ended in a minute": {"resolved_after": moment(middle), "resolved_before": moment(middle + 60)},
        "ended in a day": {"resolved_after": moment(middle), "resolved_before": moment(middle + day)},
        "ended in a year": {"resolved_after": moment(0), "resolved_before": moment(365 * day)},
        "ended in the last week": {"resolved_after": moment(last - 7 * day)},
        "ended in the future": {"resolved_after": "2100-01-01T00:00:00Z"},
        "ended in a day, by somebody": {
            "resolved_after": moment(middle),
            "resolved_before": moment(middle + day),
            "resolved_by": "user4@example.com",
        },
    }
    fifth, small = integrations[0], integrations[7]
    deliveries = {
        "all": {},
        "an integration with a fifth": {"integration_id": fifth},
        "a small integration": {"integration_id": small},
        "an integration without any": {"integration_id": integrations[-1]},
        "a fifth, ignored": {"integration_id": fifth, "outcome": "ignored"},
        "a fifth, failed (few)": {"integration_id": fifth, "outcome": "failed"},
        "a fifth, no such reason": {"integration_id": fifth, "reason": "stale"},
        "failed (few)": {"outcome": "failed"},
        "a common reason": {"reason": "updated"},
        "no such reason": {"reason": "stale"},
        "received in an hour": {"received_after": moment(middle), "received_before": moment(middle + 3600)},
        "a fifth, in an hour, ignored": {
            "integration_id": fifth,
            "outcome": "ignored",
            "received_after": moment(middle),
            "received_before": moment(middle + 3600),
        },
        "a key": {"dedup_key": "key-17"},
        "a key with a tenth": {"dedup_key": "hot"},
        "a key with a tenth, a fifth": {"dedup_key": "hot", "integration_id": fifth},
        "no such key": {"dedup_key": "nobody"},
        "an incident": {"incident_number": ONE},
        "an incident of the key with a tenth": {"incident_number": HOT},
    }
    # Where people walk: from the newest that can be in it to the time's beginning.
    week, half = INCIDENTS - 7 * day // 30, INCIDENTS // 2
    ranges = {
        "ended in the last week": (week, INCIDENTS),
        "ended in a day": (half, half + day // 30),
        "ended in a day, by somebody": (half, half + day // 30),
        "opened in a day": (half, half + day // 30),
    }
    for name, filters in incidents.items():
        yield "incidents", name, filters, list(incident_cursors(*ranges.get(name, ())))
    for name, filters in deliveries.items():
        yield "deliveries", name, filters, list(delivery_cursors())


def measure(api, services, integrations):
    for what, name, filters, cursors in questions(services, integrations):
        took, found = [], 0
        for round_ in range(ROUNDS + 1):
            for cursor in cursors:
                query = urllib.parse.urlencode({**filters, "cursor": cursor}, doseq=True)
                answer, milliseconds = api.ask("GET", f"/{what}?{query}")
                found = max(found, len(answer["data"]["items"]))
                # The first round fills the caches.
                if round_:
                    took.append(milliseconds)
        took.sort()
        yield what, name, found, took[len(took) // 2], took[int(len(took) * 0.95)], took[-1]
    for name, number in (("an incident, whole", ONE), ("the same, of the key with a tenth", HOT)):
        took = sorted(api.ask("GET", f"/incidents/{number}")[1] for _ in range(33))
        yield "incident", name, 1, took[16], took[31], took[-1]


def noisy(server, address):
    """The number of an incident that was reported 600 times, each time by a delivery of its own."""
    added = server.command("integration", "add", "custom", "--name", "Noisy", "--rate-limit", "0", "--default-service", "SER-00001")
    connection = http.client.HTTPConnection(address, timeout=60)
    body = json.dumps({"title": "Again", "service_id": "SER-00001", "dedup_key": "again"})
    reports = 0
    while reports < 600:
        connection.request("POST", "/webhooks/" + added["routing_key"], body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        raw = answer.read()
        # The server looks for changes every half second.
        if answer.status == 404:
            time.sleep(0.5)
            continue
        if answer.status != 202:
            sys.exit(f"an alert: {answer.status} {raw.decode()}")
        reports += 1
    return json.loads(raw)["data"]["alerts"][0]["incident_number"]


def bench(base, program, work):
    work.mkdir(exist_ok=True)
    server = Server(program, work, base.url)
    with server.serving() as address:
        scopes = "services:write teams:write integrations:write incidents:read deliveries:read".split()
        token = server.command("key", "create", "lists", *(word for one in scopes for word in ("--scope", one)))["token"]
        time.sleep(1.5)  # the server looks for changes every half second
        api = Api(address, token)
        api.ask("POST", "/teams", {"name": "Payments"})
        for n in range(48):
            api.ask("POST", "/services", {"name": f"Service {n}"})
        for n in range(45):
            api.ask("POST", "/integrations", {"provider": "custom", "name": f"Source {n}"})
    services, integrations = seed(base)
    with server.serving() as address:
        api = Api(address, token)
        size = f"{(work / 'lists.db').stat().st_size / 1e9:.1f} GB" if base.name == "sqlite" else base.psql(
            base.url, "SELECT pg_size_pretty(pg_database_size('lists'))")[0][0]
        log(f"{base.name}: seeded, {size}")
        over = 0
        for what, name, found, p50, p95, most in measure(api, services, integrations):
            mark = "  OVER" if p95 >= MOST else ""
            over += p95 >= MOST
            print(f"{base.name:9} {what:11} {name:36} {found:3} rows  p50 {p50:7.2f}  p95 {p95:7.2f}  max {most:7.2f} ms{mark}", flush=True)
        busy = noisy(server, address)
        sentry = server.command("integration", "show", "sentry")["id"]
        visitor = pages.Visitor(address, server.command("user", "owner-link")["url"])
        return over, pages.report(base.name, visitor, services, integrations, sentry, ONE, HOT, busy)


def main():
    program, stores = sys.argv[1], sys.argv[2:]
    over, pages_over = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for store in stores:
            base = Sqlite(work) if store == "sqlite" else Postgres(os.environ["BENCH_CLUSTER"])
            more = bench(base, program, work / "run" if store != "sqlite" else work)
            over, pages_over = over + more[0], pages_over + more[1]
    print(f"{over} lists over {MOST:.0f} ms" if over else f"every list under {MOST:.0f} ms at the 95th percentile")
    bounds = f"{pages.MOST:.0f} ms or {pages.BYTES // 1000} kB"
    print(f"{pages_over} pages over {bounds}" if pages_over else f"every page under {bounds}")
    sys.exit(1 if over or pages_over else 0)


main()
