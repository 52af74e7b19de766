# SPDX-License-Identifier: Apache-2.0
"""make mutate-netlist: does co-simulation notice a fault in what Yosys makes of a core?

`mutate` of Yosys makes a sample of faults, by a seed, in the netlists of the configurations in tests/mutate/netlists/. All faults of a
netlist are compiled into one core and chosen by a number. Each runs random jobs with both memories, aborts and bus errors (sofasweep
--config); if none notices, SAT says whether its module can tell it from the right one in any state; if it can, the suites of make test
that drive whole cores run on it. tests/mutate/netlists/reasons.txt says in words why others are equivalent. Writes netlists.md and netlists.json;
a run that was ended goes on where it was, as long as netlist, sample and tests are the same. Exit status 1 if less than 95 % of those that are not equivalent are killed or a survivor has no reason.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import netlist
import run

HERE = pathlib.Path(__file__).resolve().parent
SUITES = ("descriptor", "cosim", "faults", "abort", "history", "extremes")
LONG_JOBS = 10          # times the jobs, once more, before suites
FLOOR = 0.95


class Journal:
    """Entries of mutants, a line each, of one netlist and one way to try it."""

    def __init__(self, path, key):
        self.path, self.lock, self.known = path, threading.Lock(), {}
        lines = path.read_text().splitlines() if path.is_file() else []
        if lines[:1] == [key]:
            self.known = {entry["number"]: entry for entry in map(json.loads, lines[1:])}
        else:
            path.write_text(key + "\n")

    def add(self, entry):
        with self.lock, open(self.path, "a") as out:
            out.write(json.dumps(entry) + "\n")


class Core:
    """A netlist with its mutants, and what runs on it."""

    def __init__(self, options, configuration, count):
        self.bin, self.build = options.bin, options.build
        self.work = options.work
        self.jobs, self.seed = options.jobs_each, options.seed
        self.configuration = configuration
        self.net = netlist.Netlist(options.work / configuration.stem, options.bin / "sofagen", configuration)
        self.count, self.took = count, {}

    def make(self):
        self.net.prepare()
        self.mutants = self.net.sample(self.count, self.seed)
        self.rtl = self.net.write(self.mutants)
        self.journal = Journal(self.net.folder / "journal.txt", self.key())
        print(f"{self.net.name}: {len(self.mutants)} mutants, {len(self.journal.known)} of them known", flush=True)

    def key(self):
        """Of the netlist, the sample and the programs that try it."""
        digest = hashlib.sha256()
        for path in (self.net.folder / "netlist.il", self.net.folder / "list.txt", self.bin / "sofasweep", self.build / "test" / "sofatest"):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return f"{digest.hexdigest()} {self.seed} {self.jobs}"

    def environment(self, number):
        dropped = ("SOFA_JOBS", "SOFA_FAST", "SOFA_TEMPLATES", "SOFA_COVERAGE")
        return {**{name: value for name, value in os.environ.items() if name not in dropped}, "SOFA_MUTANT": str(number),
                "SOFA_RTL": str(self.rtl), "SOFA_DESIGN": str(self.configuration), "SOFA_CACHE": str(self.work / "cache"),
                "CK_TIMEOUT_MULTIPLIER": "20"}

    def run(self, number, command, limit):
        """(None or what killed it, processor seconds)"""
        child = subprocess.Popen([str(word) for word in command], env=self.environment(number), stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, start_new_session=True, cwd=run.ROOT)
        said, end = "", None
        while end is None:
            try:
                said, _ = child.communicate(timeout=1)
                end = said if child.returncode else ""
            except subprocess.TimeoutExpired:
                if run.processor_seconds(child.pid) > limit:
                    end = f"FAILED takes more than {limit:.0f} s"
        seconds = run.processor_seconds(child.pid)
        run.stop(child)
        if not end:
            return None, seconds
        found = re.search(r"FAILED (.*)|^[^:\n]+:\d+:[FE]:[^:]*:(.*)", end, re.M)
        return (found[1] or found[2] if found else "exit status")[:160], seconds

    def sweep(self, jobs, seed):
        return [self.bin / "sofasweep", "--config", self.configuration, "--no-lint", "--jobs", jobs, "--seed", seed]

    def suite(self, name):
        return [self.build / "test" / "sofatest", name]

    def commands(self):
        return {"jobs": self.sweep(self.jobs, self.seed), "more jobs": self.sweep(LONG_JOBS * self.jobs, self.seed + 1),
                **{name: self.suite(name) for name in SUITES}}

    def without(self, name):
        """Runs a command without a fault, once; what fails so tells nothing."""
        if name not in self.took:
            end, _ = self.run(0, self.commands()[name], float("inf"))
            seconds = 0.0
            if end is None:         # compiled by now
                begun = os.times()
                end, _ = self.run(0, self.commands()[name], float("inf"))
                ended = os.times()
                seconds = ended.children_user - begun.children_user + ended.children_system - begun.children_system
            print(f"{self.net.name}: {name} without a fault: {end or 'good'}, {seconds:.1f} s", flush=True)
            self.took[name] = None if end else seconds
        return self.took[name]

    def kill(self, mutant, names):
        """(command, what it said) of the first that notices, or (None, None)."""
        for name in names:
            if self.took.get(name) is not None:
                end, _ = self.run(mutant.number, self.commands()[name], 20 + 5 * self.took[name])
                if end:
                    return name, end
        return None, None


def reasons():
    """(module, text of the line, fault), each a regular expression, and why nobody can see it."""
    found = []
    for number, line in enumerate((HERE / "netlists" / "reasons.txt").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        head, mark, reason = line.partition(" = ")
        parts = [part.strip() for part in head.split(" | ")]
        if not mark or len(parts) != 3:
            raise SystemExit(f"tests/mutate/netlists/reasons.txt:{number}: must be MODULE | TEXT | FAULT = REASON")
        found.append((*parts, reason.strip()))
    return found


def reason_of(mutant, text, known):
    for module, line, fault, reason in known:
        if re.fullmatch(module, re.sub(r"_\d+$", "", mutant.module)) and re.search(line, text) and re.search(fault, f"{mutant.mode} {mutant.what}"):
            return reason
    return None


def judged(core, mutant, known, with_suites):
    """From the journal if it is there; a reason may have been found since."""
    entry = core.journal.known.get(mutant.number)
    if not entry or (entry["result"] == "survives" and with_suites and not entry["suites"]):
        entry = judge(core, mutant, with_suites)
        core.journal.add(entry)
    if entry["result"] == "survives" and (said := reason_of(mutant, entry["text"], known)):
        entry |= {"result": "equivalent", "by": "reason", "said": said}
    print(f"{entry['core']}:{entry['number']} {entry['result']} {entry['by'] or ''} {entry['said'] or ''}: {entry['module']} {entry['fault']}: "
          f"{entry['text']}"[:240], flush=True)
    return entry


def judge(core, mutant, with_suites):
    text = core.net.text(mutant)
    name, said = core.kill(mutant, ["jobs"])
    result = "killed" if name else None
    if not name and core.net.equivalent(mutant):
        result, said = "equivalent", "SAT"
    if not result:
        name, said = core.kill(mutant, ["more jobs", *(SUITES if with_suites else ())])
        result = "killed" if name else "survives"
    file, line = mutant.place
    return {"core": core.net.name, "number": mutant.number, "engine": mutant.engine, "module": mutant.module, "fault": f"{mutant.mode} {mutant.what}",
             "file": file, "line": line, "text": text, "result": result, "by": name or ("SAT" if result == "equivalent" else None), "said": said, "suites": with_suites}


def report(work, entries, seed):
    counts = {name: sum(1 for e in entries if e["result"] == name) for name in ("killed", "survives", "equivalent")}
    real = counts["killed"] + counts["survives"]
    share = counts["killed"] / real if real else 1.0
    lines = [f"Seed {seed}: {len(entries)} mutants, {counts['equivalent']} equivalent; of {real} others {counts['killed']} killed, {100 * share:.1f} %.", "",
             "| engine | killed | survive | equivalent |", "|---|---|---|---|"]
    for engine in sorted({e["engine"] for e in entries}):
        here = [sum(1 for e in entries if e["engine"] == engine and e["result"] == name) for name in counts]
        lines.append(f"| {engine} | {' | '.join(map(str, here))} |")
    lines += ["", "| core | module | fault | line | result | by |", "|---|---|---|---|---|---|"]
    lines += [f"| {e['core']} {e['number']} | {e['module']} | {e['fault']} | `{e['text']}`, {e['file']}:{e['line']} | {e['result']} | {e['by'] or ''}: {e['said'] or ''} |"
              .replace("||", "\\|\\|") for e in sorted(entries, key=lambda e: (e["result"] == "killed", e["core"], e["number"]))]
    run.put(work / "netlists.md", "\n".join(lines) + "\n")
    run.put(work / "netlists.json", json.dumps({"seed": seed, **counts, "mutants": entries}, indent=1) + "\n")
    print(lines[0], work / "netlists.md")
    return share >= FLOOR and not counts["survives"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    parser.add_argument("--only", default="", help="configurations whose name this regular expression matches")
    parser.add_argument("--count", type=int, default=500, help="mutants of all configurations together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("--jobs-each", type=int, default=30, help="random jobs of a mutant, each with both memories and a fault or abort")
    parser.add_argument("--no-suites", action="store_true", help="only jobs")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.bin, options.work = options.build / "bin", options.build / "mutate-netlist"
    return options


def main():
    options = arguments()
    known = reasons()
    configurations = sorted((HERE / "netlists").glob("*.yaml"))
    chosen = [c for c in configurations if re.search(options.only, c.stem)]
    entries = []
    for configuration in chosen:
        core = Core(options, configuration, options.count // len(configurations))
        try:
            core.make()
        except netlist.Failure as failure:
            print(f"mutate-netlist: {failure}", file=sys.stderr)
            return 2
        for name in ["jobs", "more jobs", *(() if options.no_suites else SUITES)]:
            core.without(name)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            entries += pool.map(lambda mutant: judged(core, mutant, known, not options.no_suites), core.mutants)
    return 0 if report(options.work, entries, options.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
