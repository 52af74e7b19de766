# SPDX-License-Identifier: Apache-2.0
"""functional.py --jobs FILE --out DIR [--least PERCENT]: which kinds of jobs the benches have run.

FILE has a line for each job, as tb/functional.c writes it. CROSSES says which values must have met. Writes functional.md, functional.json and
functional.html. tests/coverage/functional_holes.txt lists what no bench can reach, each line "NAME=VALUE ...: reason". Exit status 1 if fewer
than --least percent of the others have been met, or if something is listed that has been met.
"""
import argparse
import collections
import html
import itertools
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
VALUES = {
    "source": ("plane", "rows", "tokens"),
    "policy": ("rank", "mass"),
    "order": ("ascending", "nearest", "own"),
    "memory": ("ideal", "random"),
    "ran": ("alone", "queue"),
    "ends": ("none", "read_bus", "write_bus", "aborted"),
    "rows": ("one", "below", "whole", "above", "several"),
    "keys": ("one", "below", "whole", "above", "several"),
    "ranges": ("none", "given"),
    "keep": ("no", "yes"),
}
CROSSES = (("source", "policy", "order"), ("source", "memory", "ends"), ("source", "memory", "ran"), ("policy", "order", "memory"),
           ("source", "rows", "keys"), ("policy", "rows", "keys"), ("policy", "ranges", "order"), ("keep", "memory", "policy"),
           ("source", "policy", "ran"))


def holes():
    """{frozenset of (name, value): reason}."""
    found = {}
    for number, text in enumerate((HERE / "functional_holes.txt").read_text().splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        words, _, reason = text.partition(": ")
        if not reason:
            raise SystemExit(f"functional_holes.txt:{number}: has no reason")
        found[frozenset(tuple(word.split("=", 1)) for word in words.split())] = reason
    return found


def read(path):
    """Jobs of each kind: {frozenset of (name, value): count}, for all crosses."""
    counts = collections.Counter()
    for text in path.read_text().splitlines():
        job = dict(word.split("=", 1) for word in text.split())
        for names in CROSSES:
            counts[frozenset((name, job[name]) for name in names)] += 1
    return counts


def judge(counts, listed):
    """A row for each point of each cross."""
    rows = []
    for names in CROSSES:
        for values in itertools.product(*(VALUES[name] for name in names)):
            point = frozenset(zip(names, values))
            reason = next((reason for hole, reason in listed.items() if hole <= point), "")
            rows.append({"cross": " x ".join(names), "point": dict(zip(names, values)), "jobs": counts[point], "reason": reason})
    return rows


def summary(rows):
    """A row for each cross, and all."""
    sums = []
    for name in [*dict.fromkeys(row["cross"] for row in rows), "all"]:
        mine = [row for row in rows if name in ("all", row["cross"])]
        open_ = [row for row in mine if not row["jobs"] and not row["reason"]]
        wanted = sum(1 for row in mine if row["jobs"] or not row["reason"])
        sums.append({"cross": name, "points": len(mine), "met": sum(1 for row in mine if row["jobs"]),
                     "reviewed holes": len(mine) - wanted, "met % without": round(100 * (1 - len(open_) / wanted), 1) if wanted else 100.0})
    return sums


def table(rows):
    head = list(rows[0])
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(str(row[key]) for key in head)} |" for row in rows)])


def page(rows, sums):
    """All points; what has not been met stands out."""
    def cells(values):
        return "".join(f"<td>{html.escape(str(value))}</td>" for value in values)
    body = ["<table><tr>" + "".join(f"<th>{html.escape(key)}</th>" for key in sums[0]) + "</tr>"]
    body += [f"<tr>{cells(row.values())}</tr>" for row in sums]
    body.append("</table><table><tr><th>cross</th><th>point</th><th>jobs</th><th>reason</th></tr>")
    for row in rows:
        kind = "met" if row["jobs"] else "reviewed" if row["reason"] else "open"
        point = ", ".join(f"{name} {value}" for name, value in row["point"].items())
        body.append(f'<tr class="{kind}">{cells((row["cross"], point, row["jobs"], row["reason"]))}</tr>')
    style = "body{font-family:sans-serif}table{border-collapse:collapse;margin:1em}td,th{border:1px solid #ccc;padding:.2em .5em}" \
            ".open{background:#fcc}.reviewed{background:#eee}"
    return f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Functional coverage</title><style>{style}</style>{''.join(body)}</table></html>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--least", type=float, default=100.0)
    options = parser.parse_args()
    if not options.jobs.is_file():
        raise SystemExit(f"{options.jobs}: no bench has written it")
    rows = judge(read(options.jobs), holes())
    sums = summary(rows)
    print(table(sums))
    (options.out / "functional.md").write_text(table(sums) + "\n")
    (options.out / "functional.json").write_text(json.dumps({"crosses": sums, "points": rows}, indent=1) + "\n")
    (options.out / "functional.html").write_text(page(rows, sums))
    wrong = [f"functional_holes.txt: {row['point']} has been met" for row in rows if row["jobs"] and row["reason"]]
    if sums[-1]["met % without"] < options.least:
        wrong += [f"no job with {row['point']}" for row in rows if not row["jobs"] and not row["reason"]]
        wrong.append(f"{sums[-1]['met % without']} % of the kinds of jobs have been met, must be {options.least}")
    for message in wrong:
        print(message, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
