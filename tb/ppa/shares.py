# SPDX-License-Identifier: Apache-2.0
"""What a core's area and power consist of, beside what was published: columns (name, [(part, value)]) for pictures."""
import cost
import energy

NAMES = cost.ENGINES + ('memories',)
MEMORY = 'memory of '


def theirs(published, key):
    return 'published', [(e, published['engines'][e][key]) for e in NAMES if e in published['engines']]


def areas(result, published):
    """mm2."""
    engines = result['engines']
    ours = [(e, engines[e]['logic_mm2']) for e in cost.ENGINES if engines[e]['cells']]
    ours += [(MEMORY + e, engines[e]['memory_mm2']) for e in cost.ENGINES if engines[e]['memory_bits']]
    return [(result['name'], ours), theirs(published, 'mm2')]


def powers(result, published):
    """mW: a pJ a cycle is a mW at 1 GHz."""
    engines = result['energy']['engines']
    parts = [p for p in energy.PARTS if p != 'memories']
    ours = [(e, sum(engines[e][p] for p in parts)) for e in cost.ENGINES]
    ours += [(MEMORY + e, engines[e]['memories']) for e in cost.ENGINES if engines[e]['memories']]
    return [(result['name'], ours), theirs(published, 'mw')]


def per_area(result, published):
    """Dense-equivalent GOPS a mm2 by accelerator."""
    rows = [(result['name'], result['gops_per_mm2']), ('published', published['gops_per_mm2'])]
    return rows + [(a['name'], a['gops_per_mm2']) for a in published['accelerators']]
