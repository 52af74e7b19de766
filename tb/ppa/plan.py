# SPDX-License-Identifier: Apache-2.0
"""What is synthesised alone: the modules of an elaborated core (RTLIL text), cut into units that are each mapped once."""
import collections
import re

MODULE = re.compile(r'(?m)^(?=(?:attribute [^\n]*\n)*module )')
NAME = re.compile(r'(?m)^module (\S+)$')
CELL = re.compile(r'(?m)^  cell (\S+) (\S+)\n((?:    .*\n)*)')
WIRE = re.compile(r'(?m)^  wire ((?:(?:width|input|output|inout|upto|signed|offset)\b *\d* *)*)(\S+)$')
CONNECT = re.compile(r'(?m)^ +connect (\S+) (.*)$')
WORK = re.compile(r'(?m)^ +(?:cell|assign|switch|sync) ')
CONSTANT = re.compile(r"\b\d+'[01xz-]+")
MEMORY = 'sofa_ram'
REPEATED = 4           # instances in one module from which on a module is a unit
WORTH = 4              # parts of RTLIL below which it never is
LARGE = 500            # parts from which on it always is: passes of Yosys take longer than in proportion


def base(name):
    """sofa_fifo of $paramod$1234\\sofa_fifo and \\sofa_fifo."""
    parts = name.split('\\')
    return parts[1] if parts[0] in ('', '$paramod') else parts[-1]


def renumbered(text):
    """Without places in sources, numbers of generated names counted from 0: the text only changes with the module."""
    seen = {}
    text = re.sub(r'(?m)^ *attribute \\src .*\n', '', text)
    text = re.sub(r'(\$\w+\$)\S*?:\d+(?=\$\d+)', r'\1', text)
    return re.sub(r'\$(\d+)(?=_|\b)', lambda m: '$%d' % seen.setdefault(m.group(1), len(seen)), text)


def plain(module):
    """Text without parameters, by its base name."""
    return re.sub(r'(?m)^  parameter .*\n', '', module.text).replace('module %s\n' % module.name, 'module %s\n' % module.base)


class Module:
    def __init__(self, name, text):
        self.name, self.text, self.base = name, text, base(name)
        self.kids = collections.Counter()
        self.ports, self.width = [], {}
        for words, wire in WIRE.findall(text):
            options = dict(re.findall(r'(\w+) +(\d+)', words))
            self.width[wire] = int(options.get('width', 1))
            if {'input', 'output'} & set(options):
                self.ports.append((wire, 'input' if 'input' in options else 'output', words))

    def black_box(self):
        wires = ''.join('  wire %s%s\n' % (words, port) for port, _, words in self.ports)
        return 'attribute \\blackbox 1\nmodule %s\n%send\n' % (self.name, wires)

    def bits(self, signal):
        """0, 1 or None for each bit of a connection, lowest first."""
        found = []
        for constant, wire, first, last in re.findall(r"(\d+'[01xz-]*)|([\\$][^\s{}]+)(?: \[(\d+)(?::(\d+))?\])?", signal):
            if constant:
                part = [int(c) if c in '01' else None for c in reversed(constant.split("'")[1])]
            else:
                part = [None] * (self.width[wire] if not first else int(first) - int(last or first) + 1)
            found = part + found
        return found

    def tied(self, constants):
        """Text of a module that holds this one with constants at inputs: {port: bits}."""
        text = 'module %s\n' % self.name
        text += ''.join('  wire %s%s\n' % (words, port) for port, _, words in self.ports)
        text += '  cell %s.inner \\tied\n' % self.name
        for port, _, _ in self.ports:
            bits = constants.get(port, [])
            parts = ["1'%d" % b if b is not None else '%s [%d]' % (port, n) for n, b in enumerate(bits)]
            text += '    connect %s %s\n' % (port, '{ %s }' % ' '.join(reversed(parts)) if parts else port)
        return text + '  end\nend\n' + self.text.replace('module %s\n' % self.name, 'module %s.inner\n' % self.name)


def differing(texts):
    """Places of constants in the first text that are not the same in all; None if one cannot be a signal."""
    found = [list(CONSTANT.finditer(text)) for text in texts]
    places = []
    for several in zip(*found):
        if len({m.group(0) for m in several}) > 1:
            at = several[0].start()
            line = texts[0][texts[0].rindex('\n', 0, at) + 1:texts[0].index('\n', at)].split()
            if line[0] not in ('connect', 'assign') or line[1] == 'width':
                return None
            places.append(several)
    return places


class Plan:
    """units: names, children first. Modules that differ only in constants have become one, with inputs for these."""

    def __init__(self, text, top):
        self.modules, self.top = {}, top
        for part in MODULE.split(text):
            name = NAME.search(part)
            if name:
                self.modules[name.group(1)] = Module(name.group(1), renumbered(part))
        self.merged = []
        self.merge()
        for module in self.modules.values():
            module.kids.update(kind for kind, _, _ in CELL.findall(module.text) if kind in self.modules)
        self.count = collections.Counter()
        self.add(top, 1)
        self.units = self.choose()
        self.constants = {unit: self.constant_inputs(unit) for unit in self.units}

    def merge(self):
        shapes = collections.defaultdict(list)
        for name in sorted(self.modules):
            module = self.modules[name]
            shape = CONSTANT.sub(lambda m: m.group(0).split("'")[0], plain(module))
            shapes[module.base, shape].append(module)
        for (name, _), alike in sorted(shapes.items()):
            places = differing([plain(m) for m in alike]) if len(alike) > 1 and name != MEMORY else None
            if places:
                self.share(alike, places)

    def share(self, alike, places):
        """The first module stands for all: constants at these places are inputs."""
        first, text = alike[0], plain(alike[0])
        ports = ['\\differs_%d' % n for n in range(len(places))]
        for port, several in reversed(list(zip(ports, places))):
            text = text[:several[0].start()] + port + text[several[0].end():]
        wires = ['  wire width %s input %d %s\n' % (several[0].group(0).split("'")[0], len(first.ports) + 1 + n, port)
                 for n, (port, several) in enumerate(zip(ports, places))]
        end = text.index('module %s\n' % first.base) + len('module %s\n' % first.base)
        text = text[:end].replace('module %s' % first.base, 'module %s' % first.name) + ''.join(wires) + text[end:]
        for at, module in enumerate(alike):
            given = ''.join('    connect %s %s\n' % (port, several[at].group(0)) for port, several in zip(ports, places))
            for parent in self.modules.values():
                parent.text = parent.text.replace('  cell %s ' % module.name, '  cell  %s ' % module.name)
                parent.text = re.sub(r'(?m)^  cell  \S+ (\S+)$', lambda m: '  cell %s %s\n%s' % (first.name, m.group(1), given.rstrip('\n')), parent.text)
            del self.modules[module.name]
        self.modules[first.name] = Module(first.name, text)
        self.merged.append(first.base)

    def add(self, name, number):
        self.count[name] += number
        for kid, n in self.modules[name].kids.items():
            self.add(kid, n * number)

    def choose(self):
        """Below the top every module, and what is large or stands many times in one module."""
        order, rest = [], {}

        def visit(name, number, below_top):
            module = self.modules[name]
            if name not in rest:
                rest[name] = len(WORK.findall(module.text)) + sum(
                    visit(kid, n, name == self.top) * n for kid, n in sorted(module.kids.items()))
            many = number >= REPEATED and rest[name] >= WORTH
            if module.base != MEMORY and name not in order and (below_top or many or rest[name] >= LARGE):
                order.append(name)
            return 0 if name in order else rest[name]
        visit(self.top, 1, True)
        return order

    def constant_inputs(self, unit):
        """{port: bits} of inputs that hold the same constant in every instance."""
        inputs = {port for port, direction, _ in self.modules[unit].ports if direction == 'input'}
        found = None
        for parent in (m for m in self.modules.values() if self.count[m.name] and m.kids[unit]):
            for kind, _, body in CELL.findall(parent.text):
                if kind == unit:
                    here = {port: parent.bits(signal) for port, signal in CONNECT.findall(body) if port in inputs}
                    found = here if found is None else {
                        port: [a if a == b else None for a, b in zip(bits, here[port])]
                        for port, bits in found.items() if port in here}
        return {port: bits for port, bits in (found or {}).items() if any(b is not None for b in bits)}

    def memory_shape(self, name):
        """Width, depth, bits of an address."""
        size = dict(re.findall(r'(?m)^  parameter (?:signed )?\\(WIDTH|DEPTH|ABITS) (\d+)$', self.modules[name].text))
        return int(size['WIDTH']), int(size['DEPTH']), int(size['ABITS'])

    def memory_bits(self, name):
        width, depth, _ = self.memory_shape(name)
        return width * depth

    def inside(self, unit):
        """Modules that are flattened into a unit, and those that stay black boxes: units and memories."""
        need, black, todo = [], [], [unit]
        while todo:
            name = todo.pop()
            if name in need or name in black:
                continue
            module = self.modules[name]
            if name != unit and (name in self.units or module.base == MEMORY):
                black.append(name)
                continue
            need.append(name)
            todo += [kind for kind, _, _ in CELL.findall(module.text) if kind in self.modules]
        return sorted(need), sorted(black)

    def below(self, unit):
        return self.inside(unit)[1]

    def text(self, unit):
        """RTLIL of a unit, with stubs of what stays below."""
        need, black = self.inside(unit)
        head = self.modules[unit]
        first = head.tied(self.constants[unit]) if self.constants[unit] else head.text
        return first + ''.join(self.modules[n].text for n in need if n != unit) + ''.join(self.modules[n].black_box() for n in black)
