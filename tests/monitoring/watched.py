"""A loaded fleet, watched by what monitoring/ ships with short intervals: every query finds
something, and who is killed is missed."""

import asyncio
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
from receivers import Hook, MailServer
from shipped import DASHBOARDS, MONITORING, render

BINARIES = Path(os.environ["FLEET_BINARIES"])
# Where pictures of the dashboards go, if they are wanted.
PICTURES = os.environ.get("PICTURES")
# What Grafana would put in for its variable: four scrapes and some.
RATE_INTERVAL = "15s"
# The least time between two notices of one kind.
REPEAT_SECONDS = 3
# A choice of which a fleet has the other: `alone` watches the process that is all of it.
ALONE = 'up{job="instantchat",process="instantchat"}'
# Rules that look at nothing: it is their point to fire whatever there is.
LOOK_AT_NOTHING = {"Watchdog"}
RUNBOOK_URL = "https://wiki.example/runbook"
OPERATOR = "on-call@chat.example"
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


def fleet_tls(folder):
    """The variables of a fleet whose processes call each other by TLS, under an authority made here."""
    def openssl(line):
        subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True)

    key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    folder.joinpath("names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl(f"req -x509 {key} -keyout ca-key.pem -out ca.pem -days 60 -subj /CN=watched")
    openssl(f"req {key} -keyout node-key.pem -out node.csr -subj /CN=watched")
    openssl("x509 -req -in node.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile names "
            "-days 60 -out node.pem")
    files = {"CA": "ca.pem", "CERTIFICATE": "node.pem", "KEY": "node-key.pem"}
    return [f"{daemon}__FLEET__TLS__{name}={folder / file}"
            for daemon in ("AUX_SRV", "BACKEND", "FILE_SRV") for name, file in files.items()]


def alternatives(selector):
    """A selector by a choice of values, as one selector for each of them."""
    choice = re.search(r'(\w+)=~"([\w|]+)"', selector)
    if not choice:
        return [selector]
    begin, end = selector[:choice.start()], selector[choice.end():]
    return [one for value in choice.group(2).split("|")
            for one in alternatives(f'{begin}{choice.group(1)}="{value}"{end}')]


class Watch:
    """Prometheus, Alertmanager and the exporters, beside a fleet. Without nginx there is neither its
    exporter nor a certificate of the site."""

    def __init__(self, folder, site, receivers):
        prometheus, alertmanager, host, edge = free_ports(4)
        self.url = f"http://127.0.0.1:{prometheus}"
        rules = folder / "rules"
        _, complaints = render("rules", rules, RUNBOOK_URL=RUNBOOK_URL)
        assert not complaints, complaints
        for path in rules.iterdir():
            # Whoever waits for seconds waits for one; the shipped durations are read as text.
            path.write_text(re.sub(r"for: \d+s", "for: 1s", path.read_text()))
        # When the site's certificate ends.
        folder.joinpath("textfiles").mkdir()
        has_edge = "status" in site
        if has_edge:
            certificate = Path(site["certificates"]) / "certificate.pem"
            subprocess.run(
                [MONITORING / "expiry", "site", certificate, folder / "textfiles/site.prom"], check=True
            )
        short = {f"{name}_INTERVAL": "1s" for name in ("SCRAPE", "EVALUATION", "DISCOVERY")}
        text, complaints = render(
            "prometheus", **short, SCRAPE_TIMEOUT="1s", RULES=str(rules),
            AUX_ADMIN=site["processes"]["aux-srv"]["admin"], PROMETHEUS=f"127.0.0.1:{prometheus}",
            ALERTMANAGERS=f"127.0.0.1:{alertmanager}", HOST_EXPORTERS=f"127.0.0.1:{host}",
            HOST_EXPORTER_PORT=str(host),
            EDGE_EXPORTERS=f"127.0.0.1:{edge}" if has_edge else "none",
        )
        assert not complaints, complaints
        folder.joinpath("prometheus.yml").write_text(text)
        text, complaints = render(
            "alertmanager", GROUP_WAIT="2s", REPEAT_INTERVAL=f"{REPEAT_SECONDS}s", **receivers,
        )
        assert not complaints, complaints
        folder.joinpath("alertmanager.yml").write_text(text)
        commands = [
            ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
             f"--web.listen-address=127.0.0.1:{prometheus}"],
            ["prometheus-alertmanager", "--config.file=alertmanager.yml",
             "--storage.path=alerts", "--cluster.listen-address=",
             f"--web.listen-address=127.0.0.1:{alertmanager}"],
            ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{host}",
             "--collector.textfile.directory=textfiles"],
        ]
        if has_edge:
            commands.append(
                ["prometheus-nginx-exporter", f"-web.listen-address=127.0.0.1:{edge}",
                 f"-nginx.scrape-uri=http://{site['status']}/status"]
            )
        self.processes = [
            subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL,
                stderr=folder.joinpath(f"{command[0]}.log").open("w"),
            )
            for command in commands
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
            [BINARIES / "fleet", "--binaries", BINARIES, "--backends", "2", "--file-servers", "2",
             *fleet_tls(cls.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        cls.addClassCleanup(cls.end_fleet)
        cls.site = json.loads(cls.fleet.stdout.readline())
        cls.hook, cls.heartbeat, cls.mail = Hook(), Hook(), MailServer()
        for receiver in (cls.hook, cls.heartbeat, cls.mail):
            cls.addClassCleanup(receiver.server_close)
            cls.addClassCleanup(receiver.shutdown)
        cls.watch = Watch(cls.folder, cls.site, {
            "WEBHOOK_URL": cls.hook.url, "HEARTBEAT_URL": cls.heartbeat.url, "MAIL_TO": OPERATOR,
            "MAIL_FROM": "alerts@chat.example", "SMTP_HOST": cls.mail.address, "SMTP_TLS": "false",
        })
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
        type(self).site = answer

    def test_1_every_process_and_machine_is_found(self):
        found = {one["metric"]["name"]: one["metric"]["process"]
                 for one in self.watch.query('up{job="instantchat"} == 1')}
        self.assertEqual(found, {
            "aux-srv": "aux-srv", "backend-1": "backend", "backend-2": "backend",
            "file-srv-01": "file-srv", "file-srv-02": "file-srv",
        })
        self.assertEqual(self.watch.value('count(up{job="host"} == 1)'), 1, "each machine once")
        certificates = self.watch.query("count by (use) (instantchat_certificate_not_after_timestamp_seconds)")
        counted = {one["metric"]["use"]: int(one["value"][1]) for one in certificates}
        self.assertEqual(counted, {"fleet": 5, "authority": 5, "site": 1})

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
            self.assertEqual(not selectors, rule["name"] in LOOK_AT_NOTHING, rule["query"])
            for selector in (one for several in selectors for one in alternatives(several)):
                with self.subTest(rule=rule["name"], selector=selector):
                    self.assertEqual(not self.watch.query(selector), selector == ALONE)
            if rule["type"] == "recording":
                with self.subTest(record=rule["name"]):
                    self.assertTrue(self.watch.query(rule["name"]))

    def test_4_no_rule_fails_and_nothing_is_wrong(self):
        self.assertEqual(self.watch.value("sum(prometheus_rule_evaluation_failures_total)"), 0)
        firing = [one["metric"]["alertname"] for one in
                  self.watch.query('ALERTS{alertstate="firing",alertname!~"Host.*|Watchdog"}')]
        self.assertEqual(firing, [], "a healthy fleet is silent, whatever its machine does")

    def test_5_a_killed_backend_is_missed_and_its_return_is_told(self):
        self.command("kill backend-1")
        eventually("it is told", lambda: self.hook.told("ProcessDown", "firing", "backend-1"))
        lost = 'ALERTS{alertstate="firing",alertname="BackendLost"}'
        eventually("the router misses it too", lambda: self.watch.query(lost))
        self.assertFalse(self.hook.told("BackendLost", "firing", "aux-srv"), "one notice is enough")
        link = f"{RUNBOOK_URL}#processdown"
        mail = eventually("a mail comes", lambda: self.mail.received("ProcessDown", "backend-1", link))
        self.assertEqual(mail["to"], OPERATOR)
        eventually("it is told anew", lambda: len(self.hook.pauses("ProcessDown")) >= 3)
        # Less what the way to the hook and its clock may take away.
        self.assertGreater(min(self.hook.pauses("ProcessDown")), REPEAT_SECONDS - 0.3)
        self.command("start backend-1")
        eventually("it is resolved", lambda: self.hook.told("ProcessDown", "resolved", "backend-1"))

    def test_6_a_new_backend_is_watched_without_an_edit(self):
        self.command("add")
        new = 'up{job="instantchat",name="backend-3"} == 1'
        eventually("the third backend is watched", lambda: self.watch.query(new))

    def test_7_who_is_down_hides_nothing_of_others(self):
        """A restarted router has never met backend-3, so that only its own alert tells of it."""
        self.command("end aux-srv")
        self.command("kill backend-3")
        self.command("start aux-srv")
        unmet = 'up{job="instantchat",name="backend-3"}'
        eventually("nobody looks for it", lambda: not self.watch.query(unmet))
        self.command("kill file-srv-2")
        eventually("another process is missed",
                   lambda: self.hook.told("ProcessDown", "firing", "file-srv-02"))
        after = time.monotonic()
        for alert in ("BackendLost", "FileServerLost"):
            eventually(f"{alert} is told meanwhile",
                       lambda alert=alert: self.hook.told(alert, "firing", "aux-srv", after))
        self.assertTrue(self.watch.query('ALERTS{alertstate="firing",alertname="ProcessDown"}'))
        backend = self.site["processes"]["backend-3"]["fleet"]
        eventually("it is named", lambda: self.mail.received("BackendLost", backend))

    def test_8_the_heart_beats_for_one_receiver_alone(self):
        eventually("it beats", lambda: self.heartbeat.told("Watchdog", "firing", ""))
        self.assertFalse(self.hook.told("Watchdog", "firing", ""))
        self.assertFalse(self.mail.received("Watchdog"))

    def test_9_the_dashboards_can_be_drawn(self):
        if not PICTURES:
            self.skipTest("PICTURES names no folder for them")
        time.sleep(60)
        pictures.draw(DASHBOARDS, self.watch, 120, RATE_INTERVAL, Path(PICTURES))
