# SPDX-License-Identifier: Apache-2.0
"""Pages of report.py from small files; a few seconds. SOFA_BIN is the directory of sofamodel."""

import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import charts
import engines
import report

BIN = pathlib.Path(os.environ["SOFA_BIN"])
STORED = report.ROOT / "tests/ppa/stored"


def rule(text, kept, change):
    return {"rule": text, "kept": kept, "change": change, "dense": 2.0, "windows": [{"window": 1}]}


def trial(number, cycles, error):
    return {"number": number, "feasible": True, "objectives": {"cycles": cycles, "error": error}, "parameters": {"mass": 0.1 * number}}


ACCURACY = {
    "model": "toy",
    "unit": "nats",
    "rules": [rule("--kept 8", 0.06, 0.05), rule("--kept 4", 0.03, 0.1), rule("--mass 0.01", 0.02, 0.01)],
}
STUDY = {
    "study": "front",
    "objectives": {"cycles": "minimize", "error": "maximize"},
    "feasible": 3,
    "ranked": 2,
    "trials": [trial(0, 10, 1.0), trial(1, 20, 2.0), trial(2, 30, 1.5)],
    "best": [trial(0, 10, 1.0), trial(1, 20, 2.0)],
}


class Charts(unittest.TestCase):
    def test_spans(self):
        self.assertEqual(
            engines.merge([("a", 0, 5), ("a", 6, 9), ("b", 10, 11), ("b", 20, 21)], 2), [["a", 0, 9], ["b", 10, 11], ["b", 20, 21]]
        )

    def test_lanes(self):
        tracks = {f"lane {n}": [("pairs", 0, 1)] for n in range(128)} | {"store": [], "predict": [("even blocks", 0, 1)]}
        shown, lanes = engines.shown(tracks)
        self.assertEqual((len(shown), lanes), (1 + engines.LANES, 128))

    def test_pairs(self):
        """Shares of cells that are cut by the edge, and not."""
        selected = np.zeros((300, 10), np.uint8)
        selected[:2, 3] = selected[2, 9] = 1
        share, high, wide = charts.share_of_pairs(selected)
        self.assertEqual((high, wide, share.shape), (2, 1, (150, 10)))
        self.assertEqual((share[0, 3], share[1, 9], share.sum()), (1, 0.5, 1.5))

    def test_loss(self):
        drawn = charts.loss(ACCURACY["rules"])
        self.assertEqual(
            [(t.name, list(t.x), list(t.y), list(t.text)) for t in drawn.data],
            [("by mass", [2.0], [1.0], ["0.01"]), ("by rank", [3.0, 6.0], [10.0, 5.0], ["4", "8"])],
        )

    def test_front(self):
        others, best = charts.front(STUDY).data
        self.assertEqual((list(others.x), list(best.x), list(best.y)), ([30], [10, 20], [1.0, 2.0]))
        one = {"objectives": {"cycles": "minimize"}, "trials": [trial(n, cycles, 0) for n, cycles in enumerate((5, 7, 3))]}
        self.assertEqual(list(charts.front(one).data[1].y), [5, 5, 3])


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.directory.name)
        words = [
            BIN / "sofamodel",
            "configs/small.yaml",
            "data/demo.npz",
            "--fit",
            "--rows",
            "448:512",
            "--json",
            "--no-accuracy",
            "--timeline",
            cls.work / "timeline.json",
            "-o",
            cls.work / "out.npz",
        ]
        run = subprocess.run(words, cwd=report.ROOT, capture_output=True, check=True)
        (cls.work / "model.json").write_bytes(run.stdout)
        (cls.work / "accuracy.json").write_text(json.dumps(ACCURACY))
        (cls.work / "study.json").write_text(json.dumps(STUDY))

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def made(self, **other):
        """Status, what it says, the page."""
        files = {
            "model": "model.json",
            "timeline": "timeline.json",
            "selected": "out.npz",
            "accuracy": "accuracy.json",
            "study": "study.json",
            **other,
        }
        words = [word for name, file in files.items() for word in (f"--{name}", str(self.work / file))]
        out, err, path = io.StringIO(), io.StringIO(), self.work / "page.html"
        path.unlink(missing_ok=True)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = report.main([*words, "-o", str(path)])
        return status, out.getvalue() + err.getvalue(), path.read_text() if path.exists() else ""

    def test_page(self):
        status, says, text = self.made()
        self.assertEqual((status, says.count("\n")), (0, 1), says)
        self.assertEqual(
            re.findall(r'<section id="(\w+)"', text), ["engines", "pairs", "loss", "front", "bytes", "area", "energy", "compared"]
        )
        self.assertEqual(re.findall(r'<div id="chart-(\w+)"', text), ["engines", "pairs", "loss", "front", "bytes"])
        self.assertEqual(text.count("make report LIBERTY="), 3)
        self.assertEqual(re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text), [])
        self.assertIn("default-src 'none'", text)

    def test_cost(self):
        """With what make ppa writes; of another configuration it is not shown."""
        words = [sys.executable, "-B", "tb/ppa/ppa.py", "--stored", str(STORED), "--work", str(self.work), "--no-picture"]
        subprocess.run(words, cwd=report.ROOT, capture_output=True, check=True)
        path = self.work / "stored.json"
        self.assertIn("of another configuration", self.made(ppa=path.name)[2])
        model = json.loads((self.work / "model.json").read_text())
        model["config"]["hash"] = json.loads(path.read_text())["hash"]
        (self.work / "same.json").write_text(json.dumps(model))
        _, says, text = self.made(ppa=path.name, model="same.json")
        self.assertEqual(re.findall(r'<div id="chart-(\w+)"', text)[5:], ["area", "energy", "compared"], says)

    def test_refused(self):
        (self.work / "bad.json").write_text("{}")
        (self.work / "bad.npz").write_text("x")
        (self.work / "none.json").write_text(json.dumps(STUDY | {"feasible": 0}))
        for other, words in (
            ({"model": "none"}, "--model"),
            ({"timeline": "bad.json"}, "has no traceEvents"),
            ({"selected": "bad.npz"}, "--selected"),
            ({"accuracy": "bad.json"}, "has no rules"),
            ({"study": "none.json"}, "nothing is feasible"),
        ):
            status, says, text = self.made(**other)
            self.assertEqual((status, says.count("\n"), text), (2, 1, ""), says)
            self.assertIn(words, says)


if __name__ == "__main__":
    unittest.main()
