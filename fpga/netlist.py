"""netlist.py ROUTED.json CELLS.v > board.v: the netlist that nextpnr has placed and routed, as Verilog with the top board_top.

nextpnr has split the ports of cells into bits. Cells that CELLS.v models, X as routed_X, get their vectors back; the rest are the
synthesis library's. Cells without connections only keep places free."""
import json
import re
import sys


def value(text):
    """nextpnr writes numbers in binary, and puts a space behind strings that look like one."""
    if re.fullmatch("[01xz]+", text):
        return "%d'b%s" % (len(text), text)
    return '"%s"' % re.sub("^([01xz]*) $", r"\1", text)


def parameters(cell):
    """As Verilog; the pieces of a memory's contents, X_00 to X_3F, become one X."""
    out, pieces = {}, {}
    for name, text in cell["parameters"].items():
        if piece := re.fullmatch("(INIT_RAM|INITVAL|INIT)_([0-9A-F]+)", name):
            pieces.setdefault(piece[1], {})[int(piece[2], 16)] = text
        else:
            out[name] = value(text)
    for name, texts in pieces.items():
        contents = "".join(texts[i] for i in sorted(texts, reverse=True))
        if "1" in contents: # otherwise its default
            out[name] = "%d'h%x" % (len(contents), int(contents, 2))
    return out


def vectors(connections):
    out = {}
    for port, bits in connections.items():
        name, index = re.fullmatch(r"(.*?)(\d*)", port).groups()
        if len(bits) > 1 or index == "":
            out[port] = dict(enumerate(bits))
        elif bits:
            out.setdefault(name, {})[int(index)] = bits[0]
    return {port: [bits.get(i, "0") for i in range(max(bits) + 1)] for port, bits in out.items() if bits}


def net(bit):
    return "n%d" % bit if isinstance(bit, int) else "1'b%s" % bit


def concatenation(bits):
    return "{%s}" % ", ".join(net(bit) for bit in reversed(bits))


def main():
    with open(sys.argv[1]) as f:
        module, = json.load(f)["modules"].values()
    with open(sys.argv[2]) as f:
        own = set(re.findall(r"^module routed_(\w+)", f.read(), re.M))
    ports = module["ports"]
    print("module board_top (%s);" % ", ".join(
        "%s [%d:0] %s" % (port["direction"], len(port["bits"]) - 1, name) for name, port in ports.items()))
    cells = [cell for cell in module["cells"].values() if any(cell["connections"].values())]
    used = {bit for cell in cells for bits in cell["connections"].values() for bit in bits if isinstance(bit, int)}
    for bit in sorted(used):
        print("wire n%d;" % bit)
    for name, port in ports.items():
        a, b = name, concatenation(port["bits"])
        print("assign %s = %s;" % ((a, b) if port["direction"] == "output" else (b, a)))
    for i, cell in enumerate(cells):
        kind, connections = cell["type"], {port: bits for port, bits in cell["connections"].items() if bits}
        if kind in own:
            kind, connections = "routed_" + kind, vectors(connections)
        settings = ", ".join(".%s(%s)" % item for item in parameters(cell).items())
        pins = ", ".join(".%s(%s)" % (port, concatenation(bits)) for port, bits in connections.items())
        print("%s %sc%d (%s);" % (kind, "#(%s) " % settings if settings else "", i, pins))
    print("endmodule")


main()
