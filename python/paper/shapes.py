# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of the paper as shapes: real heads of lm4k, cut to the length, go through the cycle model.

The threshold is the one that costs the model no more than 1 % of loss at that length. A head of 128 dimensions is one of 64 with zeros: it
selects the same pairs. Shapes that are not causal see all keys."""

import concurrent.futures
import json
import math

from table import Part, Row, Table

LOSS = 1.0  # per cent
HIGHEST, LOWEST, STEPS = 0.05, 0.0005, 5
WINDOWS = {256: "0:7", 512: "0:7", 1024: "0:3", 2048: "0:3", 4096: "1,7"}
COMMAND = "make paper PAPER='--only shapes'"


def loss_at(t, tokens, mass):
    """Change of the loss in %, and share of pairs kept."""
    words = ["--mass", f"{mass:.5f}", "--tokens", str(tokens), "--windows", WINDOWS[tokens], "--work", str((t.work / "layers").resolve())]
    found = json.loads(t.python("python/accuracy/layers.py", *words))
    return found["change"], found["kept"]


def threshold(t, tokens):
    """The largest mass at no more than LOSS, by halving in its logarithm."""
    low, high = math.log(LOWEST), math.log(HIGHEST)
    best = {"tokens": tokens, "windows": WINDOWS[tokens], "mass": LOWEST, "change": None, "kept": None}
    for _ in range(STEPS):
        mass = math.exp((low + high) / 2)
        change, kept = loss_at(t, tokens, mass)
        if change <= LOSS:
            low, best = math.log(mass), {**best, "mass": mass, "change": change, "kept": kept}
        else:
            high = math.log(mass)
    return best


def thresholds(t):
    """Of every length; the longest first."""
    with concurrent.futures.ThreadPoolExecutor(t.jobs) as pool:
        found = list(pool.map(lambda tokens: threshold(t, tokens), sorted(WINDOWS, reverse=True)))
    return {one["tokens"]: one for one in found}


def mass_for(found, keys):
    """Of the shortest measured length that is no shorter."""
    return found[min((tokens for tokens in found if tokens >= keys), default=max(found))]["mass"]


def run(t, shape, mass):
    """Sums over the heads of lm4k of this length."""
    words = f"--fit --no-accuracy --mass {mass:.5f}" + ("" if shape["causal"] else " --all-visible")
    heads = [
        head for path in t.heads(shape["keys"], shape["d"]) for head in t.model(f"configs/wide.yaml {path.resolve()} {words}")["heads"]
    ]
    names = ("cycles", "pairs", "visible_pairs")
    total = {name: sum(head[name] for head in heads) for name in names}
    attend = sum(head["utilisation"]["attend"] * head["cycles"] for head in heads) / total["cycles"]
    return {**total, "heads": len(heads), "bytes": sum(head["bytes"]["total"] for head in heads), "attend": attend}


def measure(t):
    """A run for each kind of shape; what it says of a layer of each shape."""
    found, runs, layers = thresholds(t), {}, []
    for shape in t.data("shapes.json")["shapes"]:
        kind = (shape["keys"], shape["d"], shape["causal"])
        if kind not in runs:
            runs[kind] = run(t, shape, mass_for(found, shape["keys"]))
        one, share = runs[kind], shape["heads"] / runs[kind]["heads"]
        visible = 4 * shape["d"] * one["visible_pairs"] * share
        layers.append(
            {
                **shape,
                "mass": mass_for(found, shape["keys"]),
                "kept": one["pairs"] / one["visible_pairs"],
                "cycles": one["cycles"] * share,
                "gop": visible / 1e9,
                "gops": visible / (one["cycles"] * share),
                "attend": one["attend"],
                "bytes": one["bytes"] * share,
            }
        )
    return found, layers


def gpu_of(t, shape):
    rows = {row["name"]: row for row in t.data("gpu_attention.json")["rows"]}
    return rows.get(shape.get("gpu"))


def line(t, shape, core_watt):
    gpu = gpu_of(t, shape)
    per_watt = shape["gops"] / core_watt if core_watt else None
    cells = [
        shape["name"],
        f"{shape['layers']} x {shape['heads']} x {shape['d']}",
        f"{100 * shape['kept']:.2f} %",
        f"{100 * shape['attend']:.1f} %",
        f"{shape['cycles'] / 1e6:.3f}",
        f"{shape['cycles'] * shape['layers'] / 1e6:.1f}",
        f"{shape['gops']:.0f}",
    ]
    cells += (
        [f"{gpu['ms'] / gpu['batch']:.4f}", f"{gpu['executed_gops']:.0f}", f"{gpu['executed_gops'] / gpu['watt']:.0f}"]
        if gpu
        else ["", "", ""]
    )
    return cells + [
        f"{per_watt:.0f}" if per_watt else "",
        f"{per_watt / (gpu['executed_gops'] / gpu['watt']):.1f}" if per_watt and gpu else "",
    ]


def tables(t, found, layers, core_watt):
    head = [
        "benchmark",
        "layers, heads, d",
        "kept",
        "multipliers busy",
        "a layer, ms at 1 GHz",
        "all layers, ms",
        "GOPS",
        "H100: a layer, ms",
        "GOPS",
        "GOPS/W",
        "ours, GOPS/W of the core",
        "times the H100's",
    ]
    note = (
        "GOPS: 4 d operations for each visible pair, in both. One `wide` core beside a whole H100 (dense fp16, "
        "cuDNN; data/gpu_attention.json), whose watts are those of "
        "the card. "
    )
    if core_watt:
        note += f"Core: {core_watt:.2f} W, of `make ppa` on its head, taken for all."
    else:
        note += "Power of ours: make paper LIBERTY=FILE."
    lengths = [
        [
            str(one["tokens"]),
            one["windows"],
            f"{one['mass']:.5f}",
            "" if one["kept"] is None else f"{100 * one['kept']:.2f} %",
            "" if one["change"] is None else f"{one['change']:+.2f} %",
        ]
        for one in sorted(found.values(), key=lambda one: one["tokens"])
    ]
    return [
        Table("Benchmarks", head, [line(t, shape, core_watt) for shape in layers], note),
        Table(
            "Thresholds by length",
            ["tokens", "windows", "mass", "pairs kept", "loss against dense"],
            lengths,
            f"The largest of {2 ** STEPS - 1} thresholds from {LOWEST} to {HIGHEST}, evenly in their logarithm, with no more than "
            f"{LOSS:.0f} % more loss (`python/accuracy/layers.py`). "
            "Chosen and told on the same windows; on others it is another one (docs/accuracy.md).",
        ),
    ]


def part(t, found, layers, core_watt):
    claims, busy = t.published, sum(shape["attend"] for shape in layers) / len(layers)
    removed = 1 - sum(shape["kept"] for shape in layers) / len(layers)
    rows = [
        Row(
            f"attention multipliers busy, mean of {len(layers)} benchmarks",
            claims["busy"],
            busy,
            "share",
            COMMAND,
            "here prediction is the bound where few pairs are kept",
        ),
        Row(
            f"pairs removed at {LOSS:.0f} % loss, mean of {len(layers)} benchmarks",
            claims["claims"]["removed_at_loss"]["0.01"],
            removed,
            "share",
            COMMAND,
            "short rows must keep more; heads of one language model stand for all",
        ),
    ]
    gpu = [(shape, gpu_of(t, shape)) for shape in layers if gpu_of(t, shape)]
    if core_watt:
        times = sum(shape["gops"] / core_watt / (row["executed_gops"] / row["watt"]) for shape, row in gpu) / len(gpu)
        rows.append(
            Row(
                "efficiency against a GPU, mean",
                claims["claims"]["energy_a100"]["0.01"],
                times,
                "times",
                COMMAND,
                "the paper's GPU is an A100 and its attention what a framework did then; here an H100, a node of 4 nm, with cuDNN's "
                "fused kernel. Core alone, no memory chip",
            )
        )
    return Part("shapes", "Benchmarks", rows, tables(t, found, layers, core_watt))
