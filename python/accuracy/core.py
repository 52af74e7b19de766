# SPDX-License-Identifier: Apache-2.0
"""Attention of one head: dense in float32, or by the bits that sofamodel computes."""

import json
import pathlib
import subprocess
import tempfile

import numpy as np

PROJECTION = {"x", "wk", "wv", "bk", "bv", "cos", "sin", "x_scale", "wk_scale", "wv_scale"}
PROJECTED = {"k", "v", "k_scale", "v_scale"}
PART = 512  # rows at a time, to keep the scores small


class CoreError(Exception):
    """sofamodel refuses a head; its own words."""


def bounds(trace):
    """first and visible of every row of q, as docs/arithmetic.md has them."""
    rows, keys = len(trace["q"]), len(trace["k"])
    first = np.asarray(trace.get("first", np.zeros(rows)), np.int64)
    return first, np.asarray(trace.get("visible", np.full(rows, keys)), np.int64)


def dense(_layer, _head, trace):
    """Softmax attention over all visible keys; zeros where a row sees none."""
    q, k, v = trace["q"], trace["k"], trace["v"]
    scale = np.float32(trace.get("scale", 1 / np.sqrt(q.shape[1])))
    first, visible = bounds(trace)
    o = np.zeros((len(q), v.shape[1]), np.float32)
    for row in range(0, len(q), PART):
        part = slice(row, row + PART)
        low, high = first[part].min(), visible[part].max()
        key = np.arange(low, high)
        seen = (key >= first[part, None]) & (key < visible[part, None])
        score = np.where(seen, q[part] @ k[low:high].T * scale, -np.inf)
        most = score.max(-1, keepdims=True, initial=-np.inf)
        weight = np.exp(score - np.where(np.isfinite(most), most, 0))
        total = weight.sum(-1, keepdims=True)
        o[part] = (weight @ v[low:high]) / np.where(total > 0, total, 1)
    return o


class Core:
    """attention() for a model: every head goes through sofamodel; heads lists what each of them kept."""

    def __init__(self, program, config, options):
        self.command = [str(program), str(config), "--fit", *options, "--no-accuracy", "--no-selected", "--json", "--threads", "1"]
        self.tokens = any(word == "mode=tokens" for word in options)
        self.heads = []

    def attention(self, layer, head, trace):
        with tempfile.TemporaryDirectory(prefix="sofa-") as directory:
            source, result = pathlib.Path(directory) / "head.npz", pathlib.Path(directory) / "out.npz"
            unused = PROJECTED if self.tokens else PROJECTION
            np.savez(source, **{name: value for name, value in trace.items() if name not in unused})
            run = subprocess.run([*self.command, str(source), "-o", str(result)], capture_output=True, text=True)
            if run.returncode != 0:
                raise CoreError(f"layer {layer}, head {head}: {run.stderr.strip() or run.returncode}")
            with np.load(result) as out:
                o = out["o"]
        self._note(layer, head, trace, json.loads(run.stdout))
        return o

    def _note(self, layer, head, trace, report):
        first, visible = bounds(trace)
        key_rows = report["predicted_keys"]
        self.heads.append({"layer": layer, "head": head, "pairs": report["pairs"], "visible": int(np.maximum(visible - first, 0).sum()),
                           "key_rows": key_rows, "needed_rows": report["keys_needed_fraction"] * key_rows,
                           "cycles": report["cycles_predicted"], "saturated": report["saturated_scores"]})
