"""The one process that is all of instantchat, watched by the same rules as a fleet."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from receivers import Hook
from watched import BINARIES, Watch, eventually, free_ports

BINARY = os.environ.get("INSTANTCHAT_BIN", BINARIES / "instantchat")


class Alone(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="instantchat-alone-"))
        self.addCleanup(shutil.rmtree, self.folder)
        data = self.folder / "data"
        data.mkdir()
        public, admin = (f"127.0.0.1:{port}" for port in free_ports(2))
        self.process = subprocess.Popen(
            [BINARY, "--listen", public, "--admin-listen", admin, "--data-dir", data],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        self.hook = Hook()
        self.addCleanup(self.hook.server_close)
        self.addCleanup(self.hook.shutdown)
        site = {"processes": {"aux-srv": {"admin": admin}}}
        self.watch = Watch(self.folder, site, {"WEBHOOK_URL": self.hook.url})
        self.addCleanup(self.watch.end)

    def test_it_is_found_is_silent_while_it_works_and_is_missed(self):
        found = eventually("it is watched", lambda: self.watch.query('up{job="instantchat"} == 1'))
        self.assertEqual([one["metric"]["process"] for one in found], ["instantchat"])
        eventually("every rule is computed many times", lambda: (self.watch.value(
            "min(prometheus_rule_group_iterations_total)") or 0) > 10)
        firing = [one["metric"]["alertname"] for one in
                  self.watch.query('ALERTS{alertstate="firing",alertname!~"Host.*|Watchdog"}')]
        self.assertEqual(firing, [])
        self.process.kill()
        after = time.monotonic()
        eventually("it is missed", lambda: self.hook.told("RouterMissing", "firing", "", after))
