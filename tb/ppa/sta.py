# SPDX-License-Identifier: Apache-2.0
"""Static timing analysis of a Yosys JSON netlist mapped to a Liberty library. Modules below the top are analysed once and stand as
models of their ports: clock to output, input to clock, input to output. Times in ns, no wires, ideal clock."""
import heapq

OUTPUT_LOAD = 3.0      # fF, as in the recipe
INPUT_SLEW = 0.02
RAM_ACCESS = 0.5       # a compiled memory: clock to data,
RAM_SETUP = 0.2        # and set-up of address, data and enables
RAM_CAP = 2.0
MINUS_INFINITY = float('-inf')


class Failure(Exception):
    """Reported in one line."""


class Point:
    """Latest arrival of one edge: time, slew, and the arc it came by."""
    __slots__ = ('time', 'slew', 'back')

    def __init__(self, time, slew, back):
        self.time, self.slew, self.back = time, slew, back


class Path:
    def __init__(self, time, start, end, trace):
        self.time, self.start, self.end, self.trace = time, start, end, trace


class Model:
    """What a parent needs to know of a module's ports; keyed by port name."""

    def __init__(self):
        self.launch, self.capture, self.through, self.area = {}, {}, {}, 0.0
        self.internal = Path(MINUS_INFINITY, '', '', [])
        self.trace, self.cut = {}, set()


def ram_model():
    model = Model()
    model.launch = {'o_rdata': RAM_ACCESS}
    model.capture = {p: RAM_SETUP for p in ('i_we', 'i_waddr', 'i_wdata', 'i_re', 'i_raddr')}
    return model


def wire_names(module):
    """bit -> shortest readable name."""
    names = {}
    for name, net in module['netnames'].items():
        rank = (1 if net.get('hide_name') else 0, name.count('.'), len(name), name)
        for n, bit in enumerate(net['bits']):
            full = name if len(net['bits']) == 1 else '%s[%d]' % (name, n)
            if isinstance(bit, int) and (bit not in names or rank < names[bit][0]):
                names[bit] = (rank, full)
    return {bit: full for bit, (rank, full) in names.items()}


class Analysis:
    def __init__(self, module, cells, models):
        self.module, self.cells, self.models = module, cells, models
        self.names = wire_names(module)
        self.load, self.steps, self.captures = {}, None, None
        self.model = Model()
        self.instances = []
        for name, instance in module['cells'].items():
            self.connect(name, instance)
        for port in module['ports'].values():
            if port['direction'] == 'output':
                for bit in port['bits']:
                    self.load[bit] = self.load.get(bit, 0.0) + OUTPUT_LOAD

    def connect(self, name, instance):
        kind, connections = instance['type'], instance['connections']
        if kind in self.cells:
            cell = self.cells[kind]
            self.model.area += cell.area
            for pin, cap in cell.caps.items():
                for bit in connections.get(pin, []):
                    self.load[bit] = self.load.get(bit, 0.0) + cap
            self.instances.append((name, cell, {pin: bits[0] for pin, bits in connections.items() if bits}))
        elif kind in self.models:
            self.model.area += self.models[kind].area
            for pin, bits in connections.items():
                if instance['port_directions'][pin] == 'input':
                    for bit in bits:
                        self.load[bit] = self.load.get(bit, 0.0) + RAM_CAP
        elif not kind.startswith('$'):
            self.model.cut.add(kind)      # paths end before it and begin behind it

    # ---- one propagation ----

    def run(self, from_clock, ports=None):
        """Arrivals from registers, or from the given input ports. Returns the worst path to a register, and to each output port."""
        self.arrival, self.waiting, self.queued = {}, [], set()
        self.order()
        if from_clock:
            self.launch()
        for port in ports or []:
            for bit in self.module['ports'][port]['bits']:
                self.at(bit, 0, 0.0, INPUT_SLEW, (None, port))
                self.at(bit, 1, 0.0, INPUT_SLEW, (None, port))
        while self.waiting:
            self.propagate(self.steps[heapq.heappop(self.waiting)])
        return self.collect()

    def at(self, bit, edge, time, slew, back):
        points = self.arrival.get(bit)
        if points is None:
            points = self.arrival[bit] = [None, None]
            for step in self.readers.get(bit, ()):
                if step not in self.queued:
                    self.queued.add(step)
                    heapq.heappush(self.waiting, step)
        if points[edge] is None or time > points[edge].time:
            points[edge] = Point(time, max(slew, points[edge].slew) if points[edge] else slew, back)
        elif slew > points[edge].slew:
            points[edge].slew = slew

    def launch(self):
        for name, cell, pins in self.instances:
            if not cell.clock:
                continue
            for output in cell.outputs:
                if output in pins:
                    for arc in cell.arcs[output]:
                        if arc.kind.endswith('edge'):
                            for edge in (0, 1):
                                load = self.load.get(pins[output], 0.0)
                                self.at(pins[output], edge, arc.delay[edge].value(0.0, load), arc.slew[edge].value(0.0, load),
                                        (None, name))
        for name, instance in self.module['cells'].items():
            model = self.models.get(instance['type'])
            for port, time in (model.launch if model else {}).items():
                for bit in instance['connections'].get(port, []):
                    for edge in (0, 1):
                        self.at(bit, edge, time, INPUT_SLEW, (None, '%s.%s' % (name, port)))

    def order(self):
        """Combinational instances in topological order; computed once."""
        if self.steps is not None:
            return self.steps
        nodes = []
        for name, cell, pins in self.instances:
            if not cell.clock:
                outputs = [p for p in cell.outputs if p in pins]
                nodes.append((('cell', name, cell, pins), [b for p, b in pins.items() if p not in outputs], [pins[p] for p in outputs]))
        for name, instance in self.module['cells'].items():
            model = self.models.get(instance['type'])
            for (source, sink), delay in (model.through if model else {}).items():
                c = instance['connections']
                nodes.append((('arc', '%s.%s>%s' % (name, source, sink), delay, (c.get(source, []), c.get(sink, []))),
                              c.get(source, []), c.get(sink, [])))
        waits, readers = {}, {}
        driven = {}
        for n, (_, _, outputs) in enumerate(nodes):
            for bit in outputs:
                driven.setdefault(bit, []).append(n)
        count = [0] * len(nodes)
        for n, (_, inputs, _) in enumerate(nodes):
            for bit in set(inputs):
                for d in driven.get(bit, []):
                    readers.setdefault(d, []).append(n)
                    count[n] += 1
        ready = [n for n in range(len(nodes)) if count[n] == 0]
        order = []
        while ready:
            n = ready.pop()
            order.append(nodes[n][0])
            for r in readers.get(n, []):
                count[r] -= 1
                if count[r] == 0:
                    ready.append(r)
        if len(order) != len(nodes):
            stuck = [nodes[n][0][1] for n in range(len(nodes)) if count[n]]
            raise Failure('combinational loop at %s' % ', '.join(stuck[:12]))
        self.steps, self.readers = order, {}
        position = {id(node): at for at, node in enumerate(order)}
        for node, inputs, _ in nodes:
            for bit in set(inputs):
                self.readers.setdefault(bit, []).append(position[id(node)])
        return order

    def propagate(self, step):
        kind, name, cell, pins = step
        if kind == 'arc':
            worst = None
            for bit in pins[0]:
                for point in self.arrival.get(bit, []):
                    if point and (worst is None or point.time > worst[0]):
                        worst = (point.time, bit, self.arrival[bit].index(point))
            if worst:
                for bit in pins[1]:
                    for edge in (0, 1):
                        self.at(bit, edge, worst[0] + cell, INPUT_SLEW, (worst[1:], name))
            return
        for output in cell.outputs:
            if output not in pins:
                continue
            load = self.load.get(pins[output], 0.0)
            for arc in cell.arcs.get(output, []):
                points = self.arrival.get(pins.get(arc.source))
                if not points:
                    continue
                for edge in (0, 1):
                    sources = {'positive_unate': (edge,), 'negative_unate': (1 - edge,)}.get(arc.sense, (0, 1))
                    for source in sources:
                        p = points[source]
                        if p:
                            self.at(pins[output], edge, p.time + arc.delay[edge].value(p.slew, load),
                                    arc.slew[edge].value(p.slew, load), ((pins[arc.source], source), cell.name))

    # ---- results ----

    def trace(self, bit, edge):
        steps = []
        while True:
            p = self.arrival[bit][edge]
            steps.append((self.names.get(bit, str(bit)), p.back[1], p.time))
            if p.back[0] is None:
                return list(reversed(steps))
            bit, edge = p.back[0]

    def ends(self):
        """Bit to what takes it in at the clock edge: (set-up tables of both edges, None or time, name); computed once."""
        if self.captures is None:
            self.captures = {}
            for name, cell, pins in self.instances:
                q = [pins[o] for o in cell.outputs if o in pins]
                for pin, tables in cell.setups.items():
                    end = self.names.get(q[0], name) if q else name
                    self.captures.setdefault(pins.get(pin), []).append((tables, 0.0, end))
            for name, instance in self.module['cells'].items():
                model = self.models.get(instance['type'])
                for port, setup in (model.capture if model else {}).items():
                    for bit in instance['connections'].get(port, []):
                        self.captures.setdefault(bit, []).append((None, setup, '%s.%s' % (name, port)))
        return self.captures

    def collect(self):
        worst, ports, ends = (MINUS_INFINITY, None, None, ''), {}, self.ends()
        for bit, points in self.arrival.items():
            for tables, setup, end in ends.get(bit, ()):
                for edge, p in enumerate(points):
                    time = p.time + (tables[edge].value(p.slew, 0.0) if tables else setup) if p else MINUS_INFINITY
                    if time > worst[0]:
                        worst = (time, bit, edge, end)
        for port, info in self.module['ports'].items():
            if info['direction'] == 'output':
                for bit in info['bits']:
                    for edge, p in enumerate(self.arrival.get(bit, [])):
                        if p and (port not in ports or p.time > ports[port][0]):
                            ports[port] = (p.time, bit, edge)
        return worst, ports

    def path(self, worst):
        if worst[1] is None:
            return Path(MINUS_INFINITY, '', '', [])
        trace = self.trace(worst[1], worst[2])
        start = trace[0][0] if trace[0][0] != '' else trace[0][1]
        return Path(worst[0], start, worst[3], trace)


def analyse(module, cells, models):
    """Model of a mapped module."""
    a = Analysis(module, cells, models)
    worst, ports = a.run(True)
    a.model.internal = a.path(worst)
    a.model.launch = {port: found[0] for port, found in ports.items()}
    a.model.trace = {port: a.trace(found[1], found[2]) for port, found in ports.items()}
    for port, info in module['ports'].items():
        if info['direction'] == 'input' and port not in ('clk', 'rst'):
            worst, ports = a.run(False, [port])
            if worst[1] is not None:
                a.model.capture[port] = worst[0]
                a.model.trace[port] = a.trace(worst[1], worst[2])
            for sink, found in ports.items():
                a.model.through[port, sink] = found[0]
    return a.model
