# SPDX-License-Identifier: Apache-2.0
"""signoff.py --build DIR: the sign-off sheet, DIR/signoff/signoff.md and signoff.json, out of the results of other commands.

Nothing in it is typed: contracts are the heads of the templates, figures are what commands have written, stages follow from the rules of
stages.py. What has not been run says so, with the command that runs it.
"""
import argparse
import json
import pathlib
import re
import sys

import results as r
import stages


def facts(engine, results, old):
    """All that is known of an engine."""
    contracts = r.modules(engine)
    names = set(contracts)
    about = r.blocks()
    proofs = r.proofs_of(results, names, about)
    proven = {name for block, modules in about.items() for name in modules & names}
    texts = {path.stem: path.read_text() for path in (r.TEMPLATES / engine).glob("*.v")}
    area = r.area_of(results, engine)
    return {"engine": engine, "modules": contracts, "proofs": proofs, "blocks": sorted(b for b, m in about.items() if m & names),
            "unproven": sorted(names - proven), "coverage": r.coverage_of(results, engine), "mutants": r.mutants_of(results, engine),
            "netlists": r.netlists_of(results, engine), "area": area, "faults": r.faults_of(results, proofs), "benches": r.benches(names),
            "not_in_area": results["area"] is not None and area is None, "stale": old, "ran": {what: value is not None or None for what, value in results.items()},
            "unfinished": sorted(name for name, text in texts.items() if re.search(stages.UNFINISHED, text))}


def not_run(what):
    return f"not run: `{r.COMMANDS[what]}`"


def figure(value, what, form):
    return not_run(what) if value is None else form(value)


def counts(value):
    return f"{value['killed']} of {value['all']}" if value["all"] else "none"


def area_text(area):
    return f"{area['logic_mm2']:.4f} + {area['memory_mm2']:.4f} mm2, {area['path_ns']:.2f} ns" if area.get("path_ns") else \
        f"{area['logic_mm2']:.4f} + {area['memory_mm2']:.4f} mm2"


def summary(engines):
    head = ("engine", "design", "verification", "modules", "proofs", "lines, toggles %", "mutants killed", "netlists' mutants killed", "logic + memories, longest path")
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for e in engines:
        held = e["proofs"] and sum(1 for p in e["proofs"] if p["result"] == "proven")
        covered = not_run("coverage") if not e["ran"]["coverage"] else \
            f"{e['coverage']['lines']}, {e['coverage']['toggles']}" if e["coverage"] else "none of it simulated"
        area = not_run("area") if not e["ran"]["area"] else area_text(e["area"]) if e["area"] else "not in this configuration"
        row = (e["engine"], e["stages"]["D"], e["stages"]["V"], str(len(e["modules"])),
               figure(e["proofs"], "proofs", lambda p: f"{held} of {len(p)}" if p else "none"), covered, figure(e["mutants"], "mutants", counts),
               figure(e["netlists"], "netlists", counts), area)
        lines.append(f"| {' | '.join(row)} |")
    return lines


def open_points(e):
    """What keeps an engine from the next stages, and what nobody has proven."""
    points = [f"{stage}: {words}: {'no' if state is False else 'not run'}" for stage, words, state in e["judged"] if not state]
    for what in ("mutants", "netlists"):
        if e[what] and e[what]["survivors"]:
            points.append(f"survivors of `{r.COMMANDS[what]}`: {', '.join(e[what]['survivors'])}")
    if e["unproven"]:
        points.append(f"modules without a proof of their own ({len(e['unproven'])}): {', '.join(e['unproven'])}")
    return points


def chapter(e):
    lines = ["", f"## {e['engine']}", "", "| module | contract |", "|---|---|"]
    lines += [f"| `{name}` | {contract.replace('|', '&#124;')} |" for name, contract in e["modules"].items()]
    lines += ["", f"Suites of `make test` that name its modules: {', '.join(e['benches']) or 'none'}.", ""]
    if e["proofs"] is None:
        lines.append(f"Proofs: {not_run('proofs')} (blocks {', '.join(e['blocks']) or 'none'}).")
    elif e["proofs"]:
        lines += ["| proof | configuration | method | result |", "|---|---|---|---|"]
        lines += [f"| {p['block']}:{p['proof']} | {p['configuration']} | {p['method']} | {p['result']} |" for p in e["proofs"]]
    else:
        lines.append("Proofs: none.")
    lines += ["", "Open points:", ""] + [f"* {point}" for point in open_points(e)] if open_points(e) else ["", "No open points."]
    return lines


def rules():
    lines = ["", "## Stages", "", "A stage is reached when all its conditions and those of the stages before it hold. Results that are missing hold nothing.", "",
             "| stage | condition |", "|---|---|"]
    return lines + [f"| {stage} | {words} |" for stage, words, _ in stages.RULES]


def results_table(results, old):
    lines = ["", "## Results", "", "| result | made by | state |", "|---|---|---|"]
    for what, value in results.items():
        state = "not run" if value is None else "older than a template" if what in old else "there"
        lines.append(f"| {what} | `{r.COMMANDS[what]}` | {state} |")
    if results["area"] is not None:
        lines += ["", f"Area: {results['area']['name']}, scaled to {results['area']['node']} nm, by `{results['area']['command']}`."]
    return lines


def plain(engine):
    return {key: value for key, value in engine.items() if key not in ("judged", "ran", "stale")} | {
        "conditions": [{"stage": stage, "condition": words, "holds": state} for stage, words, state in engine["judged"]],
        "open": open_points(engine)}


def put(path, text):
    temporary = path.with_suffix(path.suffix + ".tmp")
    temporary.write_text(text)
    temporary.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    options = parser.parse_args()
    try:
        results = r.read(options.build)
    except r.Failure as failure:
        print(f"signoff: {failure}", file=sys.stderr)
        return 2
    old = r.stale(options.build)
    engines = [facts(engine, results, old) for engine in r.ENGINES]
    for engine in engines:
        engine["stages"], engine["judged"] = stages.reached(engine)
    out = options.build / "signoff"
    out.mkdir(parents=True, exist_ok=True)
    lines = ["# Sign-off sheet", "", *summary(engines), *rules(), *results_table(results, old)]
    for engine in engines:
        lines += chapter(engine)
    put(out / "signoff.md", "\n".join(lines) + "\n")
    put(out / "signoff.json", json.dumps({"engines": [plain(e) for e in engines],
                                          "results": {what: value is not None for what, value in results.items()}, "older": sorted(old)}, indent=1) + "\n")
    print("\n".join(summary(engines)))
    print(out / "signoff.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
