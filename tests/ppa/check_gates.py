# SPDX-License-Identifier: Apache-2.0
"""A tiny core through all of tb/ppa/ppa.py, in the cells of cells.lib: its gates, with and without delays, do what the model says. Takes
minutes. SOFA_BIN: where the programs stand, SOFA_PPA: where netlists are kept."""
import json
import os
import random
import struct
import subprocess
import sys
import unittest
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, DIMS = 48, 8


def array(values, shape, kind):
    head = "{'descr': '<%s', 'fortran_order': False, 'shape': %s, }" % ({'f': 'f4', 'i': 'i4'}[kind], shape)
    head += ' ' * (-(len(head) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)) + head.encode() + struct.pack('<%d%s' % (len(values), kind), *values)


def write_trace(path):
    dice = random.Random(1)
    with zipfile.ZipFile(path, 'w') as f:
        for name in 'qkv':
            f.writestr(name + '.npy', array([dice.gauss(0, 1) for _ in range(ROWS * DIMS)], (ROWS, DIMS), 'f'))
        f.writestr('visible.npy', array(list(range(1, ROWS + 1)), (ROWS,), 'i'))


class Gates(unittest.TestCase):
    def test_bits_and_toggles(self):
        work, programs = os.environ['SOFA_PPA'], os.environ['SOFA_BIN']
        os.makedirs(work, exist_ok=True)
        trace, toggles = os.path.join(work, 'tiny.npz'), []
        write_trace(trace)
        for extra in ([], ['--timed']):
            done = subprocess.run([sys.executable, '-B', os.path.join(HERE, '..', '..', 'tb', 'ppa', 'ppa.py'), '--config', os.path.join(HERE, 'tiny.yaml'),
                                   '--trace', trace, '--args=--mass 0.1', '--liberty', os.path.join(HERE, 'cells.lib'), '--work', work, '--bin', programs,
                                   '--no-picture', '--no-paths'] + extra, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
            with open(os.path.join(work, 'tiny.json')) as f:
                result = json.load(f)
            self.assertTrue(result['energy']['sample']['bit_exact'])
            self.assertIsNone(result['path_ns'])
            with open(os.path.join(work, 'tiny', 'activity.json')) as f:
                counted = json.load(f)
            toggles.append(sum(sum(unit['gates']) for unit in counted['units']))
        self.assertGreater(toggles[1], toggles[0])


if __name__ == '__main__':
    unittest.main()
