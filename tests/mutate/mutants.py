# SPDX-License-Identifier: Apache-2.0
"""Lists of mutants and the text they make of a source file.

A list names files, and below each its mutants:

    file rtl_templates/top/sofa_control.v
      abort_runs_on: cosim
        - range_error || <[i_abort]> || expired
        + 1'b0
        = why nobody can see it (only of equivalent mutants)

`- TEXT` stands exactly once in the file, blanks apart; what the marks hold (the whole line without marks) becomes the text of `+ TEXT` when the
mutant's number is the chosen one. Text that ends with ; is a statement, other text an expression. Mutants may edit the same text, or
text inside that of another. After the name come the suites that should kill the mutant, the likeliest first.
"""
import pathlib
import re
import zlib


class Mutant:
    def __init__(self, name, path, suites):
        self.name, self.path, self.suites = name, path, suites
        self.number = zlib.crc32(name.encode()) & 0xFFFFFF      # whatever else stands in the lists
        self.find = self.new = self.equivalent = self.old = None
        self.start = self.end = self.line = 0


def load(paths):
    """All mutants of the lists."""
    mutants, path = [], None
    for source in paths:
        for number, text in enumerate(pathlib.Path(source).read_text().splitlines(), 1):
            line = text.strip()
            where = f"{source}:{number}"
            if not line or line.startswith("#"):
                continue
            head = re.fullmatch(r"(\w+): ([\w ]+)", line)
            if line.startswith("file "):
                path = line[5:]
            elif head and path:
                mutants.append(Mutant(head[1], path, head[2].split()))
            elif line[:2] in ("- ", "+ ", "= ") and mutants:
                setattr(mutants[-1], {"-": "find", "+": "new", "=": "equivalent"}[line[0]], line[2:])
            else:
                raise SystemExit(f"{where}: neither a file, a mutant nor one of its lines: {line}")
    numbers = [m.number for m in mutants]
    for m in mutants:
        if m.find is None or m.new is None:
            raise SystemExit(f"mutant {m.name}: needs a line - and a line +")
        if numbers.count(m.number) > 1:
            raise SystemExit(f"mutant {m.name}: stands twice, or has the number of another: choose another name")
    return mutants


def pattern(text):
    """Matches the text whatever its blanks are."""
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


def place(mutant, text):
    """Finds the mutant in the text of its file; a message if it does not apply."""
    before, marked, rest = mutant.find.partition("<[")
    old, _, after = rest.partition("]>") if marked else (before, "", "")
    before = before if marked else ""
    found = list(re.finditer(f"{pattern(before)}({pattern(old)}){pattern(after)}", text))
    if len(found) != 1:
        return f"mutant {mutant.name} no longer applies: {mutant.path} has {len(found)} times: {before + old + after}"
    mutant.start, mutant.end = found[0].span(1)
    mutant.old = found[0][1]
    mutant.line = text.count("\n", 0, mutant.start) + 1
    return None


def switch(mutant, old, verilog):
    chosen = f"sofa_mutant == 24'd{mutant.number}" if verilog else f"sofa_mutant({mutant.number})"
    if not old.endswith(";"):
        return f"({chosen} ? ({mutant.new}) : ({old}))"
    if verilog:
        return f"if ({chosen}) begin {mutant.new} end else begin {old} end"
    return f"if ({chosen}) {{ {mutant.new} }} else {{ {old} }}"


def rewrite(text, mutants, verilog):
    """The text with a switch for every mutant; they have their places. Raises ValueError where two overlap by half."""
    def part(start, end, inside):
        out, at = "", start
        while inside:
            outer = max(inside, key=lambda m: (-m.start, m.end))      # the first to begin, the longest of these
            within = [m for m in inside if m is not outer and m.start < outer.end]
            for m in within:
                if m.end > outer.end:
                    raise ValueError(f"mutants {outer.name} and {m.name} overlap")
            out += text[at:outer.start] + switch(outer, part(outer.start, outer.end, within), verilog)
            at = outer.end
            inside = [m for m in inside if m is not outer and m not in within]
        return out + text[at:end]
    return part(0, len(text), list(mutants))


# The number comes from the environment: through the C++ of Verilator, and from the command line of vvp.
NUMBER = """
    reg [23:0] sofa_mutant;
`ifdef VERILATOR
    initial sofa_mutant = $c32("(std::getenv(\\"SOFA_MUTANT\\") ? std::atoi(std::getenv(\\"SOFA_MUTANT\\")) : 0)");
`else
    initial if (!$value$plusargs("sofa_mutant=%d", sofa_mutant)) sofa_mutant = 24'd0;
`endif
"""


def apply(root, mutants):
    """New texts of all files that have mutants, and the messages about those that do not apply."""
    texts, wrong = {}, []
    for path in sorted({m.path for m in mutants}):
        source = root / path
        text = source.read_text() if source.is_file() else ""
        here = [m for m in mutants if m.path == path]
        wrong += [message for message in (place(m, text) for m in here) if message]
        if wrong:
            continue
        verilog = path.endswith(".v")
        text = rewrite(text, here, verilog)
        if verilog:
            text = re.sub(r"^\);$", lambda end: end[0] + NUMBER, text, count=1, flags=re.M)
        texts[path] = text
    return texts, wrong
