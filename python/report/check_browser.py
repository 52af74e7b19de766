# SPDX-License-Identifier: Apache-2.0
"""The page of make report (SOFA_REPORT) in a browser: it opens, every chart has marks, nothing is fetched.

And that the test would notice."""

import os
import pathlib
import re
import tempfile
import unittest

import plotly.graph_objects as go

import browser
import page

REPORT = pathlib.Path(os.environ["SOFA_REPORT"])
ALWAYS = {"engines": 40, "pairs": 1, "loss": 4, "front": 10, "bytes": 4}  # charts, and the marks that they have at least


def without_policy(text):
    """So that the browser shows what the page would fetch if it might."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text, count=1)


class Browser(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = pathlib.Path(self.directory.name) / "page.html"

    def look_at(self, text):
        self.path.write_text(text, encoding="utf-8")
        return browser.look(self.path)

    def test_report(self):
        marks, asked, console = browser.look(REPORT)
        self.assertEqual((asked, console), ([], []))
        for chart, least in ALWAYS.items():
            self.assertGreaterEqual(marks.get(chart, 0), least, f"{chart}: {marks}")
        self.assertTrue(all(marks.values()), marks)

    def test_nothing_is_fetched(self):
        text = REPORT.read_text(encoding="utf-8")
        self.assertNotEqual(without_policy(text), text)
        _, asked, _ = self.look_at(without_policy(text))
        self.assertEqual(asked, [])

    def test_is_noticed(self):
        """A picture from elsewhere, a chart without data; the policy holds."""
        sections = [
            page.Section("full", "Full", "", "", go.Figure(go.Bar(x=["a", "b"], y=[1, 2]))),
            page.Section("empty", "Empty", "", "", go.Figure()),
        ]
        text = page.page("x", "y", sections).replace("<h1>", '<img src="http://sofa.invalid/a.png"><h1>', 1)
        marks, asked, console = self.look_at(without_policy(text))
        self.assertEqual(marks, {"full": 2, "empty": 0})
        self.assertEqual(asked, ["http://sofa.invalid/a.png"])
        _, asked, console = self.look_at(text)
        self.assertEqual(asked, [])
        self.assertTrue(any("Content Security Policy" in line for line in console), console)


if __name__ == "__main__":
    unittest.main()
