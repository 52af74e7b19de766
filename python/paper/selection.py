# SPDX-License-Identifier: Apache-2.0
"""Selection in segments: how far it is from the row's largest, and what kinds of rows there are."""

import math

import numpy as np

from table import Part, Row, Table

KEYS, SEGMENTS = 1024, 4
DEMO = "data/demo.npz"
ROOM = KEYS // SEGMENTS // 4  # keys that a segment gives
SETTING = f"--set predict.operand_bits=8 --set tile.keys={KEYS // SEGMENTS} --set tile.kept_max={ROOM} --kept {ROOM} --all-visible"
FEW, HEAVY, CROWDED = (
    0.01,
    0.5,
    0.5,
)  # type I: so few of the keys have more than so much of the weight; III: one segment more than so much of the largest


def by_chance(keys, segments, largest):
    """Share of the largest that do not fit their segments if they may lie anywhere: the mean of what is above largest / segments."""
    room, size = largest // segments, keys // segments
    whole = math.comb(keys, largest)
    over = sum((n - room) * math.comb(size, n) * math.comb(keys - size, largest - n) for n in range(room + 1, min(size, largest) + 1))
    return segments * over / whole / largest


def shuffled(t):
    """The demo head with its keys in random order."""
    path = t.work / "shuffled.npz"
    with np.load("data/demo.npz") as head:
        order = np.random.default_rng(1).permutation(len(head["k"]))
        np.savez(path, **{name: value[order] if name in ("k", "v") else value for name, value in head.items()})
    return path


def kinds(q, k, scale, visible):
    """Number of rows of type I, III and II, in this order of precedence, of those that see enough keys for segments to mean something."""
    count = dict.fromkeys(("I", "II", "III"), 0)
    for row in range(0, len(q), 8):
        if visible[row] < KEYS // SEGMENTS:
            continue
        score = k[: visible[row]] @ q[row] * scale
        weight = np.exp(score - score.max())
        largest = np.argsort(-score, kind="stable")
        few, quarter = max(1, round(FEW * len(score))), largest[: len(score) // 4]
        segment = np.bincount(quarter * SEGMENTS // len(score), minlength=SEGMENTS)
        dominant = weight[largest[:few]].sum() > HEAVY * weight.sum()
        count["I" if dominant else "III" if segment.max() > CROWDED * len(quarter) else "II"] += 1
    return count


def kinds_of_heads(t, tokens):
    total = dict.fromkeys(("I", "II", "III"), 0)
    for path in t.heads(tokens):
        with np.load(path) as head:
            for q in head["q"]:
                for kind, n in kinds(q, head["k"][0], float(head["scale"]), head["visible"]).items():
                    total[kind] += n
    return total


def kinds_of_demo():
    with np.load("data/demo.npz") as head:
        return kinds(head["q"].astype(np.float32), head["k"].astype(np.float32), head["q"].shape[1] ** -0.5, head["visible"])


def shares(count):
    return {kind: n / sum(count.values()) for kind, n in count.items()}


def part(t):
    claim, types = t.published["claims"]["segment_sort_error"], t.published["claims"]["types"]
    crowded, anywhere = (t.model(f"configs/wide.yaml {path} {SETTING}") for path in (DEMO, shuffled(t)))
    command = f"sofamodel configs/wide.yaml {DEMO} {SETTING}"
    rows = [
        Row(
            "largest quarter of 1024 keys out of four segments: keys that differ, in random order",
            claim,
            1 - anywhere["recall"],
            "share",
            "make paper PAPER='--only selection'",
            f"{100 * by_chance(KEYS, SEGMENTS, KEYS // 4):.1f} % is what chance alone gives when large scores may lie anywhere, "
            f"{100 * (1 - anywhere['recall_exact_scores']):.1f} % what exact scores give",
        ),
        Row(
            "... of a real head, keys as they come",
            claim,
            1 - crowded["recall"],
            "share",
            command,
            "this head looks at its neighbourhood: large scores crowd a segment (type III); exact scores differ in "
            f"{100 * (1 - crowded['recall_exact_scores']):.1f} %",
        ),
    ]
    command = "make paper PAPER='--only selection'"
    counted = {
        "lm4k, 48 heads of 1024 tokens": kinds_of_heads(t, 1024),
        "lm4k, 48 heads of 4096 tokens": kinds_of_heads(t, 4096),
        "demo head": kinds_of_demo(),
    }
    found = shares(counted["lm4k, 48 heads of 1024 tokens"])
    why = {
        "I": "the paper counts decoder models; here 1 % of the keys must hold half of the weight",
        "II": "all that is neither I nor III",
        "III": "causal language models look at their neighbourhood; here one quarter of the keys must hold half of the row's largest "
        "quarter",
    }
    rows += [Row(f"rows of type {kind}, lm4k, 1024 tokens", types[kind], found[kind], "share", command, why[kind]) for kind in types]
    table = Table(
        "Rows by type, every eighth that sees 256 keys or more",
        ["heads", "rows", "I: few dominate", "II: spread", "III: crowded"],
        [
            [name, str(sum(c.values())), *(f"{100 * c[kind] / sum(c.values()):.1f} %" for kind in ("I", "II", "III"))]
            for name, c in counted.items()
        ],
        "A row counts as the first of I, III, II that fits it, by exact scores.",
    )
    return Part("selection", "Selection in segments", rows, [table])
