# SPDX-License-Identifier: Apache-2.0
"""rtl.py --data DIR --cache DIR --out DIR: what simulations reached of the RTL, all designs and all their instances together.

Cores that were compiled with SOFA_COVERAGE write a file each into --data, named like their place in --cache, where their RTL stands. A line
counts as one over all designs if file and text are the same, a signal's bit if file and name are. A line is reached if it is in one of
them; a bit toggles if it does in one of them. Writes rtl.md, rtl.json and rtl_open.txt: what nobody reached.
"""
import argparse
import collections
import json
import pathlib
import re


def points(path):
    """Of a file of Verilator: kind, file, line, comment, count."""
    for text in path.read_text(errors="replace").splitlines():
        if not text.startswith("C '"):
            continue
        keys, _, count = text[3:].rpartition("' ")
        fields = dict(part.split("\2", 1) for part in keys.split("\1") if "\2" in part)
        kind = fields.get("page", "").split("/")[0]
        yield kind, fields.get("f", ""), int(fields.get("l", 0)), fields.get("o", ""), int(count)


def name_of(kind, file, line, comment, text):
    """What is the same in several designs."""
    if kind == "v_toggle":
        return comment
    return f"{comment}: {re.sub(r'[0-9]+', '#', text[line - 1].strip()) if 0 < line <= len(text) else line}"


def collect(data, cache):
    """{(kind, file, name): count}."""
    counts, texts = collections.Counter(), {}
    for path in sorted(data.glob("*.dat")):
        design = path.name.split(".")[0]
        for kind, file, line, comment, count in points(path):
            place = re.sub(r"^.*?rtl/rtl/", "", file)
            if (design, place) not in texts:
                source = cache / design / "rtl" / "rtl" / place
                texts[design, place] = source.read_text().splitlines() if source.is_file() else []
            counts[kind, place, name_of(kind, place, line, comment, texts[design, place])] += count
    return counts


def rows_of(counts):
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    for (kind, place, _), count in counts.items():
        for folder in (str(pathlib.PurePosixPath(place).parent), "all"):
            at = 2 if kind == "v_toggle" else 0
            sums[folder][at] += 1
            sums[folder][at + 1] += count > 0
    share = lambda part, whole: round(100 * part / whole, 1) if whole else 100.0    # noqa: E731
    return [{"folder": folder, "lines": s[0], "lines %": share(s[1], s[0]), "bits": s[2], "toggles %": share(s[3], s[2])}
            for folder, s in sorted(sums.items(), key=lambda item: (item[0] == "all", item[0]))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "cache", "out"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    counts = collect(options.data, options.cache)
    if not counts:
        raise SystemExit(f"{options.data}: no core has written anything")
    rows = rows_of(counts)
    head = list(rows[0])
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(str(row[key]) for key in head)} |" for row in rows)]
    print("\n".join(lines))
    (options.out / "rtl.md").write_text("\n".join(lines) + "\n")
    (options.out / "rtl.json").write_text(json.dumps(rows, indent=1) + "\n")
    missed = sorted(f"{place}: {kind.removeprefix('v_')}: {name}" for (kind, place, name), count in counts.items() if count == 0)
    (options.out / "rtl_open.txt").write_text("".join(line + "\n" for line in missed))


if __name__ == "__main__":
    main()
