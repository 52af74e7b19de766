#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Longest register-to-register path of every engine of an emitted core: Yosys and abc map each module to a Liberty library, sta.py
analyses it. Exit status 1 if a path is longer than the limit, 2 if something is missing."""
import argparse
import concurrent.futures
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

import liberty
import sta

HERE = os.path.dirname(os.path.abspath(__file__))
# Modules synthesised on their own, children first: below another module they stand as models of their ports. Others are flattened
# into the module that holds them. The memories are taken for compiled ones.
UNITS = ['sofa_dot_halves', 'sofa_dot_whole', 'sofa_lane', 'sofa_exp2', 'sofa_recip', 'sofa_group', 'sofa_norm', 'sofa_attend',
         'sofa_encode', 'sofa_queries', 'sofa_column', 'sofa_loader', 'sofa_token_loader', 'sofa_predict', 'sofa_sort', 'sofa_clip', 'sofa_merge', 'sofa_select', 'sofa_mass',
         'sofa_need', 'sofa_order', 'sofa_window', 'sofa_blocks', 'sofa_khat_plane', 'sofa_ring_rows', 'sofa_fetch_pairs', 'sofa_fetch_turns',
         'sofa_hidden', 'sofa_token_tile', 'sofa_slices', 'sofa_codes', 'sofa_supply', 'sofa_project', 'sofa_kvgen', 'sofa_write_back',
        'sofa_write_mux', 'sofa_tiles', 'sofa_ranges', 'sofa_query_fetch', 'sofa_read', 'sofa_store', 'sofa_control', 'sofa_registers', 'sofa_core']
# Small or tied to their parent by paths without registers: part of it there, yet measured by themselves too.
FLAT = {'sofa_loader', 'sofa_token_loader', 'sofa_encode'}


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('core', help='directory that sofagen has written')
    p.add_argument('--liberty', required=True, help='library, NLDM tables, .lib or .lib.gz')
    p.add_argument('--work', required=True, help='directory for netlists; a netlist whose sources are unchanged is not made again')
    p.add_argument('--limit', type=float, default=2.6, help='ns (default 2.6)')
    p.add_argument('--recipe', choices=('speed', 'area'), default='speed')
    p.add_argument('--delay', type=int, default=1500, help='what abc aims at, ps (default 1500)')
    p.add_argument('--only', help='modules, comma-separated (default: all)')
    p.add_argument('--path', action='store_true', help='print the longest path of every module')
    p.add_argument('--ports', action='store_true', help='print the slowest ports of every module')
    return p.parse_args()


def sources(core):
    with open(os.path.join(core, 'sofa.f')) as f:
        files = [os.path.join(core, line.strip()) for line in f if line.strip().endswith('.v')]
    return {os.path.splitext(os.path.basename(path))[0]: path for path in files}


def script(top, files, black, args, lib, out):
    reads = []
    for name, path in sorted(files.items()):
        reads.append('read_verilog %s%s' % ('-lib ' if name in black else '', path))
    sky = 'techmap -autoproc -map %s/sklansky.v -map +/techmap.v' % HERE if args.recipe == 'speed' else ''
    return '\n'.join(reads + [
        'hierarchy -check -top %s' % top,
        'synth -flatten -top %s -run begin:fine' % top,
        'opt -fast -full', 'memory_map', 'opt -undriven -fine', sky,
        'synth -run fine:check',
        'dfflibmap -liberty %s' % lib,
        'abc -liberty %s -constr %s/abc.constr -D %d -script %s/%s.abc' % (lib, HERE, args.delay, HERE, args.recipe),
        'opt_clean -purge', 'write_json %s' % out, ''])


def instances(path, files):
    with open(path) as f:
        text = f.read()
    return {name for name in files if name + ' ' in text or name + '\n' in text}


def used(top, files, black):
    """Files of a module and what it holds, down to black boxes."""
    found, todo = {}, [top]
    while todo:
        name = todo.pop()
        if name not in found:
            found[name] = files[name]
            if name not in black:
                todo += instances(files[name], files)
    return found


def netlist(top, files, args, lib):
    """In a process of the pool. Returns the netlist's path, and the seconds that it took, 0 if it was there."""
    black = ({u for u in UNITS if u not in FLAT} | {'sofa_ram'}) - {top}
    need = used(top, files, black)
    out = os.path.join(args.work, '%s.%s.json' % (top, args.recipe))
    text = script(top, need, black, args, lib, out + '.new')
    digest = hashlib.sha256(text.encode())
    for path in sorted(need.values()):
        with open(path, 'rb') as f:
            digest.update(b''.join(line for line in f if not line.startswith(b'//')))
    stamp = out + '.sha256'
    if os.path.exists(stamp) and os.path.exists(out):
        with open(stamp) as f:
            if f.read() == digest.hexdigest():
                return out, 0
    began = time.monotonic()
    run = subprocess.run(['yosys', '-q', '-p', text], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        raise sta.Failure('%s: yosys: %s' % (top, (run.stdout.strip().splitlines() or ['failed'])[-1]))
    os.replace(out + '.new', out)
    with open(stamp, 'w') as f:
        f.write(digest.hexdigest())
    return out, time.monotonic() - began


def analyse(path, top, children, cells):
    """In a process of the pool."""
    with open(path) as f:
        modules = json.load(f)['modules']
    return sta.analyse(modules[top], cells, children)


def say(top, what, began):
    print('timing: %s %s, %.0f s' % (top, what, time.monotonic() - began), file=sys.stderr, flush=True)


class Measurement:
    """Maps and analyses modules on all cores: the largest first, a module once those below it are analysed."""

    def __init__(self, tops, files, args, lib, cells):
        self.tops, self.cells = tops, cells
        self.models, self.paths, self.running, self.began = {'sofa_ram': sta.ram_model()}, {}, {}, {}
        units = set(tops)
        self.below = {top: (set(used(top, files, units - {top})) & units) - {top} for top in tops}
        size = {top: sum(os.path.getsize(path) for path in used(top, files, units - FLAT - {top}).values()) for top in tops}
        self.pool = concurrent.futures.ProcessPoolExecutor(os.cpu_count())
        for top in sorted(tops, key=lambda top: -size[top]):
            self.start(top, 'mapped', netlist, top, files, args, lib)

    def start(self, top, what, *call):
        self.began[top] = time.monotonic()
        self.running[self.pool.submit(*call)] = (top, what)

    def finish(self, future):
        top, what = self.running.pop(future)
        if what == 'mapped':
            self.paths[top], seconds = future.result()
            print('timing: %s mapped, %s' % (top, '%.0f s' % seconds if seconds else 'as before'), file=sys.stderr, flush=True)
        else:
            self.models[top] = future.result()
            say(top, 'analysed, %d of %d' % (len(self.models) - 1, len(self.tops)), self.began[top])

    def run(self):
        """Yields module and model, in the order of tops."""
        with self.pool:
            try:
                for top in self.tops:
                    while top not in self.models:
                        done, _ = concurrent.futures.wait(self.running, return_when=concurrent.futures.FIRST_COMPLETED)
                        for future in done:
                            self.finish(future)
                        self.analyse_ready()
                    yield top, self.models[top]
            except BaseException:
                self.pool.shutdown(wait=False, cancel_futures=True)
                raise

    def analyse_ready(self):
        for top in [t for t in self.paths if self.below[t] <= set(self.models)]:
            children = {name: self.models[name] for name in self.below[top] | {'sofa_ram'}}
            self.start(top, 'analysed', analyse, self.paths.pop(top), top, children, self.cells)


def show(top, model, args):
    path = model.internal
    if path.trace:
        print('%-16s %6.3f ns  %10.0f um2  %s -> %s' % (top, path.time, model.area, path.start, path.end))
        if args.path:
            for wire, by, time in path.trace:
                print('      %7.3f  %-28s %s' % (time, by, wire))
    else:
        print('%-16s      -     %10.0f um2' % (top, model.area))
    if model.cut:
        print('      without %s' % ', '.join(sorted(model.cut)))
    if args.ports:
        for kind, table in (('out', model.launch), ('in', model.capture), ('through', model.through)):
            for port, time in sorted(table.items(), key=lambda x: -x[1])[:6]:
                print('      %-8s %6.3f  %s' % (kind, time, port if isinstance(port, str) else ' -> '.join(port)))
    sys.stdout.flush()


def main():
    args = arguments()
    try:
        return report(args)
    except (sta.Failure, OSError) as e:
        print('timing: %s' % e, file=sys.stderr)
        return 2


def report(args):
    os.makedirs(args.work, exist_ok=True)
    files = sources(args.core)
    lib = args.liberty
    if lib.endswith('.gz'):
        lib = os.path.join(args.work, os.path.basename(lib)[:-3])
        with gzip.open(args.liberty) as packed, open(lib, 'wb') as plain:
            shutil.copyfileobj(packed, plain)
    cells = liberty.read(lib)
    wanted = args.only.split(',') if args.only else UNITS
    tops = [u for u in UNITS if u in wanted and u in files]
    if args.only and len(tops) < len(wanted):
        raise sta.Failure('--only: no module %s' % ', '.join(w for w in wanted if w not in tops))
    worst = 0.0
    for top, model in Measurement(tops, files, args, lib, cells).run():
        show(top, model, args)
        worst = max(worst, model.internal.time)
    print('longest path %.3f ns, limit %.3f ns' % (worst, args.limit))
    return 0 if worst <= args.limit else 1


if __name__ == '__main__':
    sys.exit(main())
