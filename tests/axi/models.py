# SPDX-License-Identifier: Apache-2.0
"""The memory models of cocotbext-axi with random delays and faults, and a referee of the handshakes."""

import collections
import itertools

from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiRamRead, AxiRamWrite, AxiResp

OUTSTANDING = 16


class Fault:
    """When a response turns into an error: at the n-th response, or when `where(address)` says so."""

    def __init__(self, response=AxiResp.DECERR, number=0, where=None):
        self.response, self.number, self.where = response, number, where
        self.met = 0

    def hits(self, count, address):
        if count == self.number or (self.where and self.where(address)):
            self.met += 1
            return True
        return False


class Timing:
    """stall: how often a channel pauses, of 100; delay: longest wait before a beat, in cycles."""

    def __init__(self, rng, stall=0, delay=0):
        self.rng, self.stall, self.delay = rng, stall, delay

    def pauses(self):
        return (self.rng.randrange(100) < self.stall for _ in itertools.count())

    def apply(self, *channels):
        for channel in channels:
            if self.stall:
                channel.set_pause_generator(self.pauses())
            else:
                channel.clear_pause_generator()
                channel.pause = False

    def wait(self):
        return self.rng.randrange(self.delay + 1) if self.delay and self.rng.randrange(8) == 0 else 0


class ReadModel(AxiRamRead):
    def __init__(self, bench, bus, clock, reset, **kwargs):
        super().__init__(bus, clock, reset, reset_active_level=False, **kwargs)
        self.bench, self.fault, self.beats, self.failing = bench, None, 0, False
        self.ar_channel.queue_occupancy_limit = OUTSTANDING
        send = self.r_channel.send

        async def answer(r):
            if self.failing:
                r.rresp = self.fault.response
            await send(r)
        self.r_channel.send = answer

    async def _read(self, address, length):
        self.bench.check_read(address, length)
        wait = self.bench.timing.wait()
        if wait:
            await ClockCycles(self.clock, wait)
        self.beats += 1
        self.failing = self.fault is not None and self.fault.hits(self.beats, address)
        return await super()._read(address, length)


class WriteModel(AxiRamWrite):
    def __init__(self, bench, bus, clock, reset, **kwargs):
        super().__init__(bus, clock, reset, reset_active_level=False, **kwargs)
        self.bench, self.fault, self.beats, self.failing = bench, None, 0, False
        self.aw_channel.queue_occupancy_limit = OUTSTANDING
        send = self.b_channel.send

        async def answer(b):
            wait = self.bench.timing.wait()
            if wait:
                await ClockCycles(self.clock, wait)
            if self.failing:
                b.bresp = self.fault.response
            self.failing = False
            await send(b)
        self.b_channel.send = answer

    async def _write(self, address, data):
        self.bench.check_write(address, len(data))
        self.beats += 1
        self.failing |= self.fault is not None and self.fault.hits(self.beats, address)
        await super()._write(address, data)


class Referee:
    """Every clock: what was offered and not taken is offered again, unchanged; no handshake signal is unknown."""

    def __init__(self, dut, clock, reset, prefix, channels, payload):
        self.dut, self.clock, self.reset = dut, clock, reset
        self.channels = {c: (getattr(dut, f"{prefix}_{c}valid"), getattr(dut, f"{prefix}_{c}ready"),
                             [getattr(dut, f"{prefix}_{c}{p}") for p in payload[c]]) for c in channels}
        self.prefix, self.violations = prefix, []
        self.taken = collections.Counter()

    async def run(self):
        offered = {}
        edge = RisingEdge(self.clock)
        while True:
            await edge
            if self.reset.value.binstr != "1":
                offered.clear()
                continue
            for name, (valid, ready, payload) in self.channels.items():
                v, r = valid.value.binstr, ready.value.binstr
                words = [p.value.binstr for p in payload] if v == "1" else None
                if v not in "01" or r not in "01":
                    self.violations.append(f"{self.prefix}_{name}: valid {v}, ready {r}")
                if name in offered and words != offered[name]:
                    self.violations.append(f"{self.prefix}_{name}: an offer changed before it was taken")
                offered.pop(name, None)
                if v == "1" and r == "1":
                    self.taken[name] += 1
                elif v == "1":
                    offered[name] = words
