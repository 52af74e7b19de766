# SPDX-License-Identifier: Apache-2.0
"""hard_cells.py BOARD.asc < NETLIST > NETLIST: adds the UP5K's SB_MAC16 and SB_SPRAM256KA to what icebox_vlog has written (with its
comments): it leaves them out, though icebox knows where their ports and configuration bits are."""
import os
import re
import shutil
import sys

sys.path.append(os.path.dirname(os.path.realpath(shutil.which("icebox_vlog"))))
import icebox  # noqa: E402


def read_nets(lines):
    """The name of the net at each routing segment (x, y, segment): comments behind a net's declaration list them."""
    net, name = {}, None
    for line in lines:
        if declared := re.match(r"(?:wire|reg) (\w+)(?: = \d)?;", line):
            name = declared[1]
        elif segment := re.match(r"// \((\d+), (\d+), '(.*)'\)", line):
            net[int(segment[1]), int(segment[2]), segment[3]] = name
    return net


def config_bit(chip, x, y, bit):
    tile = icebox.tileconfig(chip.tile(x, y))
    return any(tile.match(entry[0]) for entry in chip.tile_db(x, y) if entry[1:] == ["IpConfig", bit])


def vectors(named):
    """{'A_0': ..., 'A_1': ..., 'CE': ...} as {'A': [..., ...], 'CE': [...]}, bit 0 first."""
    out = {}
    for name in sorted(named, key=lambda n: [int(part) if part.isdigit() else part for part in re.split(r"_(?=\d+$)", n)]):
        out.setdefault(re.sub(r"_\d+$", "", name), []).append(named[name])
    return out


def instance(cell, name, parameters, ports, net, outputs):
    """Inputs without a net are 0, but a clock is enabled."""
    def connection(port, segments):
        if port not in outputs:
            return "{%s}" % ", ".join(net.get(s, "1'b1" if port == "CE" else "1'b0") for s in reversed(segments))
        extra.extend("%s_%s_%d" % (name, port, i) for i, s in enumerate(segments) if s not in net)
        return "{%s}" % ", ".join(net.get(s, "%s_%s_%d" % (name, port, i)) for i, s in reversed(list(enumerate(segments))))
    extra = []
    pins = [".%s(%s)" % (port, connection(port, segments)) for port, segments in vectors(ports).items()]
    settings = [".%s(%d'b%s)" % (key, len(bits), "".join("%d" % b for b in reversed(bits)))
                for key, bits in vectors(parameters).items()]
    for wire in extra:
        print("wire %s;" % wire)
    print("%s %s%s (%s);" % (cell, "#(%s) " % ", ".join(settings) if settings else "", name, ", ".join(pins)))


def add_multipliers(chip, net):
    for x, y in chip.dsp_tiles[0]:
        ports = chip.get_dsp_nets_db(x, y)
        if not any(net.get(ports["O_%d" % i]) for i in range(32)):
            continue
        bits = {key: config_bit(chip, *place) for key, place in chip.get_dsp_config_db(x, y).items()}
        if all(bits["BOTADDSUB_CARRYSELECT_%d" % i] == (i == 1) for i in (0, 1)) or \
           all(bits["BOTADDSUB_LOWERINPUT_%d" % i] for i in (0, 1)):
            sys.exit("hard_cells.py: the multiplier at (%d, %d) is chained to another, which is not supported" % (x, y))
        instance("SB_MAC16", "mac16_%d_%d" % (x, y), bits, ports, net, ("O", "CO"))


def add_memories(chip, net):
    for place, info in icebox.spram_db.get(chip.device, {}).items():
        ports = dict(info)
        if config_bit(chip, *ports.pop("SPRAM_EN")):
            instance("SB_SPRAM256KA", "spram_%d_%d_%d" % place, {}, ports, net, ("DATAOUT",))


def main():
    chip = icebox.iceconfig()
    chip.read_file(sys.argv[1])
    lines = sys.stdin.readlines()
    net = read_nets(lines)
    for line in lines:
        if line.startswith("endmodule"):
            add_multipliers(chip, net)
            add_memories(chip, net)
        if not line.startswith("//"):
            sys.stdout.write(line)


main()
