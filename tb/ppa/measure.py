# SPDX-License-Identifier: Apache-2.0
"""Runs rows of a trace through the gates of a core."""
import json
import os
import shlex
import subprocess
import threading

import activity
import energy
import synth
from sta import Failure

BLOCKS, TRIES = 2, 12          # how many blocks go through the gates, among how many places they are chosen
RUNNING, ENDED = set(), threading.Event()       # programs, which end with this one


def program(folder, name, options):
    """What one of the repository's programs prints."""
    command = [os.path.join(folder, name)] + options
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    except OSError as e:
        raise Failure('%s: %s' % (command[0], e.strerror)) from None
    RUNNING.add(process)
    if ENDED.is_set():
        process.kill()
    try:
        out, err = process.communicate()
    finally:
        process.kill()
        RUNNING.discard(process)
    if process.returncode:
        raise Failure((err.strip().splitlines() or ['%s failed' % name])[-1])
    return out


def end_all():
    ENDED.set()
    for process in list(RUNNING):
        process.kill()


def rates(report):
    """What says how busy the engines are: a cycle."""
    return [report[key] / report['cycles'] for key in ('pairs', 'predicted_keys')] + [report['counters']['need_keys'] / report['cycles']]


def run_rows(a, rows, program_name='sofamodel', options=()):
    words = [a.config, a.trace] + shlex.split(a.args) + ['--rows', rows, '--json'] + list(options)
    return json.loads(program(a.bin, program_name, words))


def choose(a, model, manifest):
    """The rows whose rates are most like those of the whole job."""
    if a.rows:
        return a.rows
    block, whole = manifest['configuration']['query_block'], rates(model)
    rows = min(BLOCKS * block, model['rows'])
    starts = sorted({(model['rows'] - rows) * n // TRIES // block * block for n in range(TRIES + 1)})

    def distance(start):
        found = rates(run_rows(a, '%d:%d' % (start, start + rows), options=['--no-accuracy']))
        return sum(abs(x / y - 1) for x, y in zip(found, whole) if y)
    best = min(starts, key=distance)
    return '%d:%d' % (best, best + rows)


def run(a, folder, model, manifest, synthesis, mapped):
    """{sample, engines}: pJ a cycle and engine."""
    if 'heads' in model:
        raise Failure('energy takes one head: choose it with --head N in ARGS, or say --no-energy')
    the_plan, netlists, library = mapped
    rows = choose(a, model, manifest)
    netlist, counted = os.path.join(folder, 'gates.txt'), os.path.join(folder, 'activity.json')
    units = activity.load(the_plan, netlists, library, netlist)
    synth.say('ppa: rows %s through %d kinds of units of gates' % (rows, len(units)))
    report = run_rows(a, rows, 'sofagates', ['--netlist', netlist, '--activity', counted] + (['--timed'] if a.timed else []))
    with open(counted) as f:
        found = json.load(f)
    shapes = {name: the_plan.memory_shape(name) for unit in units for name, _ in unit.memories}
    engines = energy.by_engine(synthesis, units, found, energy.gate_fj(library.cells, library.volt), shapes, library.volt)
    return {'engines': engines, 'sample': {'rows': rows, 'cycles': found['cycles'], 'timed': a.timed, 'bit_exact': report['bit_exact'],
                                           'rates': rates(report), 'rates_of_job': rates(model)}}
