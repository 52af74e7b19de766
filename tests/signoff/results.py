# SPDX-License-Identifier: Apache-2.0
"""What the other commands have written below the build directory, engine by engine. What is not there is None, and its command is known."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "rtl_templates"
ENGINES = ("source", "predict", "select", "schedule", "rows", "kvgen", "attend", "memory", "top", "target")
# What makes each result.
COMMANDS = {"proofs": "make formal", "faults": "make formal-faults", "coverage": "make coverage-rtl", "mutants": "make mutate",
            "netlists": "make mutate-netlist", "area": "make ppa CONFIG=configs/wide.yaml LIBERTY=FILE.lib"}
FILES = {"proofs": "formal/proofs.json", "faults": "formal/faults.json", "coverage": "coverage-rtl/rtl.json", "mutants": "mutate/mutants.json",
         "netlists": "mutate-netlist/netlists.json", "area": "ppa/wide.json"}


class Failure(Exception):
    pass


def read(build):
    """{what: its JSON or None}, and the newest change of what each is made of."""
    found = {}
    for what, file in FILES.items():
        path = build / file
        try:
            found[what] = json.loads(path.read_text()) if path.is_file() else None
        except ValueError as e:
            raise Failure(f"{path}: no JSON ({e}): {COMMANDS[what]} makes it again") from None
    return found


def stale(build):
    """Results that are older than a template."""
    newest = max(path.stat().st_mtime for path in TEMPLATES.rglob("*.v"))
    return {what for what, file in FILES.items() if (build / file).is_file() and (build / file).stat().st_mtime < newest}


def head_of(text):
    """The sentences at the head of a template, as its contract: what stands in $() is a value of the configuration."""
    lines = []
    for line in text.splitlines():
        if line.startswith("// "):
            lines.append(line[3:].strip())
        elif line.startswith("//%"):
            if lines:
                break
        elif lines:
            break
    said = re.sub(r'\$\(latency\("[^"]+", ([^()]+)\)\)', r"`\1`", " ".join(lines))
    return re.sub(r"\$\(([^()]*(?:\([^()]*\))?[^()]*)\)", r"`\1`", said)


def modules(engine):
    """{module: its contract}"""
    return {path.stem: head_of(path.read_text()) for path in sorted((TEMPLATES / engine).glob("*.v"))}


def blocks():
    """{block of proofs: modules that it is about}"""
    known = {path.stem for path in TEMPLATES.rglob("*.v")}
    found = {}
    for path in sorted((ROOT / "tests" / "formal" / "blocks").glob("sofa_prove_*.v")):
        found[path.stem.removeprefix("sofa_prove_")] = known & set(re.findall(r"sofa_\w+", path.read_text()))
    return found


def proofs_of(results, names, about):
    """Proofs of blocks that are about one of the modules."""
    if results["proofs"] is None:
        return None
    return [proof for proof in results["proofs"] if about.get(proof["block"], set()) & names]


def coverage_of(results, engine):
    if results["coverage"] is None:
        return None
    return next(({"lines": row["lines %"], "toggles": row["toggles %"]} for row in results["coverage"] if row["folder"] == engine), None)


def mutants_of(results, engine):
    """(killed, all that are not equivalent, names of survivors) of make mutate."""
    if results["mutants"] is None:
        return None
    here = [m for m in results["mutants"] if m["file"].startswith(f"rtl_templates/{engine}/") and not m["equivalent"]]
    return {"killed": sum(1 for m in here if m["killed_by"]), "all": len(here), "survivors": [m["name"] for m in here if not m["killed_by"]]}


def netlists_of(results, engine):
    if results["netlists"] is None:
        return None
    here = [m for m in results["netlists"]["mutants"] if m["engine"] == engine and m["result"] != "equivalent"]
    return {"killed": sum(1 for m in here if m["result"] == "killed"), "all": len(here),
            "survivors": [f"{m['core']} {m['number']}" for m in here if m["result"] == "survives"]}


def area_of(results, engine):
    if results["area"] is None:
        return None
    return results["area"]["engines"].get(engine)


def faults_of(results, proofs):
    """Faults that the proofs of an engine must notice: (noticed, all)."""
    if results["faults"] is None or proofs is None:
        return None
    labels = {proof["block"] for proof in proofs}
    here = [fault for fault in results["faults"] if fault["proof"].split(":")[0] in labels]
    return {"noticed": sum(1 for fault in here if fault["result"] == "noticed"), "all": len(here)}


def benches(names):
    """Suites of make test that name a module of the engine's, or emit its folder."""
    found = []
    for path in sorted((ROOT / "tests").glob("test_*.c")):
        text = path.read_text()
        if any(re.search(rf"\b{name}\b", text) for name in names):
            found.append(path.stem.removeprefix("test_"))
    return found
