# SPDX-License-Identifier: Apache-2.0
"""Pairs removed at a loss: a language model through the bits of the core, by rank and by mass, as it was trained and fine-tuned."""

import json
import math
import os
import subprocess
import sys

import tools
from table import Part, Row, Table

RANKS, MASSES = (4, 8, 16, 32, 64), (0.014, 0.01, 0.007, 0.005, 0.003, 0.001)
RULES = [f"--kept {n} --set tile.kept_max={max(n, 32)}" for n in RANKS] + [f"--mass {m}" for m in MASSES]
NOTHING = 0.001  # what "0 %" means: less than a tenth of the least loss that is asked for
MODELS = {"": "as it was trained", "data/lm4k_tuned.npz": "fine-tuned by mass"}
COMMAND = "make paper PAPER='--only pairs'"


def measure(t, weights, windows):
    """Rules of python/accuracy/measure.py, with other weights than the shipped ones if they are named."""
    work = t.work / "accuracy"
    words = [
        sys.executable,
        "-B",
        "python/accuracy/measure.py",
        "--bin",
        str(t.bin),
        "--work",
        str(work.resolve()),
        "--windows",
        windows,
        "--jobs",
        str(t.jobs),
        *(word for rule in RULES for word in ("--rule", rule)),
    ]
    environment = dict(os.environ, **({"SOFA_LM4K": str(tools.ROOT / weights)} if weights else {}))
    done = subprocess.run(words, cwd=tools.ROOT, env=environment, stdout=subprocess.DEVNULL)  # it tells how far it is
    if done.returncode != 0:
        raise tools.PaperError("python/accuracy/measure.py failed; its last words are above")
    name = (tools.ROOT / weights).stem if weights else "lm4k"
    return json.loads((work / f"{name}.json").read_text())["rules"]


def kept_at(points, loss):
    """The least share kept at no more than this loss, between neighbouring points along straight lines over its logarithm.

    None: no point is so good."""
    points = sorted(points)
    for (a, high), (b, low) in zip(points, points[1:]):
        if low <= loss < high:
            return math.exp(math.log(a) + (math.log(b) - math.log(a)) * (high - loss) / (high - low))
    return points[0][0] if points and points[0][1] <= loss else None


def curve(rules, rule, dense):
    """(kept, change against dense) of --kept or --mass."""
    return [(row["kept"], row["loss"] / dense - 1) for row in rules if row["rule"].startswith(rule)]


def rows_of(rules, rule, words, dense, claims):
    found, points = [], curve(rules, rule, dense)
    for text, published in claims.items():
        kept = kept_at(points, max(float(text), NOTHING))
        why = f"not reached with {100 * max(points)[0]:.1f} % kept" if kept is None else ""
        if kept == min(points)[0]:
            why = "or more: fewer were not tried"
        found.append(
            Row(
                f"pairs removed at {100 * float(text):.0f} % loss, {words}",
                published,
                None if kept is None else 1 - kept,
                "share",
                COMMAND,
                why,
            )
        )
    return found


WHY_RANK = (
    "one number of keys for every tile and row: long causal rows give it to tiles that weigh nothing (docs/accuracy.md); the paper "
    "fine-tunes with its rule, and "
    "counts its savings over models of 256 to 4096 tokens"
)
WHY_MASS = "not the paper's rule: a key is kept if it has its share of the row's weight (docs/arithmetic.md)"


def explain(rows, why):
    for row in rows:
        row.why = why + ("; " + row.why if row.why else "")
    return rows


def part(t, windows):
    claims, rows, table = t.published["claims"]["removed_at_loss"], [], []
    for weights, words in MODELS.items():
        rules = measure(t, weights, windows)
        dense = rules[0]["dense"]
        first = dense if not weights else first
        own = ""
        if weights:
            own = f"; fine-tuning costs {100 * (dense / first - 1):+.1f} % with dense attention, and loss is told against that"
        rows += explain(rows_of(rules, "--kept", f"by rank, {words}", dense, claims), WHY_RANK + own)
        rows += explain(rows_of(rules, "--mass", f"by mass, {words}", dense, claims), WHY_MASS + own)
        table += [
            [
                f"{words}",
                f"`{row['rule']}`",
                f"{100 * row['kept']:.2f} %",
                f"{row['loss']:.4f}",
                f"{100 * (row['loss'] / dense - 1):+.2f} %",
                f"{100 * (row['loss'] / first - 1):+.2f} %",
            ]
            for row in rules
        ]
    note = (
        f"Windows {windows} of 4096 tokens of lm4k (14.2 million parameters, 8 layers; data/README.md). Loss is against the same "
        "weights with dense attention in float32: "
        "the fine-tuned weights are worse than the others with dense attention, so the last column tells both against the first. 0 % "
        "means below 0.1 %."
    )
    head = ["weights", "rule", "pairs kept", "loss", "against the same, dense", "against the first, dense"]
    return Part("pairs", "Pairs removed", rows, [Table("What was measured", head, table, note)])
