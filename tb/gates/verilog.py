# SPDX-License-Identifier: Apache-2.0
"""A netlist of Yosys (JSON) as Verilog in which each cell of a library is what its functions say: an assignment, or a register."""
import re

import functions

ZERO, ONE = "1'b0", "1'b1"


class Failure(Exception):
    pass


def bit_of(bit):
    return f"n{bit}" if isinstance(bit, int) else f"1'b{bit}"


def vector(bits):
    return bit_of(bits[0]) if len(bits) == 1 else "{" + ", ".join(bit_of(bit) for bit in reversed(bits)) + "}"


def escaped(name):
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else f"\\{name} "


class Formula:
    """What functions.Parser computes with: text instead of a truth table."""

    def __init__(self, text):
        self.text = text

    def joined(self, sign, other):
        return Formula(f"({self.text} {sign} {other.text if isinstance(other, Formula) else ZERO})")

    def __or__(self, other):
        return self.joined("|", other)

    def __and__(self, other):
        return self.joined("&", other)

    def __xor__(self, other):
        return Formula(f"~{other.text}") if self.text == ONE and isinstance(other, Formula) else self.joined("^", other)


class Reader(functions.Parser):
    """nets: those in the place of pins."""

    def __init__(self, text, nets):
        super().__init__(text, [])
        self.ones, self.pins = Formula(ONE), {pin: Formula(net) for pin, net in nets.items()}


def expression(text, nets):
    """A function of a Liberty file with nets in the place of pins."""
    reader = Reader(text, nets)
    read = reader.either()
    if reader.peek():
        raise Failure(f"function {text}: {reader.peek()} is not understood")
    return read.text if isinstance(read, Formula) else ZERO


def value(text):
    """Yosys writes numbers in binary."""
    return f"{len(text)}'b{text}" if re.fullmatch("[01xz]+", text) else f'"{text}"'


class Writer:
    """One module at a time."""

    def __init__(self, cells, out):
        self.cells, self.out = cells, out

    def module(self, name, module):
        self.put = [f"module {escaped(name)}({', '.join(escaped(port) for port in module['ports'])});"]
        for port, what in module["ports"].items():
            self.put.append(f"{what['direction']} wire [{len(what['bits']) - 1}:0] {escaped(port)};")
        self.wires(module)
        for number, (instance, cell) in enumerate(module["cells"].items()):
            kind = self.cells.get(cell["type"])
            try:
                self.instance(number, cell) if kind is None else self.gate(number, kind, cell["connections"])
            except KeyError as pin:
                raise Failure(f"{name}: {instance}, a cell of type {cell['type']}: its pin {pin} is not connected") from None
        self.out.write("\n".join(self.put) + "\nendmodule\n")

    def wires(self, module):
        """Of all nets that are no constants; inputs drive theirs, outputs are driven."""
        places = [bits for cell in module["cells"].values() for bits in cell["connections"].values()]
        places += [port["bits"] for port in module["ports"].values()]
        self.put += [f"wire n{bit};" for bit in sorted({bit for bits in places for bit in bits if isinstance(bit, int)})]
        for port, what in module["ports"].items():
            left, right = escaped(port), vector(what["bits"])
            self.put.append(f"assign {left} = {right};" if what["direction"] == "output" else f"assign {right} = {left};")

    def gate(self, number, kind, at):
        nets = {pin: bit_of(bits[0]) for pin, bits in at.items() if bits}
        if kind.state:
            state, inverse, following, clock = kind.state
            nets.update({state: f"q{number}", inverse: f"(~q{number})"})
            self.put += [f"reg q{number};", f"always @(posedge {expression(clock, nets)}) q{number} <= {expression(following, nets)};"]
        for output in kind.outputs:
            if at.get(output):
                self.put.append(f"assign {bit_of(at[output][0])} = {expression(kind.functions[output], nets)};")

    def instance(self, number, cell):
        settings = ", ".join(f".{name}({value(text)})" for name, text in cell["parameters"].items())
        pins = ", ".join(f".{escaped(pin)}({vector(bits)})" for pin, bits in cell["connections"].items() if bits)
        self.put.append(f"{escaped(cell['type'])} {f'#({settings}) ' if settings else ''}u{number} ({pins});")


def write(netlist, cells, out):
    """netlist: what write_json wrote; cells: of liberty.read()."""
    writer = Writer(cells, out)
    for name, module in netlist["modules"].items():
        if not any(key in module.get("attributes", {}) for key in ("blackbox", "whitebox")):
            writer.module(name, module)
