# SPDX-License-Identifier: Apache-2.0
"""edit.py DIRECTORY [ASSERTION]: writes the templates into a directory, with a switch for each fault of tests/assertions/*.txt.

Prints a line for each fault: its number, its assertion, its bench. With ASSERTION the templates have its fault, and no switches. Exit status
1 if an assertion of the templates has no fault, a fault no assertion, two assertions one name, or an edit no longer applies.
"""
import collections
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutate"))
import mutants as lists     # noqa: E402


def assertions():
    """Names of all assertions of the templates; one that several templates use, several times."""
    return [name for path in sorted((ROOT / "rtl_templates").glob("*/*.v"))
            for name in re.findall(r'\$\((?:holds|stands|written)\("(\w+)"', path.read_text())]


def replaced(fault):
    """The text of its file with the fault."""
    text = (ROOT / fault.path).read_text()
    return text[:fault.start] + fault.new + text[fault.end:]


def main():
    faults = lists.load(sorted((ROOT / "tests" / "assertions").glob("*.txt")))
    texts, wrong = lists.apply(ROOT, faults)
    named = collections.Counter(assertions())
    wrong += [f"assertion {name}: several templates use the name" for name, count in named.items() if count > 1]
    wrong += [f"assertion {name}: has no fault" for name in named if name not in {f.name for f in faults}]
    wrong += [f"fault {f.name}: there is no such assertion" for f in faults if f.name not in named]
    wrong += [f"fault {f.name}: needs one bench" for f in faults if len(f.suites) != 1]
    for message in wrong:
        print(f"{message}: mend tests/assertions/", file=sys.stderr)
    if len(sys.argv) > 2:
        texts = {f.path: replaced(f) for f in faults if f.name == sys.argv[2]}
    out = pathlib.Path(sys.argv[1])
    shutil.copytree(ROOT / "rtl_templates", out)
    for path, text in texts.items():
        (out / path.removeprefix("rtl_templates/")).write_text(text)
    for fault in faults:
        print(fault.number, fault.name, fault.suites[0])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
