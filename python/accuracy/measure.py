# SPDX-License-Identifier: Apache-2.0
"""Loss of a model whose attention is computed by the bits of the core, against dense attention.

Every head of every layer goes through sofamodel, and what it returns goes on through the model. What a rule does to a window is kept
in --work, so a run that was stopped goes on where it was; a new sofamodel, configuration or model begins anew.

A model is a Python file (--model) with
    NAME, UNIT                     text: of the model, of its loss
    FILES                          optional: what it reads; results depend on them
    windows()                      a sequence of inputs
    loss(window, attention)        a number; calls, for every layer and head (of grouped queries: group) in order,
        attention(layer, head, trace) -> o [R, d]
        trace: arrays as in a trace file (docs/arithmetic.md): q [R, d], k, v [S, d], visible, first [R], scale; with x, wk, wv ... a
        rule can ask for mode tokens
"""

import argparse
import concurrent.futures
import hashlib
import importlib.util
import json
import os
import pathlib
import shlex
import shutil
import signal
import sys
import tempfile
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # windows run side by side
ROOT = pathlib.Path(__file__).resolve().parents[2]

import core  # noqa: E402
import tables  # noqa: E402

MASSES = ["0.01", "0.007", "0.005", "0.003"]
# The first one's curve, which others are compared with, must be the longest.
WIDTHS = {(8, 7): MASSES, **dict.fromkeys([(8, 5), (8, 4), (6, 7), (5, 7), (4, 7), (4, 5), (4, 4), (3, 7), (3, 5)], ["0.007", "0.005"])}
STUDIES = {
    "quick": ["--kept 8", "--mass 0.007"],
    "curves": ["--kept 4", "--kept 8", "--kept 16", "--mass 0.01", "--mass 0.005"],
    "rules": ["--kept 4", "--kept 8", "--kept 16"] + [f"--mass {mass}" for mass in MASSES],
    "widths": [f"--mass {mass} --set predict.operand_bits={bits} --set predict.code_powers={powers}"
               for (bits, powers), masses in WIDTHS.items() for mass in masses],
}


def write(path, text):
    """All of the new text or what was there before."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text)
    beside.replace(path)


class UsageError(Exception):
    """What is wrong with the command line or the model, and what would be right."""


def load_model(path):
    if not path.is_file():
        raise UsageError(f"--model {path}: no such file")
    spec = importlib.util.spec_from_file_location("model", path)
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    missing = [name for name in ("NAME", "UNIT", "windows", "loss") if not hasattr(model, name)]
    if missing:
        raise UsageError(f"--model {path}: has no {', '.join(missing)}; measure.py --help says what a model needs")
    return model


def choose(text, count):
    """Numbers of windows of "all" or a list such as 0,3,5:8."""
    if text == "all":
        return list(range(count))
    chosen = set()
    for part in text.split(","):
        low, colon, high = part.partition(":")
        if not low.isdigit() or (colon and not high.isdigit()):
            raise UsageError(f"--windows '{text}': must be all, or numbers and ranges A:B such as 0,3,5:8")
        chosen.update(range(int(low), int(high) if colon else int(low) + 1))
    if not chosen or max(chosen) >= count:
        raise UsageError(f"--windows '{text}': must name some of the windows 0 to {count - 1}")
    return sorted(chosen)


def _digest(files, text=""):
    digest = hashlib.sha256(text.encode())
    for path in files:
        digest.update(hashlib.sha256(pathlib.Path(path).read_bytes()).digest())
    return digest.hexdigest()[:16]


class Store:
    """Results, also of earlier runs: a file for each window and rule, named by what the result depends on."""

    def __init__(self, work, model_files, core_files, core_options):
        self.work, self.options = work, core_options
        self.dense = _digest(model_files)
        self.core = _digest([*model_files, *core_files])
        work.mkdir(parents=True, exist_ok=True)

    def _path(self, window, rule):
        known = _digest([], f"{self.core} {self.options} {rule}") if rule else self.dense
        return self.work / f"{window}-{known}.json"

    def get(self, window, rule):
        path = self._path(window, rule)
        return json.loads(path.read_text()) if path.is_file() else None

    def put(self, record):
        write(self._path(record["window"], record["rule"]), json.dumps(record))


def run_window(o, program, window, rule):
    """In a process of its own. rule "": dense attention."""
    model, begin = load_model(o.model), time.monotonic()
    machine = core.Core(program, o.config, shlex.split(f"{o.core} {rule}"))
    loss = float(model.loss(model.windows()[window], machine.attention if rule else core.dense))
    return {"window": window, "rule": rule, "loss": loss, "heads": machine.heads, "seconds": time.monotonic() - begin}


def run_all(o, program, tasks, store):
    """Records of all tasks, (window, rule), as they come."""
    records = []
    with concurrent.futures.ProcessPoolExecutor(o.jobs) as pool:
        running = [pool.submit(run_window, o, program, *task) for task in tasks]
        try:
            for done in concurrent.futures.as_completed(running):
                record = done.result()
                store.put(record)
                records.append(record)
                print(f"{len(records)} of {len(tasks)}: window {record['window']}, {record['rule'] or 'dense'}: loss "
                      f"{record['loss']:.4f}, {record['seconds']:.0f} s", file=sys.stderr, flush=True)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return records


def parse(words):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=pathlib.Path, default=ROOT / "python/accuracy/lm4k.py", metavar="FILE.py")
    p.add_argument("--study", choices=STUDIES, default="quick", help="rules to compare: " + "; ".join(STUDIES))
    p.add_argument("--rule", action="append", metavar="OPTIONS", help="options of sofamodel, instead of a study; may be given often")
    p.add_argument("--windows", help="all, or such as 0,3,5:8 (default: 0 of study quick, else all)")
    p.add_argument("--config", type=pathlib.Path, default=ROOT / "configs/wide.yaml", metavar="FILE.yaml")
    p.add_argument("--core", default="", metavar="OPTIONS", help="options of every rule")
    p.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin", metavar="DIR", help="where sofamodel is")
    p.add_argument("--work", type=pathlib.Path, default=ROOT / "build/accuracy", metavar="DIR", help="results")
    p.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N", help="windows at a time")
    return p.parse_args(words)


def measure(o, model, rules, windows, program):
    """What is known of these rules and windows, and what is not yet."""
    here = pathlib.Path(__file__).resolve().parent
    store = Store(o.work / model.NAME, [o.model, here / "core.py", *getattr(model, "FILES", [])], [o.config, program], o.core)
    wanted = [(window, rule) for window in windows for rule in ["", *rules]]
    known = {task: store.get(*task) for task in wanted}
    todo = [task for task in wanted if known[task] is None]
    return [record for record in known.values() if record] + run_all(o, program, todo, store)


def publish(o, model, rules, records):
    """NAME.md and NAME.json in --work; the page on standard output, too."""
    table = tables.summarise(rules, records)
    tables.compare_curves(table)
    page = tables.markdown(model.NAME, model.UNIT, table)
    write(o.work / f"{model.NAME}.json", json.dumps({"model": model.NAME, "unit": model.UNIT, "config": str(o.config), "core": o.core,
                                                     "rules": table}, indent=1) + "\n")
    write(o.work / f"{model.NAME}.md", page)
    print(page, end="")


def run(words):
    o = parse(words)
    model = load_model(o.model)
    rules = o.rule or STUDIES[o.study]
    quick = o.study == "quick" and not o.rule
    windows = choose(o.windows or ("0" if quick else "all"), len(model.windows()))
    if not (o.bin / "sofamodel").is_file():
        raise UsageError(f"--bin {o.bin}: holds no sofamodel; make builds it")
    o.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=o.work) as fixed:  # a build meanwhile changes nothing
        program = shutil.copy2(o.bin / "sofamodel", fixed)
        publish(o, model, rules, measure(o, model, rules, windows, program))


def main(words=None):
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing is left behind then, either
    try:
        run(words)
    except (UsageError, core.CoreError, OSError) as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("measure.py: stopped; the same command goes on from here", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
