# SPDX-License-Identifier: Apache-2.0
"""The gates of a core for sofagates (netlist.h says in what order numbers come), and what a transition of each costs."""
import json

import functions
import plan
import sta
from sta import Failure

STEP = 0.01            # ns: delays are whole steps
SLEW = 0.03            # ns: of all inputs
LONGEST = 1000         # steps
MEMORY_PORTS = ('i_we', 'i_waddr', 'i_wdata', 'i_re', 'i_raddr', 'o_rdata')


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


class Kinds:
    """Truth tables, each once."""

    def __init__(self):
        self.numbers, self.of_output = {}, {}

    def of(self, cell, output):
        """Number and pins of an output of a cell of the library."""
        key = cell.name, output
        if key not in self.of_output:
            text = cell.functions[output]
            pins = functions.pins_of(text)
            try:
                table = functions.table(text, pins)
            except (KeyError, ValueError, IndexError):
                table = None
            if not text or table is None or len(pins) > 6:
                raise Failure('%s.%s of the library: function %s is not understood' % (cell.name, output, text or 'missing'))
            self.of_output[key] = self.numbers.setdefault((table, len(pins)), len(self.numbers)), pins
        return self.of_output[key]


class Figures:
    """Of an output at a load, to a tenth of a fF, so that each is looked up once."""

    def __init__(self, volt):
        self.volt, self.known = volt, {}

    def of(self, cell, output, load):
        """fJ of one transition, in the cell and on the net, and steps of delay."""
        key = cell.name, output, round(load, 1)
        if key not in self.known:
            inside = mean(t.value(SLEW, key[2]) for t in cell.energies.get(output, []))
            delay = mean(arc.delay[edge].value(SLEW, key[2]) for arc in cell.arcs.get(output, []) for edge in (0, 1))
            self.known[key] = inside + 0.5 * key[2] * self.volt ** 2, min(max(round(delay / STEP), 1), LONGEST)
        return self.known[key]


class Unit:
    """One mapped unit in numbers. cost: fJ of a transition of each gate, and so on, in the library."""

    def __init__(self, name, netlist, cells, figures, kinds, number_of):
        self.name, self.cells, self.figures, self.kinds = name, cells, figures, kinds
        self.netlist, self.nets = netlist, {'0': 0, '1': 1, 'x': 0, 'z': 0}
        self.load = self.loads()
        self.gates, self.flops, self.memories, self.kids = [], [], [], []
        self.gate_cost, self.flop_cost, self.clock_cost, self.groups = [], [], [], []
        self.data_cost = {}            # net: fJ of what it does inside flip-flops
        self.leakage = 0.0             # nW
        self.group_numbers = {}
        for instance, cell in netlist['cells'].items():
            self.add(instance, cell, number_of)
        self.ports = [self.net(bit) for port in netlist['ports'].values() for bit in port['bits']]

    def net(self, bit):
        return self.nets.setdefault(bit, len(self.nets) - 2)

    def loads(self):
        load = {}
        for cell in self.netlist['cells'].values():
            kind = self.cells.get(cell['type'])
            for pin, bits in cell['connections'].items():
                if kind:
                    cap = kind.caps.get(pin, 0.0)
                else:
                    cap = sta.RAM_CAP if cell['port_directions'][pin] == 'input' else 0.0
                for bit in bits:
                    load[bit] = load.get(bit, 0.0) + cap
        for port in self.netlist['ports'].values():
            if port['direction'] == 'output':
                for bit in port['bits']:
                    load[bit] = load.get(bit, 0.0) + sta.OUTPUT_LOAD
        return load

    def at_load(self, kind, pin, bit):
        return self.figures.of(kind, pin, self.load.get(bit, 0.0))

    def add(self, instance, cell, number_of):
        kind, at = self.cells.get(cell['type']), cell['connections']
        if kind is None:
            name = cell['type'] if cell['type'] in number_of else '\\' + cell['type']
            self.below(number_of, name, cell)
            return
        self.leakage += kind.leakage
        if kind.state:
            self.add_flop(instance, kind, at)
            return
        for output in kind.outputs:
            if at.get(output):
                number, pins = self.kinds.of(kind, output)
                bit = at[output][0]
                cost, steps = self.at_load(kind, output, bit)
                self.gates.append([number, steps, self.net(bit)] + [self.net(at[pin][0]) for pin in pins])
                self.gate_cost.append(cost)

    def add_flop(self, instance, kind, at):
        state, inverse, following, _ = kind.state
        if following not in kind.caps or not kind.clock:
            raise Failure('%s of the library: a register whose next state is %s is not understood' % (kind.name, following or 'missing'))
        group = self.netlist['enables'].get(instance)
        number = 0xFFFFFFFF if group is None else self.group_numbers.setdefault(group, len(self.group_numbers))
        data = self.net(at[following][0])
        for output in kind.outputs:
            if at.get(output):
                self.flops.append([self.net(at[output][0]), data, int(kind.functions[output] == inverse), number])
                self.flop_cost.append(self.at_load(kind, output, at[output][0])[0])
        clock = 2 * mean(t.value(SLEW, 0.0) for t in kind.energies.get(kind.clock, [])) + kind.caps[kind.clock] * self.figures.volt ** 2
        self.clock_cost.append((clock, None if group is None else number))
        self.data_cost[data] = self.data_cost.get(data, 0.0) + mean(t.value(SLEW, 0.0) for t in kind.energies.get(following, []))

    def below(self, number_of, name, cell):
        if name not in number_of:
            raise Failure('%s: a cell of type %s, which the library does not have' % (plan.base(self.name), cell['type']))
        number, ports = number_of[name]
        bits = [bit for port in ports for bit in cell['connections'].get(port[0], ['0'] * port[1])]
        nets = [self.net(bit) for bit in bits]
        if number is None:
            self.memories.append((name, nets))
        else:
            self.kids.append((number, nets))

    def write(self, out, sizes):
        lines = ['%d %d' % (len(self.nets) - 2, len(self.ports)), ' '.join(map(str, self.ports)), str(len(self.gates))]
        lines += [' '.join(map(str, gate)) for gate in self.gates]
        lines += ['%d %d' % (len(self.group_numbers), len(self.flops))] + [' '.join(map(str, flop)) for flop in self.flops]
        lines += [str(len(self.memories))] + ['%d %d %d %s' % (*sizes[name], ' '.join(map(str, nets))) for name, nets in self.memories]
        lines += [str(len(self.kids))] + ['%d %s' % (number, ' '.join(map(str, nets))) for number, nets in self.kids]
        out.write('\n'.join(lines) + '\n')


def load(the_plan, netlists, library, path):
    """Writes the core for sofagates and returns its units, in the order in which it counts them."""
    kinds, figures, units, number_of = Kinds(), Figures(library.volt), [], {}
    for name, module in the_plan.modules.items():
        if module.base == plan.MEMORY:
            width = {port.lstrip('\\'): module.width[port] for port, _, _ in module.ports}
            number_of[name] = None, [(port, width[port]) for port in MEMORY_PORTS]
    for unit in the_plan.units:
        with open(netlists[unit]) as f:
            netlist = json.load(f)
        units.append(Unit(unit, netlist, library.cells, figures, kinds, number_of))
        number_of[unit] = len(units) - 1, [(port, len(p['bits'])) for port, p in netlist['ports'].items()]
        units[-1].pins = {port: [units[-1].net(bit) for bit in p['bits']] for port, p in netlist['ports'].items()}
        units[-1].netlist = units[-1].load = None
    sizes = {name: the_plan.memory_shape(name) for name, (number, _) in number_of.items() if number is None}
    with open(path, 'w') as out:
        tables = sorted(kinds.numbers, key=kinds.numbers.get)
        out.write('%d\n' % len(tables) + ''.join('%x %d\n' % table for table in tables))
        out.write('%d\n' % len(units))
        for unit in units:
            unit.write(out, sizes)
        pins = {port: nets for port, nets in units[-1].pins.items() if port != 'clk'}
        out.write('%d\n' % len(pins) + ''.join('%s %d %s\n' % (port, len(nets), ' '.join(map(str, nets))) for port, nets in pins.items()))
    return units
