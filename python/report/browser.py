# SPDX-License-Identifier: Apache-2.0
"""A page in headless Chromium: the marks of its charts as drawn, and what it asks the network for. A proxy that is not there keeps it from
getting anything."""

import html.parser
import json
import pathlib
import subprocess
import tempfile

NOWHERE = "127.0.0.1:9"
OPTIONS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--proxy-server={NOWHERE}",
    "--virtual-time-budget=30000",
    "--window-size=1200,4000",
]
EMPTY = {"input", "br", "img", "meta", "link", "hr"}  # elements that have no end


class _Marks(html.parser.HTMLParser):
    """Paths of points and bars, lines, images of heat maps, by the chart that they are in."""

    def __init__(self):
        super().__init__()
        self.open, self.count = [], {}

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("id") or ""
        if name.startswith("chart-"):
            self.count.setdefault(name.removeprefix("chart-"), 0)
        if tag not in EMPTY:
            self.open.append((tag, (given.get("class") or "").split(), name))
        inside = {word for _, words, _ in self.open for word in words}
        drawn = tag == "path" and inside & {"point", "js-line"} and len(given.get("d") or "") > len("M0,0Z")
        if drawn or (tag == "image" and "heatmaplayer" in inside):
            chart = next((name for _, _, name in reversed(self.open) if name.startswith("chart-")), None)
            if chart:
                self.count[chart.removeprefix("chart-")] += 1

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                return


def _requests(log):
    """URLs that a page asked for; the browser's own requests have no origin. Files and data are not on a network."""
    found = json.loads(log.read_text())
    number = found["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in found["events"] if event["type"] == number and "url" in event.get("params", {})]
    return [
        one["url"] for one in asked if one.get("initiator") != "not an origin" and not one["url"].startswith(("file:", "data:", "blob:"))
    ]


def look(page, program="chromium"):
    """Chart to number of its marks; URLs that were asked for; lines of the page's console."""
    with tempfile.TemporaryDirectory(prefix="sofa-browser-") as directory:
        work = pathlib.Path(directory)
        log = work / "net.json"
        run = subprocess.run(
            [
                program,
                *OPTIONS,
                "--enable-logging=stderr",
                f"--user-data-dir={work / 'profile'}",
                f"--log-net-log={log}",
                "--dump-dom",
                pathlib.Path(page).resolve().as_uri(),
            ],
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        )
        marks = _Marks()
        marks.feed(run.stdout)
        return marks.count, _requests(log), [line for line in run.stderr.splitlines() if "CONSOLE" in line]
