"""A loaded fleet, watched by what monitoring/ ships with short intervals: every query finds
something, and who is killed is missed."""

import asyncio
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

import crowd
import pictures
from shipped import DASHBOARDS, RULES, render

BINARIES = Path(os.environ["FLEET_BINARIES"])
# Where pictures of the dashboards go, if they are wanted.
PICTURES = os.environ.get("PICTURES")
# What Grafana would put in for its variable: four scrapes and some.
RATE_INTERVAL = "15s"
METRIC = r"(?<![\w:])(?:(?:instance|instantchat)[:_]|node_|nginx_|prometheus_|alertmanager_|up\b)[\w:]*(?:\{[^}]*\})?"


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def eventually(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)
    return result


class Hook(http.server.ThreadingHTTPServer):
    """What Alertmanager tells."""

    def __init__(self):
        notices = self.notices = []

        class Take(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                notices.append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Take)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def told(self, alert, status, name):
        """Whether an alert about a process was told."""
        return any(
            one["labels"]["alertname"] == alert and one["status"] == status
            and one["labels"].get("name", name) == name
            for notice in self.notices for one in notice["alerts"]
        )


class Watch:
    """Prometheus, Alertmanager and the exporters, beside a fleet."""

    def __init__(self, folder, site, hook):
        prometheus, alertmanager, host, edge = free_ports(4)
        self.url = f"http://127.0.0.1:{prometheus}"
        rules = folder / "rules"
        rules.mkdir()
        for path in RULES:
            # Whoever waits for seconds waits for one; the shipped durations are read as text.
            text = re.sub(r"for: \d+s", "for: 1s", path.read_text())
            rules.joinpath(path.name).write_text(text)
        short = {f"{name}_INTERVAL": "1s" for name in ("SCRAPE", "EVALUATION", "DISCOVERY")}
        text, complaints = render(
            "prometheus", **short, SCRAPE_TIMEOUT="1s", RULES=str(rules),
            AUX_ADMIN=site["processes"]["aux-srv"]["admin"], PROMETHEUS=f"127.0.0.1:{prometheus}",
            ALERTMANAGERS=f"127.0.0.1:{alertmanager}", HOST_EXPORTERS=f"127.0.0.1:{host}",
            HOST_EXPORTER_PORT=str(host), EDGE_EXPORTERS=f"127.0.0.1:{edge}",
        )
        assert not complaints, complaints
        folder.joinpath("prometheus.yml").write_text(text)
        text, complaints = render(
            "alertmanager", GROUP_WAIT="1s", REPEAT_INTERVAL="3s",
            WEBHOOK_URL=f"http://127.0.0.1:{hook.server_port}/",
        )
        assert not complaints, complaints
        folder.joinpath("alertmanager.yml").write_text(text)
        self.processes = [
            subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL,
                stderr=folder.joinpath(f"{command[0]}.log").open("w"),
            )
            for command in (
                ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                 f"--web.listen-address=127.0.0.1:{prometheus}"],
                ["prometheus-alertmanager", "--config.file=alertmanager.yml",
                 "--storage.path=alerts", "--cluster.listen-address=",
                 f"--web.listen-address=127.0.0.1:{alertmanager}"],
                ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{host}"],
                ["prometheus-nginx-exporter", f"-web.listen-address=127.0.0.1:{edge}",
                 f"-nginx.scrape-uri=http://{site['status']}/status"],
            )
        ]

    def ask(self, what, **form):
        form = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.url}/api/v1/{what}", form or None, timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """The series that an expression has now."""
        try:
            return self.ask("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error
        except urllib.error.URLError:
            # It is starting.
            return []

    def rules(self):
        """The rules, as Prometheus understood them."""
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]

    def value(self, expression):
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else None

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()


class Watched(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="instantchat-watched-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.fleet = subprocess.Popen(
            [BINARIES / "fleet", "--binaries", BINARIES, "--backends", "2", "--file-servers", "2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        cls.addClassCleanup(cls.end_fleet)
        cls.site = json.loads(cls.fleet.stdout.readline())
        cls.hook = Hook()
        cls.addClassCleanup(cls.hook.shutdown)
        cls.watch = Watch(cls.folder, cls.site, cls.hook)
        cls.addClassCleanup(cls.watch.end)
        cls.crowd = crowd.Crowd(cls.site)
        threading.Thread(target=lambda: asyncio.run(cls.crowd.live()), daemon=True).start()
        eventually("the crowd hears itself", lambda: all(v.heard > 9 for v in cls.crowd.visitors))
        for _ in range(4):
            crowd.upload(cls.site, cls.crowd.visitors[0].grant)
        crowd.request(cls.site, "GET", "/api/rooms/watched-1")
        crowd.request(cls.site, "GET", "/")
        posts = f'sum(increase(instantchat_events_total{{kind="posted"}}[{RATE_INTERVAL}]))'
        eventually("posts are counted", lambda: (cls.watch.value(posts) or 0) > 50)
        uploads = 'sum(instantchat_uploads_total{outcome="stored"})'
        eventually("uploads are counted", lambda: cls.watch.value(uploads) == 4)
        # Rules that build on rules need another round or two.
        time.sleep(5)

    @classmethod
    def end_fleet(cls):
        cls.fleet.communicate()

    def command(self, line):
        self.fleet.stdin.write(line + "\n")
        self.fleet.stdin.flush()
        answer = json.loads(self.fleet.stdout.readline())
        self.assertNotIn("error", answer)

    def test_1_every_process_and_machine_is_found(self):
        found = {one["metric"]["name"]: one["metric"]["process"]
                 for one in self.watch.query('up{job="instantchat"} == 1')}
        self.assertEqual(found, {
            "aux-srv": "aux-srv", "backend-1": "backend", "backend-2": "backend",
            "file-srv-01": "file-srv", "file-srv-02": "file-srv",
        })
        self.assertEqual(self.watch.value('count(up{job="host"} == 1)'), 1, "each machine once")

    def test_2_every_query_of_a_dashboard_finds_something(self):
        for path in DASHBOARDS:
            for panel in json.loads(path.read_text())["panels"]:
                for target in panel["targets"]:
                    query = target["expr"].replace("$__rate_interval", RATE_INTERVAL)
                    with self.subTest(dashboard=path.stem, panel=panel["title"], query=query):
                        self.assertTrue(self.watch.query(query))

    def test_3_every_selector_of_a_rule_matches_something(self):
        for rule in self.watch.rules():
            selectors = set(re.findall(METRIC, rule["query"]))
            self.assertTrue(selectors, rule["query"])
            for selector in selectors:
                with self.subTest(rule=rule["name"], selector=selector):
                    self.assertTrue(self.watch.query(selector))
            if rule["type"] == "recording":
                with self.subTest(record=rule["name"]):
                    self.assertTrue(self.watch.query(rule["name"]))

    def test_4_no_rule_fails_and_nothing_is_wrong(self):
        self.assertEqual(self.watch.value("sum(prometheus_rule_evaluation_failures_total)"), 0)
        firing = [one["metric"]["alertname"] for one in
                  self.watch.query('ALERTS{alertstate="firing",alertname!~"Host.*"}')]
        self.assertEqual(firing, [], "a healthy fleet is silent, whatever its machine does")

    def test_5_a_killed_backend_is_missed_and_its_return_is_told(self):
        self.command("kill backend-1")
        eventually("it is told", lambda: self.hook.told("ProcessDown", "firing", "backend-1"))
        lost = 'ALERTS{alertstate="firing",alertname="BackendLost"}'
        eventually("the router misses it too", lambda: self.watch.query(lost))
        self.assertFalse(self.hook.told("BackendLost", "firing", ""), "one notice is enough")
        self.command("start backend-1")
        eventually("it is resolved", lambda: self.hook.told("ProcessDown", "resolved", "backend-1"))

    def test_6_a_new_backend_is_watched_without_an_edit(self):
        self.command("add")
        new = 'up{job="instantchat",name="backend-3"} == 1'
        eventually("the third backend is watched", lambda: self.watch.query(new))

    def test_7_the_dashboards_can_be_drawn(self):
        if not PICTURES:
            self.skipTest("PICTURES names no folder for them")
        time.sleep(60)
        pictures.draw(DASHBOARDS, self.watch, 120, RATE_INTERVAL, Path(PICTURES))
