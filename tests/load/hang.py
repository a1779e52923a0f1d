"""Webhooks of a Sentry that answers, hangs, or is not connected: tests/load/hang says how it is run."""

import atexit
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIXTURES = Path("tests/fixtures/sentry-api")
BODY = "tests/load/sentry.json"
RATE = os.environ.get("BENCH_RATE", "200")
CONNECTIONS = os.environ.get("BENCH_CONNECTIONS", "16")
SECONDS = os.environ.get("BENCH_SECONDS", "5")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
MOST_MS = 100


class Sentry:
    """A server that knows one organization and any issue."""

    def __init__(self):
        self.hangs = threading.Event()
        self.stop = threading.Event()
        self.asked = 0
        event = (FIXTURES / "latest_event_response.json").read_bytes()
        committers = (FIXTURES / "committers_response.json").read_bytes()
        sentry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                sentry.asked += 1
                if sentry.hangs.is_set():
                    sentry.stop.wait()
                    return
                path = self.path.split("?")[0]
                if path.endswith("/events/latest/"):
                    body = event
                elif path.endswith("/committers/"):
                    body = committers
                elif "/issues/" in path:
                    body = json.dumps(
                        {"id": "1", "title": "ValueError", "level": "error", "status": "unresolved", "count": "3"}
                    ).encode()
                elif path.endswith("/projects/"):
                    body = b"[]"
                elif path.endswith("/organizations/"):
                    body = b'[{"id": "1", "slug": "acme", "name": "Acme"}]'
                elif "/organizations/" in path:
                    body = b'{"id": "1", "slug": "acme", "name": "Acme"}'
                else:
                    body = b'{"version": "0", "auth": {"scopes": ["org:read", "project:read", "event:read"]}}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                # Whoever asked has given up.
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"


class Watchbell:
    """A server on a fresh SQLite file."""

    def __init__(self, binaries, sentry):
        self.folder = tempfile.TemporaryDirectory()
        self.binary = binaries / "watchbell"
        place = Path(self.folder.name)
        self.env = {
            "WATCHBELL__DATABASE__URL": f"sqlite:{place}/watchbell.db",
            "WATCHBELL__VAULT__KEY_FILE": f"{place}/master.key",
            "WATCHBELL__FIRST_RUN__FILE": f"{place}/first-run.txt",
            "WATCHBELL__SERVER__LISTEN": "127.0.0.1:0",
            "WATCHBELL__LOG__FILTER": "error",
            "WATCHBELL__MAINTENANCE__CHECK_HOURS": "0",
        }
        if sentry:
            self.env["WATCHBELL__OUTBOUND__ORIGINS"] = sentry.base
        self.process = subprocess.Popen([self.binary, "serve"], env=self.env, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        for line in self.process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.url = found[0]
                break
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.cli("integration", "set", "sentry", "--rate-limit", "0")
        shown = self.cli("integration", "show", "sentry", "--reveal")
        self.hook = f"{self.url}/webhooks/{shown['routing_key']}"
        self.key = self.cli("key", "create", "bench", "--scope", "integrations:write")["token"]
        until("the key is known", self.knows_key)
        if sentry:
            identity = shown["id"]
            body = {"token": "any-token-that-it-takes", "base_url": sentry.base}
            self.api("POST", f"/integrations/{identity}/connections", body)

    def cli(self, *arguments):
        done = subprocess.run([self.binary, "--json", *arguments], env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def api(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.add_note(error.read().decode())
            raise

    def knows_key(self):
        try:
            return self.api("GET", "/auth/verify")
        except urllib.error.HTTPError:
            return None

    def waiting(self):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:
            found = re.search(r"^watchbell_jobs_waiting (\d+)", answer.read().decode(), re.MULTILINE)
        return int(found[1])

    def shot(self, paced):
        arguments = [paced, self.hook, BODY, RATE, CONNECTIONS, SECONDS]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.removeprefix("RESULT "))


def until(what, is_so):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.2)
    sys.exit(f"not within two minutes: {what}")


def main():
    binaries = Path(sys.argv[1])
    answers, hangs = Sentry(), Sentry()
    servers = {
        "not connected": Watchbell(binaries, None),
        "answers": Watchbell(binaries, answers),
        "hangs": Watchbell(binaries, hangs),
    }
    hangs.hangs.set()
    results = {name: [] for name in servers}
    try:
        for number in range(ROUNDS):
            print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
            for name, server in servers.items():
                results[name].append(server.shot(binaries / "examples" / "paced"))
                if name == "answers":
                    # What it still asks about would take its share of the next shot.
                    until("its jobs are done", lambda: servers["answers"].waiting() == 0)
        left = servers["hangs"].waiting()
    finally:
        for server in servers.values():
            server.process.terminate()
    print(f"an open loop of {RATE} new issues a second over {CONNECTIONS} connections; {SECONDS} s a shot,")
    print(f"median of {ROUNDS} interleaved rounds; p99 of each round in brackets")
    median = {name: statistics.median(shot["p99_ms"] for shot in shots) for name, shots in results.items()}
    wrong = []
    for name, shots in results.items():
        p50 = statistics.median(shot["p50_ms"] for shot in shots)
        longest = max(shot["max_ms"] for shot in shots)
        each = ", ".join(f"{shot['p99_ms']:.1f}" for shot in shots)
        taken = sum(count for shot in shots for count in shot["codes"].values())
        refused = taken - sum(shot["codes"].get("202", 0) for shot in shots) + sum(shot["socket_errors"] for shot in shots)
        print(
            f"{name:14} p50 {p50:6.2f} ms  p99 {median[name]:6.2f} ms [{each}]  longest {longest:.1f} ms  "
            f"{taken} sent, {refused} not taken"
        )
        if refused:
            wrong.append(f"{name}: {refused} webhooks were not taken")
    print(f"asked while it answered: {answers.asked}; while it hung: {hangs.asked}, and {left} jobs wait")
    print(f"p99 beside one that hangs: {median['hangs'] / median['not connected']:.2f} of not connected,")
    print(f"                           {median['hangs'] / median['answers']:.2f} of one that answers")
    if median["hangs"] >= MOST_MS:
        wrong.append(f"a p99 of {MOST_MS} ms or more beside a Sentry that hangs")
    if left == 0 or answers.asked < 100:
        wrong.append("nothing was asked: this measures nothing")
    if wrong:
        sys.exit("\n".join(wrong))


main()
