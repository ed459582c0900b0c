"""What monitoring/ ships, read as text: values, words, and that everything is explained."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

MONITORING = Path(__file__).parents[2] / "monitoring"
RULES = sorted((MONITORING / "prometheus/rules").glob("*.yml"))
DASHBOARDS = sorted((MONITORING / "grafana/dashboards").glob("*.json"))


def render(*what, **environment):
    """The configuration as an operator gets it, and what was complained of."""
    ended = subprocess.run(
        [MONITORING / "render", *what], env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )
    return ended.stdout, ended.stderr


def alerts():
    return [name for rules in RULES for name in re.findall(r"- alert: (\w+)", rules.read_text())]


class Shipped(unittest.TestCase):
    def test_the_intervals_are_those_promised(self):
        prometheus, complaints = render("prometheus")
        self.assertEqual(complaints, "")
        for line in ["scrape_interval: 5s", "evaluation_interval: 5s"]:
            self.assertIn(line, prometheus)
        alertmanager, _ = render("alertmanager", WEBHOOK_URL="https://hooks.example/x")
        for line in ["group_interval: 3m", "repeat_interval: 3m", "group_by: [alertname]"]:
            self.assertIn(line, alertmanager)
        for name in ("ProcessDown", "BackendLost"):
            rule = re.search(rf"alert: {name}\n(?:.*\n)*?\s+for: (\w+)", RULES_TEXT)
            self.assertEqual(rule.group(1), "15s")

    def test_what_is_rendered_is_accepted(self):
        mail = {"MAIL_TO": "on-call@chat.example", "MAIL_FROM": "alerts@chat.example",
                "SMTP_HOST": "mail.chat.example:587", "SMTP_USER": "alerts",
                "SMTP_PASSWORD_FILE": "/run/secrets/smtp"}
        hook = {"WEBHOOK_URL": "https://hooks.example/T0/B0?key=x&a=b"}
        heart = {"HEARTBEAT_URL": "https://heart.example/0f-1e"}
        for environment in (mail, hook, mail | hook, hook | heart):
            text, complaints = render("alertmanager", **environment)
            self.assertEqual(complaints, "")
            self.accepted(["amtool", "check-config", "/dev/stdin"], text)
            for value in environment.values():
                self.assertIn(value, text)
        text, _ = render("prometheus")
        self.accepted(["promtool", "check", "config", "/dev/stdin"], text)

    def accepted(self, command, text):
        judged = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)

    def test_no_value_brings_a_key_of_its_own(self):
        for name, value in [
            ("AUX_ADMIN", 'a:1", x: "'), ("HOST_EXPORTERS", "a:1] }"), ("SCRAPE_INTERVAL", "soon"),
            ("RULES", "/a b"), ("EDGE_EXPORTERS", "nowhere"), ("HOST_EXPORTER_PORT", "0"),
        ]:
            text, complaints = render("prometheus", **{name: value})
            self.assertEqual(text, "", name)
            self.assertIn(name, complaints)
        text, complaints = render("prometheus", EDGE_EXPORTERS="none")
        self.assertEqual((complaints, text.count("targets: []")), ("", 1))
        self.accepted(["promtool", "check", "config", "/dev/stdin"], text)
        hook = {"WEBHOOK_URL": "https://hooks.example/"}
        for environment in (
            {}, {"MAIL_TO": "a@b.example"}, {"WEBHOOK_URL": 'http://a" }'},
            {"HEARTBEAT_URL": "https://heart.example/"}, hook | {"HEARTBEAT_URL": "heart"},
        ):
            text, complaints = render("alertmanager", **environment)
            self.assertEqual(text, "", environment)
            self.assertIn("render:", complaints)

    def test_alerts_name_the_runbook_where_it_is(self):
        page = "https://wiki.example/ops/runbook?v=2&w=1"
        with tempfile.TemporaryDirectory() as folder:
            _, complaints = render("rules", folder, RUNBOOK_URL=page)
            self.assertEqual(complaints, "")
            rules = {path.name: path.read_text() for path in Path(folder).iterdir()}
            self.assertEqual(set(rules), {path.name for path in RULES})
            linked = [line for text in rules.values() for line in text.splitlines()
                      if f"runbook: {page}#" in line]
            self.assertEqual(len(linked), len(alerts()))
            self.accepted(["promtool", "check", "rules", *Path(folder).iterdir()], "")
        with tempfile.TemporaryDirectory() as folder:
            for url in ('x" y', "https://a b", "https://wiki.example/#top"):
                _, complaints = render("rules", folder, RUNBOOK_URL=url)
                self.assertIn("RUNBOOK_URL", complaints)
            self.assertEqual(list(Path(folder).iterdir()), [])

    def test_the_image_starts_what_can_be_linked_to(self):
        for what, program, port in (("prometheus", "prometheus", 9090),
                                    ("alertmanager", "prometheus-alertmanager", 9093)):
            for given, expected in ({}, f"http://localhost:{port}"), (
                {"EXTERNAL_URL": "https://ops.example/p/"}, "https://ops.example/p/"
            ):
                with tempfile.TemporaryDirectory() as folder:
                    stub = Path(folder, program)
                    stub.write_text('#!/bin/sh\necho "$@"\n')
                    stub.chmod(0o755)
                    environment = {
                        "PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": folder,
                        "LISTEN": f"127.0.0.1:{port}", "WEBHOOK_URL": "https://hooks.example/",
                    }
                    started = subprocess.run([MONITORING / "start", what], env=environment | given,
                                             capture_output=True, text=True, check=True)
                self.assertIn(f" --web.external-url={expected} --web.route-prefix=/ ", started.stdout)

    def test_no_alert_hides_what_is_not_of_its_own(self):
        text, _ = render("alertmanager", WEBHOOK_URL="https://hooks.example/x")
        rules = text.split("inhibit_rules:")[1].split("receivers:")[0].split("- source_matchers:")[1:]
        self.assertEqual(len(rules), 8)
        # Alerts of which the whole fleet has one.
        whole = {"RouterMissing", "NoBackendTakesRooms"}
        for rule in rules:
            source = re.search(r"alertname = (\w+)", rule).group(1)
            self.assertEqual("equal:" in rule, source not in whole, rule)
            for name in re.findall(r"[A-Z]\w+[a-z]", rule):
                self.assertIn(name, alerts())

    def test_every_alert_has_its_entry_in_the_runbook_and_its_two_tests(self):
        runbook = (MONITORING / "RUNBOOK.md").read_text()
        tests = "".join(path.read_text() for path in (MONITORING / "prometheus/tests").glob("*"))
        self.assertEqual(sorted(re.findall(r"^## (\w+)$", runbook, re.M)), sorted(alerts()))
        for name in alerts():
            self.assertIn(f"runbook: RUNBOOK.md#{name.lower()}\n", RULES_TEXT)
            self.assertIn(f'"{name} fires: ', tests)
            self.assertIn(f'"{name} is silent: ', tests)

    def test_every_panel_says_what_to_look_for(self):
        titles = set()
        for path in DASHBOARDS:
            dashboard = json.loads(path.read_text())
            titles.add(dashboard["title"])
            ids = [panel["id"] for panel in dashboard["panels"]]
            self.assertEqual(len(ids), len(set(ids)), path.name)
            for panel in dashboard["panels"]:
                self.assertRegex(panel["description"], r"^[^a-z].{20,}\.$", panel["title"])
                self.assertEqual(panel["datasource"]["uid"], "instantchat")
        self.assertEqual(titles, {
            "Rooms and people", "Delivery", "Placement and moves", "Processes and hosts",
            "Files and previews", "Edge",
        })


RULES_TEXT = "".join(path.read_text() for path in RULES)
