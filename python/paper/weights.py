# SPDX-License-Identifier: Apache-2.0
"""What an operation weighs: transistors of its logic, as Yosys maps it to plain gates and counts them (stat -tech cmos).

No library is needed."""

import pathlib
import re
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Name: module of operators.v and its parameters. Widths are those of the machine (docs/arithmetic.md): 16-bit data, d = 64.
OPERATIONS = {
    "multiply by 4 bits and add": ("multiply_add", {"A": 4, "B": 4, "S": 14}),
    "shift 4 bits and add": ("shift_add", {"A": 4, "P": 7, "S": 16}),
    "shift 4 bits by 4 places and add": ("shift_add", {"A": 4, "P": 4, "S": 13}),
    "shift 8 bits and add": ("shift_add", {"A": 8, "P": 7, "S": 20}),
    "encode": ("encode", {"W": 16}),
    "compare and exchange": ("compare_exchange", {"W": 23}),
    "judge by mass": ("mass_key", {"W": 12, "S": 32}),
    "multiply 16 by 16 and add": ("multiply_add", {"A": 16, "B": 16, "S": 38}),
    "compare": ("maximum", {"W": 32}),
    "add": ("add", {"W": 32}),
    "multiply": ("multiply", {"A": 16, "B": 16}),
    "shift": ("shift", {"W": 36}),
}
EXP2 = "exp2"


def _transistors(t, sources, top, parameters):
    """Gates of the kind that stat knows."""
    script = [f"read_verilog {path}" for path in sources]
    script += [f"chparam -set {name} {value} {top}" for name, value in parameters.items()]
    script += [f"synth -flatten -top {top}", "abc -g cmos4", "opt_clean", f"stat -tech cmos -top {top}"]
    found = re.findall(r"Estimated number of transistors:\s+(\d+)", t.run(["yosys", "-p", "; ".join(script)]))
    if not found:
        raise ValueError(f"yosys counts no transistors of {top}")
    return int(found[-1])


def weigh(t):
    """Operation to transistors; exp2 is the module that sofagen emits, without its registers."""
    found = {name: _transistors(t, [HERE / "operators.v"], *operation) for name, operation in OPERATIONS.items()}
    with tempfile.TemporaryDirectory(dir=t.work) as core:
        t.run(["sofagen", "configs/wide.yaml", "-o", core])
        path = next(pathlib.Path(core).glob("rtl/*/sofa_exp2.v")).resolve()
        found[EXP2] = _transistors(t, [path], "sofa_exp2", {})
    return found


def comparators(t, words):
    """Of the network that orders a row's tile: lines of the emitted module that compare."""
    with tempfile.TemporaryDirectory(dir=t.work) as core:
        t.run(["sofagen", *words, "-o", core])
        return sum(path.read_text().count("wire less") for path in pathlib.Path(core).glob("rtl/select/sofa_sort.v"))
