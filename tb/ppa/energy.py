# SPDX-License-Identifier: Apache-2.0
"""From what toggled in a few blocks of a job to the energy of each engine. All pJ are scaled to 28 nm and 1.0 V."""
import cost

VOLT = 1.0
HBM_PJ_PER_BIT = 3.92          # O'Connor et al., MICRO 2017: HBM2
# Horowitz, ISSCC 2014, 45 nm, 0.9 V: 64 bits out of 8 KB 10 pJ, out of 32 KB 20 pJ, out of 1 MB 100 pJ: as the root of the size. A word is
# taken for as many such memories side by side as it has 64 bits.
MEMORY_PJ, MEMORY_BYTES, MEMORY_BITS, MEMORY_NODE, MEMORY_VOLT = 10.0, 8192, 64, 45, 0.9
GATED, GATE_DRIVES = 8, 32     # flip-flops with one enable from which on their clock is gated; how many one gate drives
PARTS = ('gates', 'registers', 'clock', 'leakage', 'memories')
WORKING = ('gates', 'registers', 'clock', 'memories')
WORK = {'attend': 0, 'source': 1, 'predict': 1, 'select': 1, 'schedule': 2, 'rows': 2}     # which rate an engine's work goes with


def energy_scale(node, volt):
    """The paper's rule for power at one frequency."""
    return cost.NODE / node * (VOLT / volt) ** 2


def memory_pj(width, depth):
    """Of one access to a word."""
    banks = width / MEMORY_BITS
    return banks * MEMORY_PJ * (depth * MEMORY_BITS / 8 / MEMORY_BYTES) ** 0.5 * energy_scale(MEMORY_NODE, MEMORY_VOLT)


def gate_fj(cells, volt):
    """What the smallest clock gate of the library takes in a cycle, its clock running. 0 if it has none."""
    gates = [c for c in cells.values() if c.clock_gate]
    if not gates:
        return 0.0
    gate = min(gates, key=lambda c: c.area)
    tables = gate.energies.get(gate.clock_gate, [])
    return 2 * sum(t.value(0.03, 0.0) for t in tables) / max(len(tables), 1) + gate.caps[gate.clock_gate] * volt ** 2


def clock(unit, counts, cycles, number, gate):
    """fJ with every flip-flop clocked in every cycle, and with gates: a group with one enable only in cycles in which it changes."""
    free, gated, members = 0.0, 0.0, {}
    for each, group in unit.clock_cost:
        free += each * cycles * number
        if group is None:
            gated += each * cycles * number
        else:
            members.setdefault(group, []).append(each)
    for group, each in members.items():
        if len(each) < GATED:
            gated += sum(each) * cycles * number
        else:
            gated += sum(each) * counts['groups'][group] + gate * -(-len(each) // GATE_DRIVES) * cycles * number
    return free, gated


def of_unit(unit, counts, cycles, number, gate, shapes):
    """pJ a cycle in the library, but for memories, of all instances."""
    toggles = {}
    for gates, n in zip(unit.gates, counts['gates']):
        toggles[gates[2]] = n
    for flops, n in zip(unit.flops, counts['flops']):
        toggles[flops[0]] = n
    switching = sum(n * fj for n, fj in zip(counts['gates'], unit.gate_cost))
    registers = sum(n * fj for n, fj in zip(counts['flops'], unit.flop_cost))
    registers += sum(toggles.get(net, 0) * fj for net, fj in unit.data_cost.items())
    free, gated = clock(unit, counts, cycles, number, gate)
    memories = 0.0
    for (name, _), reads, writes in zip(unit.memories, counts['reads'], counts['writes']):
        memories += (reads + writes) * memory_pj(*shapes[name][:2])
    return {'gates': switching * 1e-3 / cycles, 'registers': registers * 1e-3 / cycles, 'clock': gated * 1e-3 / cycles,
            'clock_free': free * 1e-3 / cycles, 'leakage': unit.leakage * number * 1e-3 / cost.CLOCK_GHZ * 1e-3, 'memories': memories / cycles}


def by_engine(synthesis, units, activity, gate, shapes, volt):
    """pJ a cycle, scaled."""
    scale, cycles = energy_scale(synthesis['node'], volt), activity['cycles']
    engines = {e: dict.fromkeys(PARTS + ('clock_free',), 0.0) for e in cost.ENGINES}
    shares = cost.instances(synthesis)
    for unit, counts in zip(units, activity['units']):
        number = sum(n for (_, name), n in shares.items() if name == unit.name)
        if number == 0:
            continue
        found = of_unit(unit, counts, cycles, number, gate, shapes)
        for (engine, name), n in shares.items():
            if name == unit.name:
                for part, pj in found.items():
                    engines[engine][part] += pj * n / number * (1.0 if part == 'memories' else scale)
    return engines


def at_job(engines, sample):
    """Of the job, whose engines have more or less to do in a cycle than the rows that were simulated. A clock takes no more than without gates."""
    found = {}
    for engine, parts in engines.items():
        here, job = (sample[key][WORK[engine]] if engine in WORK else 1.0 for key in ('rates', 'rates_of_job'))
        found[engine] = {part: pj * job / here if part in WORKING and here else pj for part, pj in parts.items()}
        found[engine]['clock'] = min(found[engine]['clock'], max(parts['clock_free'], parts['clock']))
    return found


def summary(engines, result, sample):
    """What NAME.json holds. A pJ a cycle is a mW at 1 GHz."""
    def watt(parts):
        return sum(e[part] for e in engines.values() for part in parts) * cost.CLOCK_GHZ * 1e-3
    engines = at_job(engines, sample)
    core = watt(PARTS)
    free = watt([p for p in PARTS if p != 'clock'] + ['clock_free'])
    seconds = result['cycles'] / (cost.CLOCK_GHZ * 1e9)
    hbm = result['bytes'] * 8 * HBM_PJ_PER_BIT * 1e-12 / seconds
    return {
        'sample': sample, 'engines': engines, 'core_watt': core, 'core_watt_clock_not_gated': free, 'hbm_watt': hbm,
        'gops_per_watt': result['gops'] / core, 'gops_per_watt_with_hbm': result['gops'] / (core + hbm),
        'job_uj': {**{e: sum(at[p] for p in PARTS) * result['cycles'] * 1e-6 for e, at in engines.items()}, 'hbm': hbm * seconds * 1e6},
        'hbm_pj_per_bit': HBM_PJ_PER_BIT, 'volt': VOLT}
