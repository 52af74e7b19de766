# SPDX-License-Identifier: Apache-2.0
"""coverage.py --tree DIR --gcovr PROGRAM [--lines PERCENT] [--branches PERCENT]: what the tests that have run in a tree of gcov reach.

Writes DIR/html (gcovr's pages), DIR/coverage.md and coverage.json: for each folder lines and branches, and lines once those of
tests/coverage/holes.txt are left out. That list has a reason for each:

    file cmodel/base/*.c
      - REGEX of a line's text
      = why no test reaches it

Exit status 1 if a floor is not reached, or if an entry of the list leaves out nothing of the files that were measured.
"""
import argparse
import collections
import dataclasses
import fnmatch
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDERS = ("cmodel/", "gen/", "tb/", "fpga/")


@dataclasses.dataclass
class Hole:
    files: str
    pattern: re.Pattern
    reason: str = ""
    used: int = 0


def holes():
    """The reviewed list."""
    found, files = [], ""
    for number, text in enumerate((HERE / "holes.txt").read_text().splitlines(), 1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("file "):
            files = line[5:]
        elif line.startswith("- ") and files:
            found.append(Hole(files, re.compile(line[2:])))
        elif line.startswith("= ") and found:
            found[-1].reason = line[2:]
        else:
            raise SystemExit(f"tests/coverage/holes.txt:{number}: neither a file, a pattern nor a reason: {line}")
    for hole in found:
        if not hole.reason:
            raise SystemExit(f"tests/coverage/holes.txt: {hole.pattern.pattern}: has no reason")
    return found


def measure(tree, gcovr):
    """gcovr's findings; its pages stand in the tree."""
    (tree / "html").mkdir(exist_ok=True)
    filters = [word for folder in FOLDERS for word in ("--filter", folder)]
    subprocess.run([gcovr, "--root", ".", "--object-directory", tree / "obj", *filters, "--gcov-ignore-parse-errors=suspicious_hits.warn",
                    "--json", tree / "gcovr.json", "--html-details", tree / "html" / "index.html", "--html-title", "C code",
                    tree / "obj"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return json.loads((tree / "gcovr.json").read_text())["files"]


def count(files, reviewed):
    """Sums for each folder, and the lines that nobody has explained."""
    sums, open_lines = collections.defaultdict(lambda: dict.fromkeys(("lines", "reached", "reviewed", "branches", "taken"), 0)), []
    for file in files:
        path, text = file["file"], (ROOT / file["file"]).read_text().splitlines()
        here = [hole for hole in reviewed if fnmatch.fnmatch(path, hole.files)]
        total = sums[str(pathlib.PurePosixPath(path).parent)]
        reached = {line["line_number"]: 0 for line in file["lines"]}
        for line in file["lines"]:      # once for each function that holds it
            reached[line["line_number"]] += line["count"]
            total["branches"] += len(line["branches"])
            total["taken"] += sum(branch["count"] > 0 for branch in line["branches"])
        for number, times in reached.items():
            total["lines"] += 1
            total["reached"] += times > 0
            hole = next((hole for hole in here if hole.pattern.search(text[number - 1])), None) if not times else None
            if hole:
                hole.used += 1
                total["reviewed"] += 1
            elif not times:
                open_lines.append(f"{path}:{number}: {text[number - 1].strip()}")
    return sums, open_lines


def share(part, whole):
    return round(100 * part / whole, 1) if whole else 100.0


def rows_of(sums):
    total = {key: sum(folder[key] for folder in sums.values()) for key in ("lines", "reached", "reviewed", "branches", "taken")}
    return [{"folder": folder, "lines": s["lines"], "lines %": share(s["reached"], s["lines"]), "reviewed holes": s["reviewed"],
             "lines % without": share(s["reached"], s["lines"] - s["reviewed"]), "branches": s["branches"],
             "branches %": share(s["taken"], s["branches"])} for folder, s in [*sorted(sums.items()), ("all", total)]]


def write(tree, rows, open_lines):
    head = list(rows[0])
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(str(row[name]) for name in head)} |" for row in rows)]
    print("\n".join(lines))
    (tree / "coverage.md").write_text("\n".join(lines) + "\n")
    (tree / "coverage.json").write_text(json.dumps(rows, indent=1) + "\n")
    (tree / "open.txt").write_text("".join(line + "\n" for line in open_lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=pathlib.Path, required=True)
    parser.add_argument("--gcovr", required=True)
    parser.add_argument("--lines", type=float, default=0.0)
    parser.add_argument("--branches", type=float, default=0.0)
    options = parser.parse_args()
    tree, gcovr = options.tree.resolve(), pathlib.Path(options.gcovr).absolute()
    reviewed = holes()
    sums, open_lines = count(measure(tree, gcovr), reviewed)
    rows = rows_of(sums)
    write(tree, rows, open_lines)
    wrong = [f"holes.txt: {hole.files}: {hole.pattern.pattern}: leaves out nothing" for hole in reviewed if not hole.used]
    if rows[-1]["lines % without"] < options.lines or rows[-1]["branches %"] < options.branches:
        wrong.append(f"lines must be {options.lines} %, branches {options.branches} %; {tree / 'open.txt'} has the lines")
    for message in wrong:
        print(message, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
