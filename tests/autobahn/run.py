#!/usr/bin/env python3
"""Runs Autobahn's fuzzing client against the echo built from our WebSocket code.

Two runs: cases 1-7, 9 and 10 with a limit above their largest message, where no
case may fail; then case 9 at the shipped limit, where every message above it
must be answered with close 1009. The test suite is a program of Python 2.7; it
is installed once into a cache outside the clone.

Exit codes: 0 all well, 1 a case failed, 2 it could not be run.
"""

import argparse
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

SUITE = "autobahntestsuite==25.10.1"
# The last line of virtualenv that makes environments of Python 2.7.
VIRTUALENV = "virtualenv<20.22"

# The largest message of case 9 has 16 MiB.
MESSAGE_BYTES_MAX = 16 * 1024 * 1024 + 1024
# The echo answers one message at a time, whole.
OUTBOX_BYTES_MAX = MESSAGE_BYTES_MAX + 1024

CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
CASES_COUNT = 301
LIMIT_CASES = ["9.*"]
LIMIT_CASES_COUNT = 54
# The cases of 9 whose messages have 64 KiB or less; the others have 256 KiB or more.
BELOW_THE_LIMIT = ("9.1.1", "9.2.1", "9.7.", "9.8.")

GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}

START_SECONDS_MAX = 30
RUN_SECONDS_MAX = 600

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class CannotRun(Exception):
    """Something that the run needs is missing."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--echo", help="an echo that is already built")
    parser.add_argument("--report", type=pathlib.Path, help="where to keep Autobahn's reports")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        wstest = install_suite()
        echo = arguments.echo or build_echo()
        report = arguments.report or pathlib.Path(tempfile.mkdtemp(prefix="autobahn-"))
        large = [
            "--message-bytes-max", str(MESSAGE_BYTES_MAX),
            "--outbox-bytes-max", str(OUTBOX_BYTES_MAX),
        ]
        all_cases = run_suite(wstest, [echo, *large], CASES, report / "all")
        at_limit = run_suite(wstest, [echo], LIMIT_CASES, report / "limit")
    except (CannotRun, OSError, subprocess.SubprocessError) as error:
        print(f"autobahn: cannot run: {error}", file=sys.stderr)
        return 2
    failures = judge_all(all_cases) + judge_limit(at_limit)
    for failure in failures:
        print(f"autobahn: {failure}")
    if failures:
        print(f"autobahn: reports are in {report}")
    elif not arguments.report:
        shutil.rmtree(report)
    print(summary(all_cases, at_limit, failures, time.monotonic() - started))
    return 1 if failures else 0


def judge_all(cases):
    """What is wrong with the first run."""
    failures = count_failure(cases, CASES_COUNT, "all cases")
    for case, result in cases.items():
        if result["behavior"] not in GOOD or result["behaviorClose"] not in GOOD:
            failures.append(f"case {case}: {result['behavior']}, close {result['behaviorClose']}")
    return failures


def judge_limit(cases):
    """What is wrong with the run at the shipped limit."""
    failures = count_failure(cases, LIMIT_CASES_COUNT, "cases at the limit")
    for case, result in cases.items():
        if case.startswith(BELOW_THE_LIMIT):
            if result["behavior"] not in GOOD:
                failures.append(f"case {case} below the limit: {result['behavior']}")
        elif result["remoteCloseCode"] != 1009:
            failures.append(f"case {case} at the limit: close {result['remoteCloseCode']}, not 1009")
    return failures


def count_failure(cases, expected, what):
    """A suite that ran fewer cases than it has proves nothing."""
    return [] if len(cases) == expected else [f"{what}: {len(cases)} ran, not {expected}"]


def summary(all_cases, at_limit, failures, seconds):
    kinds = {}
    for result in all_cases.values():
        kinds[result["behavior"]] = kinds.get(result["behavior"], 0) + 1
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    too_big = sum(result["remoteCloseCode"] == 1009 for result in at_limit.values())
    verdict = f"{len(failures)} FAILURES" if failures else "passed"
    return (
        f"autobahn: {verdict}: {len(all_cases)} cases ({counts}); at the shipped limit "
        f"{len(at_limit)} cases, {too_big} of them closed with 1009; {seconds:.0f} s"
    )


def run_suite(wstest, echo, cases, report):
    """One run of the fuzzing client; gives Autobahn's index of results by case."""
    report.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(echo, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if not select.select([server.stdout], [], [], START_SECONDS_MAX)[0]:
            raise CannotRun("the echo printed no address in time")
        url = server.stdout.readline().strip()
        if not url.startswith("ws://"):
            raise CannotRun(f"the echo printed no address but {url!r}")
        specification = report / "specification.json"
        specification.write_text(json.dumps({
            "outdir": str(report),
            "servers": [{"agent": "instantchat", "url": url}],
            "cases": cases,
            "exclude-cases": [],
            "exclude-agent-cases": {},
        }))
        log = report / "wstest.log"
        with log.open("w") as output:
            command = [wstest, "-m", "fuzzingclient", "-s", str(specification)]
            ended = subprocess.run(
                command, cwd=report, stdout=output, stderr=output, timeout=RUN_SECONDS_MAX
            )
        index = report / "index.json"
        if ended.returncode != 0 or not index.exists():
            raise CannotRun(f"wstest ended with {ended.returncode}; its log is {log}")
        return json.loads(index.read_text())["instantchat"]
    finally:
        server.kill()
        server.wait()


def build_echo():
    """Builds the echo and asks cargo where it is."""
    command = [
        "cargo", "build", "--quiet", "--package", "backend", "--example", "websocket_echo",
        "--message-format", "json-render-diagnostics",
    ]
    built = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        raise CannotRun("the echo does not build")
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "websocket_echo":
            return message["executable"]
    raise CannotRun("cargo named no echo")


def install_suite():
    """The path of `wstest`, installed at the first run."""
    environment = cache_folder() / SUITE.replace("==", "-")
    wstest = environment / "bin" / "wstest"
    complete = environment / "complete"
    if complete.exists():
        return str(wstest)
    python2 = find_python2()
    print(f"autobahn: installing {SUITE} into {environment}", flush=True)
    # What an interrupted installation left is not to be trusted.
    shutil.rmtree(environment, ignore_errors=True)
    environment.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        helper = pathlib.Path(folder)
        call(sys.executable, "-m", "venv", helper)
        call(helper / "bin" / "pip", "install", "--quiet", VIRTUALENV)
        call(helper / "bin" / "virtualenv", "--quiet", "--python", python2, environment)
    call(environment / "bin" / "pip", "install", "--quiet", SUITE)
    complete.touch()
    return str(wstest)


def call(*command):
    """Runs a step of the installation, showing its output only if it fails."""
    command = [str(word) for word in command]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != 0:
        raise CannotRun(f"{' '.join(command)}:\n{ended.stdout}")


def cache_folder():
    if os.environ.get("INSTANTCHAT_CACHE"):
        return pathlib.Path(os.environ["INSTANTCHAT_CACHE"]).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "instantchat"


def find_python2():
    """A Python 2.7 that starts: from the path, or one of pyenv's versions."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv")
    candidates = [shutil.which(name) for name in ("python2.7", "python2")]
    candidates += sorted(root.glob("versions/2.7*/bin/python2.7"), reverse=True)
    for candidate in filter(None, candidates):
        # pyenv's shims are on the path also where no version answers to them.
        check = [str(candidate), "-c", "import sys; sys.exit(sys.version_info[:2] != (2, 7))"]
        if subprocess.run(check, stderr=subprocess.DEVNULL).returncode == 0:
            return str(candidate)
    raise CannotRun(
        "no Python 2.7, which Autobahn's test suite needs: "
        "neither on the path nor among pyenv's versions (pyenv install 2.7.18)"
    )


if __name__ == "__main__":
    sys.exit(main())
