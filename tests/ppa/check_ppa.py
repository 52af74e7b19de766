# SPDX-License-Identifier: Apache-2.0
"""What tb/ppa makes of a small design and a library of round numbers, all known by hand. Arguments of unittest; needs yosys."""
import json
import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'tb', 'ppa'))

import activity            # noqa: E402
import energy              # noqa: E402
import functions           # noqa: E402
import liberty             # noqa: E402
import paths               # noqa: E402
import plan                # noqa: E402
import ppa                 # noqa: E402
import sta                 # noqa: E402
import synth               # noqa: E402


class Functions(unittest.TestCase):
    def test_tables(self):
        for text, pins, value in (("!(A1 & A2)", 2, 0x7), ("A' B + C", 3, 0xF4), ('!((A|B)^C)', 3, 0xE1), ('1', 0, 1), ('A ^ B & C', 3, 0x60)):
            found = functions.pins_of(text)
            self.assertEqual((len(found), functions.table(text, found)), (pins, value), text)
        for text in ('(A', 'A)', '!', 'A &'):
            with self.assertRaises((ValueError, KeyError)):
                functions.table(text, ['A'])


class Core(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        work = cls.folder.name
        for name, text in (('sofa.f', 'chain.v\n'), ('manifest.json', json.dumps({'top': 'sofa_core'})),
                           ('chain.v', synth.read(os.path.join(HERE, 'chain.v'), 'r'))):
            synth.replace(os.path.join(work, name), text)
        cls.library, cls.yosys = synth.Library(os.path.join(HERE, 'cells.lib'), work), synth.Yosys()
        cls.read = liberty.read(cls.library.path)
        cls.plan = synth.elaborate(work, cls.yosys, work)
        cls.flow = synth.Flow(cls.yosys, cls.library, work)
        wanted = [(unit, 'area') for unit in cls.plan.units]
        cls.netlists = {unit: path for unit, _, path in synth.map_units(cls.plan, cls.flow, wanted, 'check')}
        cls.counts = {plan.base(u): ppa.count(cls.plan, u, path, cls.read.cells) for u, path in cls.netlists.items()}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_plan(self):
        """The links are one module, mapped once; its mask is the same constant in all."""
        self.assertEqual([plan.base(u) for u in self.plan.units], ['sofa_link', 'sofa_chain', 'sofa_core'])
        self.assertEqual(self.plan.merged, ['sofa_link'])
        link = self.plan.units[0]
        self.assertEqual(self.plan.count[link], 5)
        self.assertEqual(self.plan.constants[link]['\\i_mask'], [1, 1, 1, 1, 0, 0, 0, 0])
        self.assertEqual(self.plan.constants[link]['\\differs_0'], [None] * 4 + [0] * 4)

    def test_area(self):
        link, chain = self.counts['sofa_link'], self.counts['sofa_chain']
        self.assertEqual((link['flip_flops'], link['flip_flops_enabled']), (4, 4))   # the mask leaves four
        self.assertEqual(list(chain['kids'].values()), [5])
        self.assertEqual((chain['cells'], list(chain['memories'].values())), (0, [1]))
        self.assertEqual(ppa.memory_bits(self.plan, {u: self.counts[plan.base(u)] for u in self.plan.units}), 8 * 16)
        netlist = json.loads(synth.read(self.netlists[self.plan.units[0]]))
        self.assertEqual(link['area_um2'], sum(self.read.cells[c['type']].area for c in netlist['cells'].values()))
        self.assertEqual(set(netlist['enables'].values()), {0})

    def test_cached(self):
        for unit, path in self.netlists.items():
            self.assertEqual(self.flow.map(unit, self.plan.text(unit), 'area'), (path, 0.0))

    def test_path(self):
        """From link to link, or into the memory: the chain has no cells itself."""
        found = paths.Paths(self.plan, self.read.cells, 'check')
        for unit, path in self.netlists.items():
            found.add(unit, path)
        models = found.finish()
        link, chain = models[self.plan.units[0]], models[self.plan.units[1]]
        self.assertAlmostEqual(chain.internal.time, link.launch['o_x'] + max(link.capture['i_x'], sta.RAM_SETUP))
        self.assertGreaterEqual(link.launch['o_x'], 0.1 + 0.01 * sta.OUTPUT_LOAD)

    def test_energy(self):
        """A clocked flip-flop takes 4 + 2 and 1 fF at 1 V; four are too few for a gate of the clock, eight are not."""
        units = activity.load(self.plan, self.netlists, self.read, os.path.join(self.folder.name, 'gates.txt'))
        self.assertEqual([cost for cost, _ in units[0].clock_cost], [7.0] * 4)
        counts = {'groups': [10]}
        self.assertEqual(energy.clock(units[0], counts, 100, 5, 1.0), (7.0 * 4 * 100 * 5, 7.0 * 4 * 100 * 5))
        units[0].clock_cost *= 2
        self.assertEqual(energy.clock(units[0], counts, 100, 5, 1.0), (7.0 * 8 * 100 * 5, 7.0 * 8 * 10 + 1.0 * 100 * 5))


if __name__ == '__main__':
    unittest.main()
