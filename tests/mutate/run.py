# SPDX-License-Identifier: Apache-2.0
"""make mutate: does `make test` notice a fault?

Builds a copy of the tree in which every mutant of tests/mutate/*.txt is a switch (see mutants.py), so that each core is compiled once,
and runs for each mutant the suites that should kill it, then, if none does, all others. Exit status 1 if a mutant survives that is not
marked as equivalent, if one that is dies, if an edit no longer applies, or if a suite fails without a mutant.
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
import tempfile
import threading

import mutants as lists

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINKED = ["configs", "data", "docs"]            # without anything that is built
NOT_COPIED = {"build"}
COMPILES = 60       # processor seconds of a suite that may have compiled cores: measured once more
TREE_SUITES = {"assertions", "formal", "licence", "make", "mutants", "templates"}     # judge the tree, not what it makes
TOOL_SUITES = {"lint", "manifest", "prefix"}           # let tools judge emitted text, which has switches here
C_SWITCH = """#include <stdlib.h>
static inline int sofa_mutant(int number)
{
    static int chosen = -1;
    if (chosen < 0)
        chosen = getenv("SOFA_MUTANT") ? atoi(getenv("SOFA_MUTANT")) : 0;
    return chosen == number;
}
"""
# Lint has nothing to say about switches that only this copy has; vvp hands the number on.
WRAPPERS = {
    "vvp": 'exec {tool} "$@" "+sofa_mutant=${{SOFA_MUTANT:-0}}"',
    "iverilog": 'case " $* " in *" -t null "*) exit 0;; esac; for a; do shift; [ "$a" = -Wall ] || set -- "$@" "$a"; done; exec {tool} "$@"',
    "verilator": 'case " $* " in *" --lint-only "*) exit 0;; esac; exec {tool} -Wno-lint -Wno-fatal "$@"',
    "yosys": "exit 0",
}


def put(path, content, executable=False):
    """Writes a file unless it holds the content (text or bytes) already, so that make builds what has changed."""
    content = content.encode() if isinstance(content, str) else content
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if executable:
        path.chmod(0o755)


def copy_tree(tree, texts, build):
    """Everything but what is built, what is hidden, and what may as well be linked; edited files with their new texts."""
    wanted, folders = {}, []
    for entry in ROOT.iterdir():
        if entry.name.startswith(".") or entry.name in NOT_COPIED or entry == build:
            continue
        if entry.name in LINKED:
            tree.mkdir(parents=True, exist_ok=True)
            if not (tree / entry.name).is_symlink():
                (tree / entry.name).symlink_to(entry)
            continue
        if entry.is_dir():
            folders.append(entry.name)
        for source in [entry] if entry.is_file() else entry.rglob("*"):
            if source.is_file() and source.suffix != ".pyc":
                wanted[source.relative_to(ROOT)] = source
    for folder in folders:
        for old in (tree / folder).rglob("*"):
            if old.is_file() and old.relative_to(tree) not in wanted:
                old.unlink()
    for path, source in wanted.items():
        put(tree / path, texts.get(str(path), source.read_bytes()), executable=os.access(source, os.X_OK))


class Bench:
    """The copy with its switches."""

    def __init__(self, work, jobs):
        self.work, self.tree, self.jobs = work, work / "tree", jobs
        self.took = {}      # of suites: processor seconds without a mutant
        self.broken = {}    # of suites: how it ends without a mutant, if not well
        self.lock = threading.Lock()

    def make(self, texts):
        copy_tree(self.tree, texts, self.work.parent)
        put(self.work / "switch.h", C_SWITCH)
        for name, script in WRAPPERS.items():
            tool = shutil.which(name)
            put(self.work / "bin" / name, "#!/bin/sh\n" + script.format(tool=tool) + "\n", executable=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
        subprocess.run(["make", "-s", "-j", str(self.jobs), "BUILD=build", "OPTIMISE=-O2",
                        f"CFLAGS=-w -include {self.work / 'switch.h'}", "all"], cwd=self.tree, env=environment, check=True)

    def run(self, number, suite, limit):
        """(how it ended: "passes" or what killed it, processor seconds). The suite ends at its first failure."""
        tap = self.work / f"{suite}-{number}.tap"
        tap.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in ("SOFA_JOBS", "SOFA_FAST", "SOFA_TEMPLATES")}
        environment.update(SOFA_MUTANT=str(number), SOFA_CACHE=str(self.work / "cache"), CK_TAP_LOG_FILE_NAME=str(tap),
                           CK_TIMEOUT_MULTIPLIER="20", PATH=f"{self.work / 'bin'}:{os.environ['PATH']}")
        child = subprocess.Popen(["build/test/sofatest", suite], cwd=self.tree, env=environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        end, seconds, looks = None, 0.0, 0
        while end is None:
            try:
                code = child.wait(0.2)
            except subprocess.TimeoutExpired:
                code = None
                looks += 1
                if looks % 10 == 0:
                    seconds = processor_seconds(child.pid)
            failed = re.search(r"^not ok \d+ - (.*)$", tap.read_text(errors="replace"), re.M) if tap.is_file() else None
            if failed:
                end = failed[1][:200]
            elif code is not None:
                end = "passes" if code == 0 else f"exit status {code}"
            elif seconds > limit:
                end = f"takes more than {limit:.0f} s"
        seconds = max(seconds, processor_seconds(child.pid))
        stop(child)
        tap.unlink(missing_ok=True)
        return end, seconds

    def try_without(self, suite):
        """Runs the suite without a mutant, once: it must pass, and its cores get compiled. One at a time: they use all processors."""
        if suite in self.took:
            return
        with self.lock:
            if suite in self.took:
                return
            end, seconds = self.run(0, suite, float("inf"))
            if end == "passes" and seconds > COMPILES:
                end, seconds = self.run(0, suite, float("inf"))
            print(f"{'no mutant, ' + suite:32} {seconds:6.0f} s  {end}", flush=True)
            if end != "passes":
                self.broken[suite] = end
            self.took[suite] = seconds

    def kills(self, mutant, suite):
        """(what killed the mutant or None, processor seconds)"""
        self.try_without(suite)
        if suite in self.broken:
            return None, 0.0
        end, seconds = self.run(mutant.number, suite, 30 + 4 * self.took[suite])
        return (None if end == "passes" else end), seconds


def session(leader):
    """(process, processor seconds of it and its ended children) of every process in a session."""
    tick = os.sysconf("SC_CLK_TCK")
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            yield int(stat.parent.name), sum(map(int, fields[11:15])) / tick


def processor_seconds(leader):
    return sum(seconds for _, seconds in session(leader))


def stop(child):
    """Ends the child's session: Check runs every test in a process group of its own."""
    for process, _ in session(child.pid):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    child.wait()


def all_suites():
    text = (ROOT / "tests" / "suites.h").read_text()
    return [name for name in re.findall(r"^SUITE\((\w+)\)", text, re.M) if name not in TREE_SUITES | TOOL_SUITES]


def judge(bench, mutant, rest):
    """Runs the mutant's suites, then the rest; its entry of the report."""
    suites = mutant.suites + [s for s in rest if s not in mutant.suites and not mutant.equivalent]
    entry = {"name": mutant.name, "file": mutant.path, "line": mutant.line, "old": mutant.old, "new": mutant.new,
             "equivalent": mutant.equivalent, "killed_by": None, "test": None, "seconds": 0.0}
    for suite in suites:
        end, seconds = bench.kills(mutant, suite)
        entry["seconds"] = round(entry["seconds"] + seconds, 1)
        if end:
            entry["killed_by"], entry["test"] = suite, end
            break
    entry["good"] = (entry["killed_by"] is None) == (mutant.equivalent is not None)
    return entry


def tell(entry):
    if entry["killed_by"]:
        result = f"killed by {entry['killed_by']}: {entry['test']}"
    else:
        result = f"survives: {entry['file']}:{entry['line']}: {entry['old']} -> {entry['new']}"
    if entry["equivalent"]:
        result = ("equivalent" if entry["good"] else "NOT EQUIVALENT, " + result) + f" ({entry['equivalent']})"
    print(f"{entry['name']:32} {entry['seconds']:6.0f} s  {result}", flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", help="directory to build in")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("--check", action="store_true", help="only see whether all edits apply")
    parser.add_argument("--sofagen", help="with --check: also see whether this program renders the edited templates")
    parser.add_argument("--only", default="", help="mutants whose name or file this regular expression matches")
    parser.add_argument("--listed", action="store_true", help="only the suites that a mutant names")
    return parser.parse_args()


def render(texts, sofagen):
    """Messages about the edited templates that sofagen does not render, for every configuration in configs/ and both modes."""
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        work = pathlib.Path(directory)
        shutil.copytree(ROOT / "rtl_templates", work / "rtl_templates")
        for path, text in texts.items():
            if path.startswith("rtl_templates/"):
                (work / path).write_text(text)
        for configuration in sorted((ROOT / "configs").glob("*.yaml")):
            for mode in ("kv", "tokens"):
                command = [sofagen, str(configuration), "--set", f"mode={mode}", "-o", str(work / "core")]
                environment = {**os.environ, "SOFA_TEMPLATES": str(work / "rtl_templates")}
                done = subprocess.run(command, env=environment, capture_output=True, text=True)
                if done.returncode and "template" in done.stderr:
                    wrong.append(f"{configuration.name}, mode {mode}: {done.stderr.strip()}")
    return wrong


def main():
    options = arguments()
    everything = lists.load(sorted((ROOT / "tests" / "mutate").glob("*.txt")))
    texts, wrong = lists.apply(ROOT, everything)
    suites = all_suites()
    wrong += [f"mutant {m.name}: no suite {suite}" for m in everything for suite in m.suites if suite not in suites]
    if options.check and options.sofagen and not wrong:
        wrong = render(texts, options.sofagen)
    for message in wrong:
        print(f"{message}\n    mend or remove it in tests/mutate/", file=sys.stderr)
    if options.check or wrong:
        return 1 if wrong else 0
    chosen = [m for m in everything if re.search(options.only, f"{m.path} {m.name}")]
    work = pathlib.Path(options.build).resolve() / "mutate"
    bench = Bench(work, options.jobs)
    bench.make(texts)
    rest = [] if options.listed else suites
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        entries = []
        for future in concurrent.futures.as_completed([pool.submit(judge, bench, m, rest) for m in chosen]):
            entries.append(future.result())
            tell(entries[-1])
    entries.sort(key=lambda entry: entry["name"])
    put(work / "mutants.json", json.dumps(entries, indent=1) + "\n")
    real = [entry for entry in entries if not entry["equivalent"]]
    killed = sum(1 for entry in real if entry["killed_by"])
    print(f"{killed} of {len(real)} killed, {len(entries) - len(real)} equivalent; {work / 'mutants.json'}")
    for suite in sorted(bench.broken):
        print(f"suite {suite} fails without a mutant: {bench.broken[suite]}", file=sys.stderr)
    return 0 if all(entry["good"] for entry in entries) and not bench.broken else 1


if __name__ == "__main__":
    sys.exit(main())
