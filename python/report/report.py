# SPDX-License-Identifier: Apache-2.0
"""Writes one HTML page, which needs no network, of what a run of sofamodel, python/accuracy/measure.py, sofaexplore and make ppa have left.

Each file is the JSON that its program writes; of make ppa there may be none. Exit status 2 and one line if something is missing or wrong.
"""

import argparse
import json
import os
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tb/ppa"))

import charts  # noqa: E402
import engines  # noqa: E402
import shares  # noqa: E402
from page import Section, page  # noqa: E402


class ReportError(Exception):
    """What is wrong with a file, and what would be right."""


def load(path, option, *fields):
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ReportError(f"{option} {path}: {getattr(error, 'strerror', None) or error}") from None
    missing = [field for field in fields if field not in found]
    if missing:
        raise ReportError(f"{option} {path}: has no {', '.join(missing)}")
    return found


def engines_section(o, model):
    figure, cycles, lanes = engines.chart(load(o.timeline, "--timeline", "traceEvents", "otherData"))
    busy = ", ".join(f"{name} {100 * share:.1f} %" for name, share in model["utilisation"].items())
    words = (
        f"{model['rows']} rows, {model['keys']} keys, {cycles} cycles, as the exact cycle model sees them; useful work: {busy}. "
        "Spans that are closer than a pixel are drawn as one"
        + (f"; {engines.LANES} of {lanes} lanes" if lanes > engines.LANES else "")
        + f". {o.timeline.name} beside this page is the same for Perfetto (ui.perfetto.dev, Open trace file): "
        "there a microsecond is a cycle."
    )
    return Section("engines", "Engines over time", words, o.run_command, figure)


def pairs_section(o, model):
    try:
        with np.load(o.selected) as out:
            selected = out["selected"]
    except (OSError, ValueError, KeyError) as error:
        raise ReportError(f"--selected {o.selected}: {error}; sofamodel -o writes such a file") from None
    words = (
        f"Which keys each row attends to: {100 * model['kept_fraction']:.2f} % of the visible pairs. "
        f"{100 * model['keys_needed_fraction']:.1f} % of the "
        "keys that a block predicts from are needed by one of its rows. The darker, the more pairs of a cell are selected."
    )
    return Section("pairs", "Selected pairs of a head", words, o.run_command, charts.pairs(selected))


def loss_section(o):
    found = load(o.accuracy, "--accuracy", "rules", "model", "unit")
    rules = [row for row in found["rules"] if {"--mass", "--kept"} & set(row["rule"].split())]
    if not rules:
        raise ReportError(f"--accuracy {o.accuracy}: no rule has --kept or --mass")
    windows = sorted({w["window"] for row in rules for w in row["windows"]})
    words = (
        f"Model {found['model']}, window {', '.join(map(str, windows))}: loss through the bits of the core "
        f"against dense attention in float32 "
        f"({rules[0]['dense']:.4f} {found['unit']}), for selection by rank (keys kept of a tile) and by mass (share of a row's weight)."
    )
    return Section("loss", "Loss against pairs kept", words, o.accuracy_command, charts.loss(rules))


def front_section(o):
    found = load(o.study, "--study", "objectives", "trials", "best", "feasible")
    if not found["feasible"]:
        raise ReportError(f"--study {o.study}: nothing is feasible")
    goals = ", ".join(f"{goal} {name}" for name, goal in found["objectives"].items())
    words = f"Study {found['study']}: {goals}; {found['feasible']} feasible evaluations" + (
        f", {found['ranked']} of them on the Pareto front." if len(found["objectives"]) > 1 else "."
    )
    return Section("front", "Pareto front", words, o.study_command, charts.front(found))


def bytes_section(o, model):
    total = model["bytes"]["total"]
    words = (
        f"{total / 1e6:.3f} MB for this head; dense attention in the same tiles would move {model['bytes_dense'] / total:.2f} times as "
        "much, "
        f"dynamic sparsity "
        f"without tiles {model['bytes_plain_sparse'] / total:.1f} times."
    )
    return Section("bytes", "Bytes moved", words, o.run_command, charts.moved(model))


def cost_result(o, model):
    """What make ppa has written of this configuration, or None and why not."""
    how = "Pass a standard-cell library, which this repository cannot ship: make report LIBERTY=FILE.lib[.gz] (docs/cost.md)."
    if o.ppa is None or not o.ppa.is_file():
        return None, how
    result = load(o.ppa, "--ppa", "engines", "hash", "gops_per_mm2")
    if int(result["hash"], 16) != int(model["config"]["hash"], 16):
        return None, f"{o.ppa.name} is of another configuration ({result['hash']}, here {model['config']['hash']}). {how}"
    return result, ""


def cost_sections(o, model):
    result, why = cost_result(o, model)
    titles = [("area", "Area"), ("energy", "Power"), ("compared", "Throughput by area")]
    if result is None:
        return [Section(name, title, why, "", None) for name, title in titles]
    published = load(ROOT / "data/published.json", "published figures")
    library = f"{result['library']}, scaled to {result['node']} nm by the paper's rules, without wires"
    drawn = [Section("area", "Area", f"mm2 in {library}.", result["command"], charts.stacks(shares.areas(result, published), "mm2"))]
    if result.get("energy"):
        drawn.append(
            Section(
                "energy", "Power", f"mW at 1 GHz in {library}.", result["command"], charts.stacks(shares.powers(result, published), "mW")
            )
        )
    else:
        drawn.append(Section("energy", "Power", "make ppa ran with --no-energy; without it the power is here.", "", None))
    rows = shares.per_area(result, published)
    bars = charts.stacks([(name, [("GOPS a mm2", value)]) for name, value in rows], "dense-equivalent GOPS a mm2 at 1 GHz")
    drawn.append(
        Section(
            "compared", "Throughput by area", "Beside what was published of this and other accelerators, at 28 nm.", result["command"], bars
        )
    )
    return drawn


def sections(o):
    model = load(o.model, "--model", "bytes", "config", "utilisation", "cycles")
    return [
        engines_section(o, model),
        pairs_section(o, model),
        loss_section(o),
        front_section(o),
        bytes_section(o, model),
        *cost_sections(o, model),
    ], model


def parse(words):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, what in (
        ("model", "sofamodel --json"),
        ("timeline", "sofamodel --timeline"),
        ("selected", "sofamodel -o"),
        ("accuracy", "measure.py"),
        ("study", "sofaexplore --json"),
    ):
        p.add_argument(f"--{name}", type=pathlib.Path, required=True, metavar="FILE", help=f"of {what}")
    p.add_argument("--ppa", type=pathlib.Path, metavar="FILE", help="of make ppa; may be missing")
    for name in ("run", "accuracy", "study"):
        p.add_argument(f"--{name}-command", default="", metavar="TEXT", help="the command that made it, to be told")
    p.add_argument("-o", dest="out", type=pathlib.Path, required=True, metavar="OUT.html")
    return p.parse_args(words)


def write(path, text):
    """All of the new text or what was there before."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def main(words=None):
    o = parse(words)
    try:
        drawn, model = sections(o)
        title = f"{model['config']['name']} ({model['config']['hash']}): {model['trace']}"
        write(
            o.out, page(title, "Everything on this page was measured by the commands below its charts; point at a mark to read it.", drawn)
        )
    except (ReportError, OSError) as error:
        print(f"report.py: {error}", file=sys.stderr)
        return 2
    missing = [s.title.lower() for s in drawn if s.figure is None]
    print(f"{o.out}" + (f" (without {', '.join(missing)}: the page says what to pass)" if missing else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
