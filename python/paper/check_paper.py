# SPDX-License-Identifier: Apache-2.0
"""Arithmetic of the table on numbers known by hand. SOFA_BIN is the directory of the programs."""

import json
import os
import pathlib
import tempfile
import unittest

import complexity
import numpy as np
import pairs
import paper
import selection
import shapes
import speed
import table
import tools
import traffic
import weights

BIN = pathlib.Path(os.environ["SOFA_BIN"])


class Arithmetic(unittest.TestCase):
    def test_kept_at(self):
        points = [(0.04, 0.005), (0.01, 0.02), (0.02, 0.01)]
        self.assertAlmostEqual(pairs.kept_at(points, 0.015), (0.01 * 0.02) ** 0.5)
        self.assertAlmostEqual(pairs.kept_at(points, 0.01), 0.02)
        self.assertEqual((pairs.kept_at(points, 0.001), pairs.kept_at(points, 0.05)), (None, 0.01))

    def test_rows_of_pairs(self):
        """Between points; below the least; above the most."""
        rules = [{"rule": "--mass 1", "kept": 0.01, "loss": 1.008}, {"rule": "--mass 2", "kept": 0.04, "loss": 1.002}]
        rows = pairs.rows_of(rules, "--mass", "x", 1.0, {"0": 0.5, "0.005": 0.5, "0.02": 0.5})
        self.assertEqual((rows[0].ours, rows[2].ours), (None, 0.99))
        self.assertAlmostEqual(rows[1].ours, 1 - 0.02)
        self.assertEqual([row.why for row in rows], ["not reached with 4.0 % kept", "", "or more: fewer were not tried"])

    def test_chance(self):
        """Against dice."""
        dice = np.random.default_rng(1)
        lost = [np.maximum(np.bincount(dice.choice(1024, 256, replace=False) // 256, minlength=4) - 64, 0).sum() for _ in range(4000)]
        self.assertAlmostEqual(selection.by_chance(1024, 4, 256), np.mean(lost) / 256, delta=0.001)

    def test_kinds(self):
        """One key dominates; all alike but for chance; the last quarter is best."""
        keys, d = 1024, 8
        dice = np.random.default_rng(2)
        k = np.zeros((keys, d), np.float32)
        k[:, 0] = dice.standard_normal(keys) / 10
        k[500, 1] = 50
        k[:, 2] = np.arange(keys) / keys
        q = np.zeros((24, d), np.float32)
        q[0, 1], q[8, 0], q[16, 2] = 1, 1, 1
        self.assertEqual(selection.kinds(q, k, 1.0, np.full(24, keys)), {"I": 1, "II": 1, "III": 1})
        self.assertEqual(sum(selection.kinds(q, k, 1.0, np.full(24, 100)).values()), 0)

    def test_fetches(self):
        rows = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1]], bool)
        self.assertEqual(traffic.fetched_in_turn(rows), 2 + 2 + 1)
        self.assertEqual(traffic.reuse(rows), (7, 5, 4))

    def test_sort(self):
        self.assertEqual(complexity.sort_comparisons([1, 4, 3, 2]), ([4, 3, 2, 1], 5))
        for count in (complexity.sort_comparisons(list(x))[1] for x in np.random.default_rng(3).standard_normal((4, 64))):
            self.assertTrue(64 * 4 < count <= 64 * 6 - 63)

    def test_attention(self):
        found = complexity.attention(10, 2, 1)
        self.assertEqual(found["FlashAttention-2"]["multiply"], 2 * 65)
        self.assertEqual((found["SU-FA"]["shift"], found["ascending"][weights.EXP2]), (65, 20))

    def test_threshold(self):
        class Model(tools.Tools):
            def __init__(self):
                self.work = pathlib.Path("none")

            def python(self, script, *words):
                mass = float(words[words.index("--mass") + 1])
                return json.dumps({"change": 100 * mass, "kept": 0.1})  # 1 % at 0.01

        found = shapes.threshold(Model(), 256)
        self.assertTrue(0.0086 < found["mass"] <= 0.01, found)
        self.assertEqual(shapes.mass_for({256: {"mass": 1}, 512: {"mass": 2}}, 300), 2)
        self.assertEqual(shapes.mass_for({256: {"mass": 1}, 512: {"mass": 2}}, 600), 2)

    def test_gops(self):
        self.assertEqual(speed.gops([{"visible_pairs": 100, "cycles": 30}, {"visible_pairs": 100, "cycles": 20}]), 4 * 64 * 4)

    def test_published(self):
        """Its 20 shapes, their rows of the GPU; efficiencies follow from GOPS, mm2 and W."""
        t = tools.Tools(BIN, pathlib.Path(tempfile.gettempdir()), 1)
        layers = t.data("shapes.json")["shapes"]
        self.assertEqual(len(layers), 20)
        for shape in layers:
            gpu = shapes.gpu_of(t, shape)
            self.assertEqual("gpu" in shape, gpu is not None)
            if gpu:
                self.assertEqual(
                    (shape["keys"], shape["d"], shape["heads"], int(shape["causal"])), (gpu["S"], gpu["d"], gpu["heads"], gpu["causal"])
                )
        p = t.published
        self.assertEqual(len(p["accelerators"]), 8)
        for a in p["accelerators"]:  # the rule makes of what was built what the paper's table has
            mm2, watt = speed.scaled(a)
            self.assertAlmostEqual(a["gops"] / mm2 / a["gops_per_mm2"], 1, delta=0.005)
            self.assertAlmostEqual(a["gops"] / watt / a["gops_per_watt"], 1, delta=0.005)
        self.assertAlmostEqual(p["gops"] / p["area_mm2"], p["gops_per_mm2"], delta=1)
        self.assertAlmostEqual(p["gops"] / p["core_watt"], p["gops_per_watt"], delta=1)


class Programs(unittest.TestCase):
    def test_weights(self):
        """The emitted network of 4 to 1 has three comparators; more bits weigh more."""
        with tempfile.TemporaryDirectory() as work:
            t = tools.Tools(BIN, pathlib.Path(work), 1)
            words = ["configs/paper.yaml", "--set", "tile.keys=4", "--set", "tile.kept_max=1", "--set", "predict.keys=4"]
            self.assertEqual(weights.comparators(t, words), 3)
            few, more = (weights._transistors(t, [weights.HERE / "operators.v"], "add", {"W": bits}) for bits in (8, 32))
            self.assertTrue(100 < few < more / 3.5, (few, more))
            with self.assertRaisesRegex(tools.PaperError, "no.yaml"):
                t.model("no.yaml no.npz")

    def test_costs(self):
        """With what make ppa writes, and without it."""
        with tempfile.TemporaryDirectory() as work:
            t = tools.Tools(BIN, pathlib.Path(work), 1)
            t.run(["python3", "-B", "tb/ppa/ppa.py", "--stored", "tests/ppa/stored", "--work", work, "--no-picture"])
            rows, _, found = speed.costs(t, pathlib.Path(work) / "stored.json")
            self.assertAlmostEqual(rows[0].ours, found["logic_mm2"] + found["memory_mm2"])
            self.assertTrue(all(row.ours is not None for row in rows))
            rows, tables, found = speed.costs(t, None)
            self.assertTrue(all(row.ours is None and "LIBERTY" in row.why for row in rows) and not tables and found is None)


class Pages(unittest.TestCase):
    def test_page(self):
        rows = [table.Row("a", 0.5, 0.25, "share", "cmd", "why"), table.Row("b", None, None, "GOPS", "cmd", "")]
        part = table.Part("x", "X", rows, [table.Table("T", ["h"], [["1"]], "note")])
        text = table.markdown([part], "source")
        self.assertIn("| a | 50.00 % | 25.00 % | `cmd` | why |", text)
        self.assertIn("| b |  | not measured | `cmd` |  |", text)

    def test_stored(self):
        with tempfile.TemporaryDirectory() as work:
            path = pathlib.Path(work) / "part.json"
            path.write_text(json.dumps({"name": "x", "title": "X", "rows": [vars(table.Row("a", 1, 2, "ms", "c", "w"))], "tables": []}))
            self.assertEqual(paper.stored(path).rows[0].ours, 2)

    def test_refused(self):
        with self.assertRaises(SystemExit):
            paper.parse(["--only", "none"])
        with tempfile.TemporaryDirectory() as work:
            self.assertEqual(paper.main(["--only", "traffic", "--bin", work, "--work", work]), 2)


if __name__ == "__main__":
    unittest.main()
