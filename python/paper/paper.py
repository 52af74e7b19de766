# SPDX-License-Identifier: Apache-2.0
"""The paper's figures beside ours, measured now: paper.md and paper.json in --work.

Parts are measured one after another; what a part has found is kept there, so that --only takes the others from an earlier run."""

import argparse
import dataclasses
import json
import os
import pathlib
import signal
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # several run side by side

import complexity  # noqa: E402
import pairs  # noqa: E402
import selection  # noqa: E402
import shapes  # noqa: E402
import speed  # noqa: E402
import traffic  # noqa: E402
from table import Part, Row, Table, markdown  # noqa: E402
from tools import PaperError, Tools  # noqa: E402

PARTS = ("complexity", "selection", "pairs", "traffic", "speed", "shapes")
LLAMA = "Llama-7B 4096"


def core_watt(ppa):
    """Of what make ppa has written, if it has."""
    found = json.loads(ppa.read_text()) if ppa and ppa.is_file() else {}
    return (found.get("energy") or {}).get("core_watt")


class Measured:
    """Shapes are measured once, for two parts."""

    def __init__(self, t, o):
        self.t, self.o, self._shapes = t, o, None

    def shapes(self):
        if self._shapes is None:
            kept = self.t.work / "shapes.json"
            if kept.is_file() and "shapes" not in self.o.only:
                thresholds, layers = json.loads(kept.read_text())
                self._shapes = {int(tokens): one for tokens, one in thresholds.items()}, layers
            else:
                self._shapes = shapes.measure(self.t)
                write(kept, json.dumps(self._shapes))
        return self._shapes

    def llama(self):
        """A layer of all its heads."""
        return next(shape for shape in self.shapes()[1] if shape["name"] == LLAMA)

    def part(self, name):
        found = {
            "complexity": lambda: complexity.part(self.t),
            "selection": lambda: selection.part(self.t),
            "pairs": lambda: pairs.part(self.t, self.o.windows),
            "traffic": lambda: traffic.part(self.t),
            "speed": lambda: speed.part(self.t, self.llama(), self.o.ppa),
            "shapes": lambda: shapes.part(self.t, *self.shapes(), core_watt(self.o.ppa)),
        }
        return found[name]()


def write(path, text):
    """All of the new text or what was there before."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text)
    beside.replace(path)


def stored(path):
    found = json.loads(path.read_text())
    return Part(found["name"], found["title"], [Row(**row) for row in found["rows"]], [Table(**table) for table in found["tables"]])


def parse(words):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--only", default=",".join(PARTS), metavar="PART,...", help="measure these: " + ", ".join(PARTS) + " (default: all)")
    p.add_argument(
        "--windows", default="1,7", metavar="N,...", help="of the language model, for pairs removed (default: 1,7; all are twelve)"
    )
    p.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/bin"), metavar="DIR", help="where sofamodel and sofagen are")
    p.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/paper"), metavar="DIR", help="results")
    p.add_argument("--ppa", type=pathlib.Path, metavar="FILE.json", help="what make ppa has written; may be missing")
    p.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N", help="processes at a time")
    o = p.parse_args(words)
    o.only = o.only.split(",")
    if not set(o.only) <= set(PARTS):
        p.error(f"--only {','.join(o.only)}: parts are {', '.join(PARTS)}")
    return o


def run(o):
    t = Tools(o.bin, o.work, o.jobs)
    measured, parts = Measured(t, o), []
    for name in PARTS:
        path, begin = o.work / f"part-{name}.json", time.monotonic()
        again = name == "shapes" and "speed" in o.only  # what make ppa has found counts there, too
        if name in o.only or again:
            write(path, json.dumps(dataclasses.asdict(measured.part(name)), indent=1) + "\n")
            print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        if path.is_file():
            parts.append(stored(path))
    write(
        o.work / "paper.json",
        json.dumps({"source": t.published["source"], "parts": [dataclasses.asdict(part) for part in parts]}, indent=1) + "\n",
    )
    write(o.work / "paper.md", markdown(parts, t.published["source"]))
    print(
        f"{o.work / 'paper.md'}: {sum(len(part.rows) for part in parts)} figures, "
        f"{sum(row.ours is None for part in parts for row in part.rows)} of them not measured or not reached"
    )


def main(words=None):
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(parse(words))
    except (PaperError, OSError) as error:
        print(f"paper.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("paper.py: stopped; --only measures single parts", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
