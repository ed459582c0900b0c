"""Draws the dashboards without Grafana: the same panels, queries, titles and sentences, as one
HTML page each, of a fleet that is watched. For the pictures in monitoring/README.md."""

import html
import json
import math
import re
import subprocess
import time

COLOURS = ["#2f7d5b", "#c2571a", "#3465a4", "#a3347f", "#8a7a12", "#5c5c5c", "#1a8a9c", "#b03030"]
LEGEND_MAX = 6
STEP_SECONDS = 1
STYLE = """body { font: 14px/1.4 "DejaVu Sans", sans-serif; margin: 16px; background: #f4f5f4; color: #222;
  width: 1240px } h1 { font-size: 20px; margin: 0 0 12px }
main { display: grid; grid-template-columns: repeat(24, 1fr); gap: 8px }
section { background: #fff; border: 1px solid #d8dcd8; border-radius: 4px; padding: 8px 10px }
h2 { font-size: 14px; margin: 0 } p { font-size: 11px; color: #5a5f5a; margin: 2px 0 6px }
strong { font-size: 30px; color: #2f7d5b } svg { width: 100%; height: 130px; display: block }
small { font-size: 10px; margin-right: 10px; white-space: nowrap }
text { font-size: 9px; fill: #777 }"""


def shown(value, unit):
    """A value as a person reads it."""
    if unit == "percentunit":
        return f"{100 * value:.3g} %"
    if unit == "s":
        for factor, name in ((1e6, "µs"), (1e3, "ms")):
            if value * factor < 1000:
                return f"{value * factor:.3g} {name}"
        for most, size, name in ((120, 1, "s"), (7200, 60, "min")):
            if value < most:
                return f"{value / size:.3g} {name}"
        return f"{value / 86400:.3g} days"
    base = 1024 if unit in ("bytes", "Bps") else 1000
    size = min(4, int(math.log(abs(value), base))) if abs(value) >= 1 else 0
    ending = {"bytes": "B", "Bps": "B/s", "short": ""}.get(unit, "/s")
    return f"{value / base ** size:.3g} {' kMGT'[size].strip()}{ending}".strip()


def label(template, metric):
    name = re.sub(r"\{\{(\w+)\}\}", lambda found: metric.get(found.group(1), ""), template or "")
    return name or ", ".join(f"{key}={value}" for key, value in metric.items()) or "value"


def lines(panel, watch, begin, end, rate_interval):
    for target in panel["targets"]:
        query = target["expr"].replace("$__rate_interval", rate_interval)
        found = watch.ask("query_range", query=query, start=begin, end=end, step=STEP_SECONDS)
        for one in found["result"]:
            points = [(at, float(value)) for at, value in one["values"]]
            points = [(at, value) for at, value in points if math.isfinite(value)]
            if points:
                yield label(target.get("legendFormat"), one["metric"]), points


def drawn(panel, watch, begin, end, rate_interval):
    unit = panel["fieldConfig"]["defaults"]["unit"]
    series = list(lines(panel, watch, begin, end, rate_interval))
    if panel["type"] == "stat":
        return f"<strong>{shown(series[0][1][-1][1], unit) if series else '–'}</strong>"
    # Those that move stand first, as only some have a place in the legend.
    series.sort(key=lambda one: -max(value for _, value in one[1]))
    top = max((value for _, points in series for _, value in points), default=0) or 1
    low = min(0, min((value for _, points in series for _, value in points), default=0))
    place = lambda at, value: (  # noqa: E731
        f"{40 + 560 * (at - begin) / (end - begin):.1f},{118 - 110 * (value - low) / (top - low):.1f}"
    )
    paths = "".join(
        f'<polyline fill="none" stroke-width="1.5" stroke="{COLOURS[n % len(COLOURS)]}" '
        f'points="{" ".join(place(*point) for point in points)}"/>'
        for n, (_, points) in enumerate(series)
    )
    legend = "".join(
        f'<small style="color:{COLOURS[n % len(COLOURS)]}">■ {html.escape(name)}</small>'
        for n, (name, _) in enumerate(series[:LEGEND_MAX])
    )
    return (
        '<svg viewBox="0 0 600 130" preserveAspectRatio="none">'
        '<path d="M40 8H600M40 63H600M40 118H600" stroke="#e4e7e4"/>'
        f'<text x="0" y="12">{shown(top, unit)}</text><text x="0" y="121">{shown(low, unit)}</text>'
        f"{paths}</svg>{legend}"
    )


def draw(dashboards, watch, seconds, rate_interval, folder):
    """Pages and pictures of all dashboards, of the last seconds."""
    end = time.time()
    for path in dashboards:
        dashboard = json.loads(path.read_text())
        panels = "".join(
            f'<section style="grid-column:span {panel["gridPos"]["w"]}">'
            f"<h2>{html.escape(panel['title'])}</h2><p>{html.escape(panel['description'])}</p>"
            f"{drawn(panel, watch, end - seconds, end, rate_interval)}</section>"
            for panel in dashboard["panels"]
        )
        rows = sum(panel["gridPos"]["w"] * (2 if panel["gridPos"]["w"] == 12 else 1)
                   for panel in dashboard["panels"])
        page = folder / f"{path.stem}.html"
        page.write_text(
            f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>"
            f"<h1>{html.escape(dashboard['title'])}</h1><main>{panels}</main>"
        )
        height = 80 + 118 * math.ceil(rows / 24)
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             f"--window-size=1272,{height}", f"--screenshot={folder / path.stem}.png", page],
            check=True, capture_output=True,
        )
