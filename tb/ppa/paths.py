# SPDX-License-Identifier: Apache-2.0
"""Longest paths of the units of a core: each is analysed once, when those below it are; below another it stands as a model of its ports."""
import concurrent.futures
import json
import multiprocessing
import os
import time

import plan
import sta
import synth


CELLS = {}             # of the library, in each process of the pool


def know(cells):
    CELLS.update(cells)


def analyse(path, models):
    """In a process of the pool."""
    with open(path) as f:
        return sta.analyse(json.load(f), CELLS, models)


class Paths:
    def __init__(self, the_plan, cells, program, units=None):
        """units: those that will be added (None: all); paths end before the others."""
        self.plan, self.program = the_plan, program
        self.units = set(units or the_plan.units)
        memory = sta.ram_model()
        self.models = {name: memory for name, m in the_plan.modules.items() if m.base == plan.MEMORY}
        self.waiting, self.running = {}, {}
        # Spawned: a forked process would keep the pipes open by which threads start Yosys meanwhile.
        self.pool = concurrent.futures.ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context('spawn'), initializer=know, initargs=(cells,))

    def add(self, unit, path):
        """The netlist of a unit is there."""
        self.waiting[unit] = path
        self.collect(False)

    def start_ready(self):
        for unit in list(self.waiting):
            kids = [kid for kid in self.plan.below(unit) if kid in self.units or kid in self.models]
            if all(kid in self.models for kid in kids):
                models = {kid.lstrip('\\'): self.models[kid] for kid in kids}
                future = self.pool.submit(analyse, self.waiting.pop(unit), models)
                self.running[future] = (unit, time.monotonic())

    def collect(self, wait):
        """Takes what is done, waits for one if told so, and starts what can start."""
        if wait and self.running:
            concurrent.futures.wait(self.running, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in [f for f in self.running if f.done()]:
            unit, began = self.running.pop(future)
            self.models[unit] = future.result()
            if time.monotonic() - began > 5:
                synth.say('%s: %s analysed, %.0f s' % (self.program, plan.base(unit), time.monotonic() - began))
        self.start_ready()

    def finish(self):
        """{unit: model} of all that were added."""
        with self.pool:
            while self.running or self.waiting:
                if not self.running:
                    raise sta.Failure('%s has no model' % ', '.join(sorted(self.waiting)))
                self.collect(True)
        return {unit: self.models[unit] for unit in self.plan.units if unit in self.models}
