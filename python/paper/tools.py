# SPDX-License-Identifier: Apache-2.0
"""What the parts share: programs, real heads, the paper's figures."""

import json
import pathlib
import shlex
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python/accuracy"))

import core  # noqa: E402
import lm4k  # noqa: E402

WINDOW = 1  # of the model's validation text, that heads are taken from


class PaperError(Exception):
    """What could not be measured, in the words of the program that failed."""


class Tools:
    """bin: where the programs are; work: where results and heads go."""

    def __init__(self, bin_directory, work, jobs):
        self.bin, self.work, self.jobs = bin_directory.resolve(), work, jobs
        self.published = self.data("published.json")
        work.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def data(name):
        return json.loads((ROOT / "data" / name).read_text())

    def run(self, words):
        """Standard output of a command, run in the root of the repository."""
        words = [str(word) for word in words]
        path = self.bin / words[0]
        done = subprocess.run([str(path) if path.is_file() else words[0], *words[1:]], cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            last = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise PaperError(f"{shlex.join(words)}: {last[-1]}")
        return done.stdout

    def model(self, text):
        """sofamodel's report; text: its words, as a user would write them."""
        return json.loads(self.run(["sofamodel", *shlex.split(text), "--json"]))

    def python(self, script, *words):
        return self.run([sys.executable, "-B", script, *words, "--bin", self.bin])

    def heads(self, tokens, dims=lm4k.DIM):
        """Files of all heads of the shipped model on the first tokens of a window; three heads share keys.

        dims: more than the model's are zeros."""
        directory = self.work / f"heads-{tokens}-{dims}"
        files = [directory / f"l{layer}g{group}.npz" for layer in range(lm4k.LAYERS) for group in range(lm4k.GROUPS)]
        if not all(path.is_file() for path in files):
            directory.mkdir(parents=True, exist_ok=True)
            lm4k.loss(lm4k.windows()[WINDOW][: tokens + 1], lambda layer, group, trace: _keep(directory, dims, layer, group, trace))
        return files


def _keep(directory, dims, layer, group, trace):
    share = lm4k.HEADS // lm4k.GROUPS
    wide = {name: np.pad(trace[name], ((0, 0), (0, dims - lm4k.DIM))) for name in ("q", "k")}
    v = np.tile(trace["v"], (1, dims // lm4k.DIM))
    rows = len(trace["k"])
    path = directory / f"l{layer}g{group}.npz"
    beside = path.with_suffix(".new.npz")
    np.savez(
        beside,
        q=wide["q"].reshape(share, rows, dims),
        k=wide["k"][None],
        v=v[None],
        visible=trace["visible"][:rows],
        scale=np.float32(lm4k.DIM**-0.5),
    )
    beside.replace(path)
    return core.dense(layer, group, trace)
