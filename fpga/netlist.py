# SPDX-License-Identifier: Apache-2.0
"""netlist.py ROUTED.json CELLS.v > board.v: the netlist that nextpnr has placed and routed, as Verilog with the top board_top.

nextpnr has split the ports of cells into bits. Cells that CELLS.v models, X as routed_X, get their vectors back; the rest are the
synthesis library's. Cells without connections only keep places free. With --high, for ECP5, a modelled cell's
inputs are 1 where nothing is connected; its parameter PMUX says what else stands at its input P; the model's parameter HAS_P is whether
something is connected."""
import json
import re
import sys


def value(text):
    """nextpnr writes numbers in binary, and puts a space behind strings that look like one."""
    if re.fullmatch("[01xz]+", text):
        return "%d'b%s" % (len(text), text)
    return '"%s"' % re.sub("^([01xz]*) $", r"\1", text)


def parameters(settings):
    """As Verilog; the pieces of a memory's contents, X_00 to X_3F, become one X."""
    out, pieces = {}, {}
    for name, text in settings.items():
        if piece := re.fullmatch("(INIT_RAM|INITVAL|INIT)_([0-9A-F]+)", name):
            pieces.setdefault(piece[1], {})[int(piece[2], 16)] = text
        else:
            out[name] = value(text)
    for name, texts in pieces.items():
        contents = "".join(texts[i] for i in sorted(texts, reverse=True))
        if "1" in contents: # otherwise its default
            out[name] = "%d'h%x" % (len(contents), int(contents, 2))
    return out


def vectors(connections, model):
    """F1 is no bit of F where the model has F1."""
    scalars = set(re.findall(r"(?:wire|reg) (\w+)", model))
    out = {}
    for port, nets in connections.items():
        name, index = re.fullmatch(r"(.*?)(\d*)", port).groups()
        if len(nets) > 1 or index == "" or port in scalars:
            out[port] = dict(enumerate(nets))
        else:
            out.setdefault(name, {})[int(index)] = nets[0]
    return {port: [nets.get(i, "1'b0") for i in range(max(nets) + 1)] for port, nets in out.items()}


def net(bit):
    return "n%d" % bit if isinstance(bit, int) else "1'b%s" % bit


def concatenation(nets):
    return "{%s}" % ", ".join(reversed(nets))


def connected(cell):
    return {port: [net(bit) for bit in bits] for port, bits in cell["connections"].items() if bits}


def resolved(cell, model):
    """Parameters and connections of an ECP5 cell without multiplexers."""
    settings, connections = dict(cell["parameters"]), connected(cell)
    settings.update({name: str(int(name[4:] in connections)) for name in re.findall(r"parameter +(HAS_\w+)", model)})
    inputs = set(re.findall(r"input wire (?:\[\S+\] )?(\w+)", model))
    named = {port for port, direction in cell["port_directions"].items() if direction == "input"}
    for port in sorted(named | {name[:-3] for name in settings if name.endswith("MUX")}):
        if port in inputs or re.sub(r"\d+$", "", port) in inputs:
            pin = connections.get(port, ["1'b1"])[0]
            choice = settings.pop(port + "MUX", port).strip()
            connections[port] = ["1'b" + choice if choice in ("0", "1") else "~" + pin if choice == "INV" else pin]
    return settings, connections


def main():
    with open(sys.argv[1]) as f:
        module, = json.load(f)["modules"].values()
    with open(sys.argv[2]) as f:
        own = dict(re.findall(r"^module routed_(\w+)(.*?)^endmodule", f.read(), re.M | re.S))
    high = "--high" in sys.argv[3:]
    ports = module["ports"]
    print("module board_top (%s);" % ", ".join(
        "%s [%d:0] %s" % (port["direction"], len(port["bits"]) - 1, name) for name, port in ports.items()))
    cells = [cell for cell in module["cells"].values() if any(cell["connections"].values())]
    used = {bit for cell in cells for bits in cell["connections"].values() for bit in bits if isinstance(bit, int)}
    for bit in sorted(used):
        print("wire n%d;" % bit)
    for name, port in ports.items():
        a, b = name, concatenation([net(bit) for bit in port["bits"]])
        print("assign %s = %s;" % ((a, b) if port["direction"] == "output" else (b, a)))
    for i, cell in enumerate(cells):
        kind, settings, connections = cell["type"], cell["parameters"], connected(cell)
        if kind in own:
            if high:
                settings, connections = resolved(cell, own[kind])
            kind, connections = "routed_" + kind, vectors(connections, own[kind])
        given = ", ".join(".%s(%s)" % item for item in parameters(settings).items())
        pins = ", ".join(".%s(%s)" % (port, concatenation(nets)) for port, nets in connections.items())
        print("%s %sc%d (%s);" % (kind, "#(%s) " % given if given else "", i, pins))
    print("endmodule")


main()
