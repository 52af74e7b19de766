# SPDX-License-Identifier: Apache-2.0
"""NAME.md: the tables of a result, beside what was published."""
import cost
import energy


def table(head, rows):
    lines = ['| %s |' % ' | '.join(head), '|%s' % (' --- |' * len(head))]
    return lines + ['| %s |' % ' | '.join(row) for row in rows] + ['']


def number(x, digits=3):
    return '' if x is None else '%.*f' % (digits, x)


def thousands(x):
    return '{:,.0f}'.format(x).replace(',', ' ')


def kib(bits):
    return number(bits / 8192, 1) if bits else ''


def head(result, command):
    lines = ['# Cost of `%s`' % result['name'], '', 'Made by', '', '    %s' % command, '',
             'Configuration hash %s. Library %s, %g nm, and %s. No wires are placed; areas, times and energies are scaled to %d nm by the rules'
             % (result['hash'], result['library'], result['library_node'], result['yosys'], cost.NODE),
             'by which the paper compares accelerators: area with the square of the node (times %.3f), frequency with 1 over its square.'
             % cost.area_scale(result['library_node']),
             'Memories are reckoned at %g um2 a bit of one that is read and written in one cycle, not synthesised.' % result['memory_um2_per_bit'], '']
    return lines


def by_engine(result, published):
    rows = []
    for engine in cost.ENGINES:
        e = result['engines'][engine]
        if e['cells'] or e['memory_bits']:
            rows.append([engine, number(e['logic_mm2']), number(e['memory_mm2']) if e['memory_bits'] else '', kib(e['memory_bits']),
                         thousands(e['cells']), thousands(e['flip_flops']), thousands(e['flip_flops_enabled']), number(e['path_ns'], 2),
                         number(published['engines'].get(engine, {}).get('mm2'))])
    rows.append(['all', number(result['logic_mm2']), number(result['memory_mm2']), kib(result['memory_bits']), thousands(result['cells']),
                 thousands(result['flip_flops']), thousands(result['flip_flops_enabled']), number(result['path_ns'], 2), number(published['area_mm2'])])
    lines = ['## Area by engine, mm2', '']
    lines += table(['engine', 'logic', 'memories', 'KiB', 'cells', 'flip-flops', '... with enable', 'path, ns', 'published'], rows)
    lines += ['Published: all memories %s mm2 (%s), not by engine; %s.' % (
        published['engines']['memories']['mm2'], published['engines']['memories']['what'], published['source']), '']
    if result['path']:
        lines += ['Longest path %.2f ns in the library, %.2f ns at %d nm by the rule above, %.2f ns if delay went with the node itself: %s.' % (
            result['path_ns_library'], result['path_ns'], cost.NODE, result['path_ns_linear'], result['path']), '']
    return lines


def by_module(result):
    rows = [['`%s`' % m['module'], m['engine'], thousands(m['count']), thousands(m['um2']), number(m['mm2'], 4), thousands(m['cells']),
             thousands(m['flip_flops']), number(m['path_ns'], 2)] for m in result['modules']]
    lines = ['## Area by module', '', 'Each with all that is flattened into it, but for the modules that have a row themselves; um2, cells, flip-flops and ns of one,',
             'in the library. Its engine is that of the module of the core that holds it.', '']
    lines += table(['module', 'engine', 'number', 'um2', 'mm2 of all', 'cells', 'flip-flops', 'path, ns'], rows)
    if result['alike']:
        lines += ['Instances that differ in constants only were synthesised once, with inputs for these: %s.' % ', '.join('`%s`' % m for m in result['alike']), '']
    rows = [['`%s.%s`' % (m['module'], m['instance']), m['engine'], str(m['count']), str(m['words']), str(m['bits']), kib(cost.bits(m))]
            for m in sorted(result['memories'], key=lambda m: -cost.bits(m))]
    return lines + ['## Memories', ''] + table(['memory', 'engine', 'number', 'words', 'bits', 'KiB of all'], rows)


def throughput(result, published):
    busy = ', '.join('%s %.1f %%' % (e, 100 * share) for e, share in result['busy'].items())
    lines = ['## Throughput at %g GHz' % result['clock_ghz'], '',
             '%s cycles for %s visible pairs, %.2f %% of them kept; %s bytes moved; busy: %s.' % (
                 thousands(result['cycles']), thousands(result['visible_pairs']), 100 * result['kept'], thousands(result['bytes']), busy),
             'Dense-equivalent: 4 d operations for each visible pair; executed: for each kept one, prediction not counted.', '']
    area = result['logic_mm2'] + result['memory_mm2']
    rows = [['this', number(area, 2), thousands(result['gops']), thousands(result['gops_per_mm2']), thousands(result['gops_executed']),
             number(result['gops_per_multiplier_ghz'], 2), number(100 * result['busy']['attend'], 1)],
            ['published', number(published['area_mm2'], 2), thousands(published['gops']), thousands(published['gops_per_mm2']), '',
             number(published['gops'] / published['multipliers'], 2), number(100 * published['busy'], 1)]]
    rows += [[a['name'], number(a['mm2'], 2), thousands(a['gops']), thousands(a['gops_per_mm2']), '', '', ''] for a in published['accelerators']]
    return lines + table(['accelerator', 'mm2', 'GOPS, dense-equivalent', 'GOPS/mm2', 'GOPS, executed', 'GOPS a multiplier and GHz', 'multipliers busy, %'], rows)


def power(result, published):
    e, gpu = result['energy'], published['gpu']
    if not e:
        return []
    sample, lines = e['sample'], ['## Energy', '']
    lines += ['Rows %s of the trace, %s cycles, went through the gates (%s), bit by bit and cycle by cycle as the model says. Of the job and of these rows: %s' % (
        sample['rows'], thousands(sample['cycles']), 'with delays: glitches count' if sample['timed'] else 'no delays: a gate switches once a cycle at most',
        ', '.join('%s %.3f and %.3f' % (what, job, here) for what, job, here in
                  zip(('kept pairs', 'predicted keys', 'needed keys'), sample['rates_of_job'], sample['rates']))) +
        ' a cycle; what an engine takes while it works is told for the rate of the job.',
        'pJ a cycle, or mW at 1 GHz, scaled to %d nm and %g V by the rule of the paper: power with the node and the square of the voltage.' % (cost.NODE, e['volt']), '']
    rows = []
    for engine in cost.ENGINES:
        at = e['engines'][engine]
        whole = sum(at[p] for p in energy.PARTS)
        if whole:
            rows.append([engine] + [number(at[p], 1) for p in energy.PARTS] + [number(whole, 1), number(at['clock_free'], 1), number(e['job_uj'][engine], 2),
                                                                               number(published['engines'].get(engine, {}).get('mw'), 0)])
    rows.append(['all'] + [number(sum(at[p] for at in e['engines'].values()), 1) for p in energy.PARTS] + [
        number(1e3 * e['core_watt'], 1), number(sum(at['clock_free'] for at in e['engines'].values()), 1),
        number(sum(v for k, v in e['job_uj'].items() if k != 'hbm'), 2), number(1e3 * published['core_watt'], 0)])
    lines += table(['engine', 'gates', 'registers', 'clock', 'leakage', 'memories', 'all', 'clock, no gates', 'job, uJ', 'published, mW'], rows)
    lines += ['Clock: groups of at least %d flip-flops with one enable are clocked in cycles in which one of them changes, through a gate for every %d; without these' % (
        energy.GATED, energy.GATE_DRIVES),
        'gates the core takes %.0f mW. Published: memories %d mW. Memory chip: %g pJ a bit (HBM2), %.2f uJ a job, %.0f mW.' % (
            1e3 * e['core_watt_clock_not_gated'], published['engines']['memories']['mw'], e['hbm_pj_per_bit'], e['job_uj']['hbm'], 1e3 * e['hbm_watt']), '']
    rows = [['this', number(e['core_watt']), thousands(e['gops_per_watt']), thousands(e['gops_per_watt_with_hbm'])],
            ['published', number(published['core_watt']), thousands(published['gops_per_watt']), thousands(published['gops_per_watt_device'])]]
    rows += [[a['name'], number(a['watt']), thousands(a['gops_per_watt']), ''] for a in published['accelerators']]
    rows.append([gpu['name'], number(gpu['watt'], 0), '', thousands(gpu['visible_gops'] / gpu['watt'])])
    lines += table(['accelerator', 'core, W', 'GOPS/W, core', 'GOPS/W with memory chip'], rows)
    return lines + [gpu['note'], '']


LIMITS = ['## What this leaves out', '',
          '* Wires: none are placed, so areas are those of cells alone, without the room that a layout leaves between them, paths have no wire delay, and nets no',
          '  capacitance but that of pins. No clock tree, no scan, no pads, no interface to the memory chip.',
          '* Nodes: what is measured in the cells of the library is scaled by one rule; a real library of the smaller node may be better or worse.',
          '* Memories: one figure a bit, whatever their shape, and one rule for the energy of an access; small ones cost more a bit.',
          '* Modules are mapped apart: what passes between them is optimised on neither side, but for constants.',
          '* Throughput is that of the cycle model, ideal memory (fixed latency, one beat a cycle and channel).',
          '* Energy is that of typical cells at one slew, of a few blocks; a clock gate is reckoned, not in the netlist, and saves no multiplexer.', '']


def markdown(result, published, command):
    lines = head(result, command) + by_engine(result, published) + throughput(result, published) + power(result, published) + by_module(result) + LIMITS
    return '\n'.join(lines)
