# SPDX-License-Identifier: Apache-2.0
"""Utilisation, throughput, and with what make ppa has measured area and energy, beside the published accelerators."""

import json
import pathlib
import tempfile

from table import Part, Row, Table

HEAD = "configs/wide.yaml {path} --fit --mass 0.007"
RUNS = {
    "paper, 16 of 64 kept": "configs/paper.yaml data/demo.npz --all-visible --kept 16",
    "wide, 24 of 128 kept": "configs/wide.yaml data/demo.npz --all-visible --kept 24",
    "wide, 4 of 128 kept": "configs/wide.yaml data/demo.npz --all-visible --kept 4",
    "wide, causal, by mass": "configs/wide.yaml data/demo.npz --mass 0.007",
}
FEW = 128  # multipliers that the paper scales a layer of Llama-7B to
NODE = 28  # nm, that all are scaled to
COMMAND = "make paper PAPER='--only speed'"
PPA = "make ppa LIBERTY=FILE TRACE=HEAD.npz ARGS='--mass 0.007 ...'"
BY_MODULE = {"predict": "DLZS engine", "select": "SADS", "schedule": "scheduler and others", "attend": "SU-FA"}


def multipliers_of(t):
    """Those of Q.K and P.V, as the manifest of the emitted core has them."""
    with tempfile.TemporaryDirectory(dir=t.work) as core:
        t.run(["sofagen", "configs/wide.yaml", "-o", core])
        attend = json.loads((pathlib.Path(core) / "manifest.json").read_text())["configuration"]["attend"]
    return 2 * attend["lanes"] * attend["width"]


def scaled(a):
    """mm2 and watt of a published accelerator at 28 nm and 1 V, by the paper's rule: its speed stays."""
    s = a["nm"] / NODE
    return a["mm2"] / s**2, a["watt"] / (s * a["volt"] ** 2)


def gops(reports, dims=64):
    """Dense-equivalent over visible pairs at 1 GHz."""
    return 4 * dims * sum(head["visible_pairs"] for head in reports) / sum(head["cycles"] for head in reports)


def busy(t):
    claim = t.published["busy"]
    rows = [
        Row(
            f"attention multipliers busy, {name}",
            claim,
            t.model(words)["utilisation"]["attend"],
            "share",
            f"sofamodel {words}",
            "the paper's is an average of 20 benchmarks; here one head: cycles of the whole job, start and end included",
        )
        for name, words in RUNS.items()
    ]
    rows[2].why = rows[3].why = "with so few pairs kept prediction is the bound, too: attention has less to do"
    return rows


def long_heads(t):
    return [head for path in t.heads(4096) for head in t.model(HEAD.format(path=path.resolve()) + " --no-accuracy")["heads"]]


def throughput(t, multipliers):
    heads = long_heads(t)
    kept = sum(h["pairs"] for h in heads) / sum(h["visible_pairs"] for h in heads)
    own = gops(heads)
    left = 1 - t.published["claims"]["removed_at_loss"]["0.02"]
    why = (
        f"{len(heads)} causal heads of {heads[0]['keys']} keys of lm4k, {100 * kept:.2f} % of the pairs kept by mass, {multipliers} "
        f"multipliers; the paper: {t.published['multipliers']}, and {100 * left:.1f} % kept"
    )
    return own, [
        Row("throughput at 1 GHz", t.published["gops"], own, "GOPS", COMMAND, why),
        Row(
            "... a multiplier",
            t.published["gops"] / t.published["multipliers"],
            own / multipliers,
            "GOPS/multiplier",
            COMMAND,
            "fewer pairs are kept, and the multipliers are busy",
        ),
    ]


def costs(t, ppa):
    """Rows and tables of what make ppa wrote; without it rows that say how to get them."""
    p, found = t.published, json.loads(ppa.read_text()) if ppa and ppa.is_file() else None
    energy = (found or {}).get("energy")
    command, why = (
        (found["command"], f"{found['library']}, scaled to 28 nm by the paper's rule, no wires; the paper's has K and V generation")
        if found
        else (PPA, "needs a standard-cell library: make paper LIBERTY=FILE")
    )
    watt = "energy of two blocks in gates, without wires" if energy else why
    rows = [
        Row("area", p["area_mm2"], found and found["logic_mm2"] + found["memory_mm2"], "mm2", command, why),
        Row("throughput by area", p["gops_per_mm2"], found and found["gops_per_mm2"], "GOPS/mm2", command, why),
        Row("longest path", p["claims"]["path_ns"], found and found["path_ns"], "ns", command, why),
        Row("power of the core", p["core_watt"], energy and energy["core_watt"], "W", command, watt),
        Row("efficiency of the core", p["gops_per_watt"], energy and energy["gops_per_watt"], "GOPS/W", command, watt),
        Row("... with the memory chip", p["gops_per_watt_device"], energy and energy["gops_per_watt_with_hbm"], "GOPS/W", command, watt),
    ]
    if not found:
        return rows, [], None
    engines = [
        [
            engine,
            f"{at['logic_mm2']:.3f}",
            f"{at['memory_mm2']:.3f}",
            f"{p['engines'].get(engine, {}).get('mm2', '')}",
            f"{sum(v for k, v in energy['engines'][engine].items() if k != 'clock_free'):.0f}" if energy else "",
            f"{p['engines'].get(engine, {}).get('mw', '')}",
        ]
        for engine, at in found["engines"].items()
        if at["cells"]
    ]
    return (
        rows,
        [
            Table(
                "Area and power by engine",
                ["engine", "logic, mm2", "memories, mm2", "paper, mm2", "mW at 1 GHz", "paper, mW"],
                engines,
                "The paper counts memories apart.",
            )
        ],
        found,
    )


def accelerators(t, own, llama_ms, found):
    """All at 28 nm and 1 V, by the paper's rules; the time of a layer on 128 multipliers."""
    p = t.published
    area = found["logic_mm2"] + found["memory_mm2"] if found else None
    watt = found["energy"]["core_watt"] if found and found.get("energy") else None

    def line(name, mm2, power, speed, per_watt, per_area, ms):
        return [
            name,
            *(
                ("" if value is None else form.format(value))
                for value, form in (
                    (mm2, "{:.2f}"),
                    (power, "{:.3f}"),
                    (speed, "{:.0f}"),
                    (per_watt, "{:.0f}"),
                    (per_area, "{:.0f}"),
                    (ms, "{:.0f}"),
                )
            ),
        ]

    rows = [
        line("this, wide", area, watt, own, watt and own / watt, area and own / area, llama_ms),
        line("SOFA, published", p["area_mm2"], p["core_watt"], p["gops"], p["gops_per_watt"], p["gops_per_mm2"], p["llama_ms"]),
    ]
    for a in p["accelerators"]:
        mm2, power = scaled(a)
        rows.append(line(f"{a['name']}, {a['nm']} nm", mm2, power, a["gops"], a["gops"] / power, a["gops"] / mm2, a["llama_ms"]))
    note = (
        f"Published ones as they were built (their node is beside them), scaled by the paper's rule: with s the node over {NODE} nm, area by "
        "1/s^2, power by 1/(s V^2), V the supply in volts; throughput stays. "
        f"The last column, as the paper's table has it: {p['llama']}. Area and power of ours: `make ppa`"
        + ("." if found else ", which needs LIBERTY.")
    )
    return Table(
        f"Beside other accelerators, at {NODE} nm", ["accelerator", "mm2", "core, W", "GOPS", "GOPS/W", "GOPS/mm2", "Llama-7B, ms"], rows, note
    )


def part(t, llama, ppa):
    """llama: cycles and visible operations of a layer of Llama-7B at 4096 tokens (shapes.py)."""
    multipliers = multipliers_of(t)
    own, rows = throughput(t, multipliers)
    ms = llama["cycles"] / 1e6 * multipliers / FEW
    cost, tables, found = costs(t, ppa)
    rows += [
        Row(
            f"Llama-7B, attention of a layer, on {FEW} multipliers",
            t.published["llama_ms"],
            ms,
            "ms",
            "make paper PAPER='--only shapes,speed'",
            f"{llama['gop']:.1f} GOP of visible pairs; {100 * llama['kept']:.2f} % kept by mass on heads of lm4k, of this shape",
        ),
        *cost,
    ]
    return Part("speed", "Speed, area, energy", busy(t) + rows, [accelerators(t, own, ms, found), *tables])
