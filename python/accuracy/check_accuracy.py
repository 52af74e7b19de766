# SPDX-License-Identifier: Apache-2.0
"""Checks of measure.py and of the model it ships with; a few seconds. SOFA_BIN is the directory of sofamodel."""

import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest

import numpy as np

import core
import layers
import lm4k
import measure
import narrow
import tables

BIN = pathlib.Path(os.environ["SOFA_BIN"])
CONFIG = measure.ROOT / "configs/wide.yaml"

LOSS_OF_512 = 3.7602  # of the first 512 tokens, measured when data/lm4k.npz was made
# Two layers of one head, random; what its loss is does not matter. The second window sees rows of keys that differ.
MODEL = '''
import numpy as np
NAME, UNIT = "toy", "units"
def windows():
    return [np.random.default_rng(seed).standard_normal((60, 16)).astype("float32") for seed in (1, 2)]
def loss(window, attention):
    x = window
    for layer in range(2):
        trace = dict(q=2 * x, k=x, v=x[:, ::-1].copy(), first=np.zeros(60, "int32"), visible=np.arange(60, dtype="int32"), scale=0.25)
        x = x + attention(layer, 0, trace)
    return float((x * x).mean())
'''


def machine(options):
    return core.Core(BIN / "sofamodel", CONFIG, options.split())


def decibels(want, got):
    return 10 * np.log10((want ** 2).sum() / ((got - want) ** 2).sum())


def measured(*words):
    """Status, standard output and error of measure.py."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = measure.main(["--bin", str(BIN), "--jobs", "2", *map(str, words)])
    return status, out.getvalue(), err.getvalue()


class Attention(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(3)
        q, k, v = (rng.standard_normal((size, 64)).astype(np.float32) for size in (300, 200, 200))
        self.trace = dict(q=q, k=k, v=v, first=np.arange(300) // 3, visible=np.arange(300) % 201)

    def exact(self):
        o = np.zeros((300, 64))
        for row, (first, visible) in enumerate(zip(*core.bounds(self.trace))):
            if first < visible:
                score = self.trace["k"][first:visible].astype(float) @ self.trace["q"][row] / 8
                weight = np.exp(score - score.max())
                o[row] = weight @ self.trace["v"][first:visible] / weight.sum()
        return o

    def test_dense(self):
        self.assertGreater(decibels(self.exact(), core.dense(0, 0, self.trace)), 110)

    def test_everything_kept(self):
        m = machine("--set tile.kept_max=64 --set tile.keys=64 --set predict.keys=64 --kept 64")
        self.assertGreater(decibels(self.exact(), m.attention(4, 1, self.trace)), 65)
        first, visible = core.bounds(self.trace)
        seen = int(np.maximum(visible - first, 0).sum())
        self.assertEqual((m.heads[0]["pairs"], m.heads[0]["visible"]), (seen, seen))
        self.assertEqual((m.heads[0]["layer"], m.heads[0]["head"], m.heads[0]["needed_rows"]), (4, 1, m.heads[0]["key_rows"]))

    def test_selection(self):
        m = machine("--mass 0.02")
        snr = decibels(self.exact(), m.attention(0, 0, self.trace))
        self.assertTrue(5 < snr < 40 and 0 < m.heads[0]["pairs"] < 0.8 * m.heads[0]["visible"], f"{snr} dB, {m.heads}")

    def test_refused(self):
        with self.assertRaisesRegex(core.CoreError, "layer 2, head 0: .*--mass"):
            machine("--mass 2").attention(2, 0, self.trace)


class Model(unittest.TestCase):
    def test_loss(self):
        window = lm4k.windows()[0][:513]
        dense = lm4k.loss(window, core.dense)
        self.assertAlmostEqual(dense, LOSS_OF_512, delta=0.002)
        self.assertEqual(len(lm4k.windows()), 12)

    def test_one_layer(self):
        """A layer through the core, others dense; a rule that keeps little costs something, in both modes."""
        window = lm4k.windows()[0][:385]
        dense = lm4k.loss(window, core.dense)
        for options in ("--mass 0.003", "--mass 0.003 --set mode=tokens"):
            m = machine(options)
            loss = lm4k.loss(window, lambda layer, *head: (m.attention if layer == 3 else core.dense)(layer, *head))
            self.assertTrue(0 < abs(loss / dense - 1) < 0.02, f"{options}: {dense}, {loss}")
            self.assertEqual([(h["layer"], h["head"]) for h in m.heads], [(3, 0), (3, 1)])

    def test_narrowed(self):
        rng = np.random.default_rng(1)
        weights = {"a": rng.standard_normal((9, 50)).astype(np.float16), "b": rng.standard_normal(7).astype(np.float16)}
        weights["a"][4] = 0
        wide = lm4k.widen(narrow.narrow(weights))
        error = np.abs(wide["a"] - weights["a"]).max(1)
        self.assertTrue((error <= np.abs(weights["a"]).max(1).astype(float) / 254 * 1.001).all() and (wide["b"] == weights["b"]).all())

    def test_differences(self):
        """A model told by what it differs in comes back to half a unit, and the shipped one has all matrices."""
        rng = np.random.default_rng(1)
        weights = {"a": rng.standard_normal((9, 50)).astype(np.float16), "b": rng.standard_normal(7).astype(np.float16)}
        base = narrow.narrow(weights)
        tuned = {"a": weights["a"] + np.float16(0.1) * rng.standard_normal((9, 50)).astype(np.float16), "b": 2 * weights["b"]}
        back = lm4k.widen(lm4k.together(base, narrow.differences(tuned, base)))
        error = np.abs(back["a"] - tuned["a"]).max(1)
        self.assertTrue((error <= base["a" + lm4k.STEP] * lm4k.MORE_STEPS / 2 * 1.01).all() and (back["b"] == tuned["b"]).all())
        shipped = dict(np.load(lm4k.BASE))
        whole, plain = lm4k.together(shipped, np.load(lm4k.BASE.with_name("lm4k_tuned.npz"))), lm4k.widen(shipped)
        self.assertEqual({name: value.shape for name, value in whole.items()}, {name: value.shape for name, value in plain.items()})
        self.assertTrue(0.01 < np.std(whole["l3.wq.weight"] - plain["l3.wq.weight"]) / np.std(plain["l3.wq.weight"]) < 0.3)


class Measure(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.work = pathlib.Path(self.directory.name)
        self.model = self.work / "toy.py"
        self.model.write_text(MODEL)
        self.words = ["--model", self.model, "--work", self.work / "results", "--rule", "--kept 2", "--rule", "--mass 0.1"]

    def test_run(self):
        status, page, progress = measured(*self.words, "--windows", "1")
        self.assertEqual((status, progress.count("\n")), (0, 3), progress)
        status, both, progress = measured(*self.words)
        self.assertEqual((status, progress.count("\n")), (0, 3), "only the other window is new")
        self.assertEqual(both, (self.work / "results/toy.md").read_text())
        self.assertNotEqual(page, both)
        result = json.loads((self.work / "results/toy.json").read_text())
        self.assertEqual([r["rule"] for r in result["rules"]], ["--kept 2", "--mass 0.1"])
        for rule in result["rules"]:
            self.assertTrue(0 < rule["kept"] < 1 and rule["loss"] != rule["dense"] and len(rule["layers"]) == len(rule["windows"]) == 2)
        self.model.write_text(MODEL.replace("(1, 2)", "(3, 4)"))
        self.assertEqual(measured(*self.words)[2].count("\n"), 6, "another model begins anew")
        self.assertEqual(list((self.work / "results").glob("*.[0-9]*")), [])

    def test_refused(self):
        for change, says in ((["--windows", "2"], "0 to 1"), (["--windows", "x"], "'x'"), (["--model", "none.py"], "no such file"),
                             (["--bin", str(self.work)], "holds no sofamodel"), (["--rule", "--kept 0"], "--kept")):
            status, _, error = measured(*self.words, *change)
            self.assertEqual(status, 2)
            self.assertIn(says, error)
        self.model.write_text("NAME = 'x'")
        self.assertIn("has no UNIT, windows, loss", measured(*self.words)[2])


class PerLayer(unittest.TestCase):
    """layers.py: rules by layer."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        work = pathlib.Path(self.directory.name)
        (work / "toy.py").write_text(MODEL)
        self.words = ["--model", work / "toy.py", "--work", work / "results", "--bin", BIN]

    def run_layers(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = layers.main([str(word) for word in [*self.words, *words]])
        return status, out.getvalue(), err.getvalue()

    def found(self, *words):
        status, out, err = self.run_layers(*words)
        self.assertEqual((status, out.count("\n")), (0, 1), err)
        return json.loads(out)

    def test_layers_of_their_own(self):
        """The same rule for all is that rule; another one for a layer changes that layer."""
        same, one, other = self.found("--kept", "2"), self.found("--kept", "2,2"), self.found("--kept", "2,5")
        self.assertEqual(same, one)
        self.assertEqual(other["layers"][0], same["layers"][0])
        self.assertGreater(other["layers"][1]["kept"], same["layers"][1]["kept"])
        self.assertNotEqual(same["loss"], same["dense"])
        self.assertAlmostEqual(same["change"], 100 * (same["loss"] / same["dense"] - 1))

    def test_heads_of_their_own(self):
        """Lists for heads: of the language model's two groups only that one changes whose value does."""
        words = ["--model", lm4k.__file__, "--tokens", "40", "--mass"]
        same, lists, other = (self.found(*words, text) for text in ("0.1", "0.1/0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1", "0.1/" + "0.1," * 7 + "0.01"))
        self.assertEqual(same, lists)
        self.assertEqual(len(same["heads"]), lm4k.LAYERS * lm4k.GROUPS)
        self.assertEqual(other["heads"][:-1], same["heads"][:-1])
        self.assertGreater(other["heads"][-1]["kept"], same["heads"][-1]["kept"])
        self.assertAlmostEqual(sum(head["kept"] for head in same["heads"][:2]) / 2, same["layers"][0]["kept"])

    def test_as_measured(self):
        """measure.py says the same of one rule."""
        status, _, progress = measured(*self.words[:4], "--rule", "--mass 0.1", "--windows", "0")
        self.assertEqual(status, 0, progress)
        rule = json.loads((pathlib.Path(self.directory.name) / "results/toy.json").read_text())["rules"][0]
        found = self.found("--mass", "0.1")
        self.assertEqual({name: rule[name] for name in ("loss", "dense", "kept", "cycles")},
                         {name: found[name] for name in ("loss", "dense", "kept", "cycles")})

    def test_published_parts(self):
        found = self.found("--kept", "2,8", "--tile", "8,32")  # 60 keys, a quarter of each tile
        self.assertAlmostEqual(found["L_cmp"], (8 * 0.25 + 32 * 0.25) / (60 * 0.5))
        self.assertAlmostEqual(found["L_exp"], 60 / 8 + 60 / 32)

    def test_tokens(self):
        words = ["--model", lm4k.__file__, "--mass", "0.1", "--tokens"]
        few, more = self.found(*words, "40"), self.found(*words, "70")
        self.assertNotEqual(few["dense"], more["dense"])
        self.assertEqual(len(few["layers"]), lm4k.LAYERS)

    def test_refused(self):
        for words, says in ((["--mass", "x"], "must be numbers"), (["--mass", "2"], "--mass"), (["--mass", "0.1", "--windows", "9"], "0 to 1"),
                            (["--mass", "0.1", "--bin", self.directory.name], "not in PATH"),
                            (["--mass", "0.1/"], "slashes between heads")):
            status, _, err = self.run_layers(*words)
            self.assertEqual((status, err.count("\n")), (2, 1), err)
            self.assertIn(says, err)


def record(window, rule, loss, layers=((0.1, 0.5),)):
    return {"window": window, "rule": rule, "loss": loss,
            "heads": [{"layer": n, "head": 0, "pairs": 1000 * kept, "visible": 1000, "key_rows": 100, "needed_rows": 100 * needed,
                       "cycles": 7, "saturated": 0} for n, (kept, needed) in enumerate(layers)]}


class Tables(unittest.TestCase):
    def test_means(self):
        records = [record(0, "", 2.0), record(1, "", 4.0), record(0, "a", 2.2, [(0.1, 0.5), (0.3, 0.7)]),
                   record(1, "a", 4.1, [(0.2, 0.5), (0.4, 0.7)]), record(1, "b", 4.0)]
        a, b = tables.summarise(["a", "b", "c"], records)
        for key, want in (("kept", 0.25), ("needed", 0.6), ("loss", 3.15), ("dense", 3.0), ("change", 0.05), ("worst_window", 0.1),
                          ("cycles", 28)):
            self.assertAlmostEqual(a[key], want)
        self.assertEqual([round(n["kept"], 9) for n in a["layers"]], [0.15, 0.35])
        self.assertEqual((b["dense"], b["change"]), (4.0, 0.0))
        tables.compare_curves([a, b])
        self.assertIn("Not all windows are done of: b.", tables.markdown("t", "u", [a, b]))

    def test_curves(self):
        records = [record(0, "", 1.0), record(0, "--kept 4", 1.5, [(0.03, 1)]), record(0, "--mass 1", 1.04, [(0.01, 1)]),
                   record(0, "--mass 2", 1.02, [(0.04, 1)]), record(0, "--mass 1 --set x=4", 1.035, [(0.02, 1)]),
                   record(0, "--mass 3 --set x=4", 1.01, [(0.05, 1)])]
        table = tables.summarise([r["rule"] for r in records[1:]], records)
        tables.compare_curves(table)
        self.assertEqual([r["excess"] for r in table if r is not table[3]], [None] * 4)
        self.assertAlmostEqual(table[3]["excess"], 0.005)


if __name__ == "__main__":
    unittest.main()
