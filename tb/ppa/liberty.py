# SPDX-License-Identifier: Apache-2.0
"""Reads the cells of a Liberty file (NLDM tables) as far as area, timing and energy need them. Times in ns, capacitances in fF, energies
in fJ, leakage in nW."""
import bisect
import gzip
import re

TOKEN = re.compile(r'"[^"]*"|[A-Za-z0-9_.+\-*!&|^\'\[\]:/$]+(?<!:)|[{}();:,]')
SLEWS = ('input_net_transition', 'constrained_pin_transition', 'input_transition_time')
COMMENT = re.compile(r'/\*.*?\*/|\\\n', re.S)


class Group:
    def __init__(self, kind, args):
        self.kind, self.args, self.attributes, self.groups = kind, args, {}, []

    def all(self, kind):
        return [g for g in self.groups if g.kind == kind]


def parse(text):
    """The library group as a tree of Group."""
    tokens = TOKEN.findall(COMMENT.sub(' ', text))
    root = Group('file', [])
    stack, i = [root], 0
    while i < len(tokens):
        name = tokens[i]
        i += 1
        if name == '}':
            stack.pop()
        elif name == ';':
            continue
        elif tokens[i] == ':':
            end = i + 1
            while tokens[end] not in (';', '}') and end < i + 8:
                end += 1
            stack[-1].attributes[name] = ' '.join(t.strip('"') for t in tokens[i + 1:end])
            i = end
        elif tokens[i] == '(':
            end = tokens.index(')', i)
            args = [t.strip('"') for t in tokens[i + 1:end] if t != ',']
            i = end + 1
            if i < len(tokens) and tokens[i] == '{':
                group = Group(name, args)
                stack[-1].groups.append(group)
                stack.append(group)
                i += 1
            else:
                stack[-1].attributes[name] = args
    return root.groups[0]


def numbers(args):
    return [float(x) for a in args for x in a.replace(',', ' ').split()]


class Table:
    """value(slew, load): bilinear, extrapolated at the borders."""

    def __init__(self, group, template, scales):
        self.axes = []
        for n, variable in enumerate(template):
            axis = numbers(group.attributes.get('index_%d' % (n + 1), template[variable]))
            self.axes.append((variable, [x * (scales if 'capacitance' in variable else 1.0) for x in axis]))
        self.values = numbers(group.attributes['values'])

    def value(self, slew, other):
        """`other` is the load of a delay, the slew of the related pin of a constraint."""
        value, stride = [(0, 1.0)], len(self.values)
        for variable, axis in self.axes:
            x = slew if variable in SLEWS else other
            stride //= len(axis)
            if len(axis) == 1:
                continue
            k = min(max(bisect.bisect_right(axis, x) - 1, 0), len(axis) - 2)
            f = (x - axis[k]) / (axis[k + 1] - axis[k])
            value = [(at + j * stride, w * g) for at, w in value for j, g in ((k, 1.0 - f), (k + 1, f))]
        return sum(self.values[at] * w for at, w in value)


class Arc:
    def __init__(self, source, sense, kind, delay, slew):
        self.source, self.sense, self.kind, self.delay, self.slew = source, sense, kind, delay, slew


class Cell:
    def __init__(self, name, area):
        self.name, self.area, self.clock = name, area, None
        self.caps, self.arcs, self.setups, self.outputs = {}, {}, {}, []
        self.functions, self.leakage = {}, 0.0     # output: expression, of pins and of the state
        self.state = None                          # names of the state and its inverse, next state
        self.energies = {}                         # pin: tables of a transition, of all conditions; scale from the units of the file
        self.energy_scale = 1.0
        self.clock_gate = None                     # its clock pin, if it is a clock gate


class Library:
    """cells by name; volt: what the tables are for."""

    def __init__(self, cells, volt):
        self.cells, self.volt = cells, volt


def read_state(cell, group):
    for state in group.all('ff'):
        clock = state.attributes.get('clocked_on', '')
        cell.state = (state.args + [''])[0], (state.args + ['', ''])[1], state.attributes.get('next_state', ''), clock


def read_energies(cell, pin, templates):
    for power in pin.all('internal_power'):
        for kind in ('rise_power', 'fall_power', 'power'):
            for g in power.all(kind):
                if g.args[0] != 'scalar':
                    cell.energies.setdefault(pin.args[0], []).append(Table(g, templates[g.args[0]], cell.energy_scale))


def read_cell(group, templates, cap_scale):
    cell = Cell(group.args[0], float(group.attributes.get('area', 0)))
    cell.energy_scale = cap_scale
    cell.leakage = float(group.attributes.get('cell_leakage_power', 0))
    read_state(cell, group)

    def table(timing, kind):
        for g in timing.all(kind):
            if g.args[0] == 'scalar':
                return None
            return Table(g, templates[g.args[0]], cap_scale)
        return None

    for pin in group.all('pin'):
        name = pin.args[0]
        if pin.attributes.get('clock') == 'true':
            cell.clock = name
        if pin.attributes.get('direction') == 'output':
            cell.outputs.append(name)
            cell.functions[name] = pin.attributes.get('function', '')
        else:
            cell.caps[name] = float(pin.attributes.get('capacitance', 0)) * cap_scale
        read_energies(cell, pin, templates)
        if pin.attributes.get('clock_gate_clock_pin') == 'true':
            cell.clock_gate = name
        for timing in pin.all('timing'):
            kind = timing.attributes.get('timing_type', 'combinational')
            source = timing.attributes['related_pin']
            if kind.startswith('setup'):
                cell.setups[name] = (table(timing, 'rise_constraint'), table(timing, 'fall_constraint'))
            elif kind in ('combinational', 'rising_edge', 'falling_edge'):
                delay = (table(timing, 'cell_rise'), table(timing, 'cell_fall'))
                slew = (table(timing, 'rise_transition'), table(timing, 'fall_transition'))
                arc = Arc(source, timing.attributes.get('timing_sense', 'non_unate'), kind, delay, slew)
                cell.arcs.setdefault(name, []).append(arc)
    return cell


def read(path):
    opener = gzip.open if path.endswith('.gz') else open
    with opener(path, 'rt') as f:
        library = parse(f.read())
    number, unit = library.attributes['capacitive_load_unit']
    cap_scale = float(number) * (1000.0 if unit.lower() == 'pf' else 1.0)
    templates = {}
    for t in library.all('lu_table_template') + library.all('power_lut_template'):
        axes = {}
        for n in (1, 2, 3):
            if 'variable_%d' % n in t.attributes:
                axes[t.attributes['variable_%d' % n]] = t.attributes.get('index_%d' % n, [])
        templates[t.args[0]] = axes
    cells = {g.args[0]: read_cell(g, templates, cap_scale) for g in library.all('cell')}
    return Library(cells, float(library.attributes.get('nom_voltage', 1.0)))
