# SPDX-License-Identifier: Apache-2.0
"""sofa_axi_top between the AXI models of cocotbext-axi, driven as a host drives it."""

import logging
import os
import pathlib
import random

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles, First, RisingEdge
from cocotbext.axi import AxiBus, AxiLiteBus, AxiLiteMaster, AxiReadBus, AxiResp

from layout import Case, Layout
from models import ReadModel, Referee, Timing, WriteModel

START, ABORT, CLEAR = 1, 2, 4
BUSY, DONE = 1, 2
LIMIT = 40_000  # cycles of a job
ADDRESS = ("id", "addr", "len", "size", "burst", "lock", "cache", "prot", "qos")
PAYLOAD = {"aw": ADDRESS, "ar": ADDRESS, "w": ("data", "strb", "last")}


def power_up(scope, rng):
    """Gives every unknown register a value by chance, as silicon does; else unknowns spread by pessimism (0 << x is x)."""
    for handle in scope:
        if isinstance(handle, HierarchyObject):
            power_up(handle, rng)
        elif handle._type == "GPI_ARRAY":
            for word in handle:
                word.setimmediatevalue(rng.getrandbits(len(word)))
        elif handle._type == "GPI_REGISTER" and not handle.value.is_resolvable:
            handle.setimmediatevalue(rng.getrandbits(len(handle)))


class Bench:
    def __init__(self, dut):
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)  # the models talk a lot
        self.dut, self.clock, self.reset = dut, dut.aclk, dut.aresetn
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self.cases = {name: Case(pathlib.Path(os.environ["AXI_CASES"]) / name) for name in ("short", "long")}
        self.config = self.cases["short"].config
        self.offsets, self.errors = self.cases["short"].offsets, self.cases["short"].errors
        self.timing, self.layout, self.violations = Timing(self.rng), None, []
        self.outstanding = 0

    async def open(self):
        dut = self.dut
        dut.aresetn.value = 0
        cocotb.start_soon(Clock(self.clock, 10, "ns").start())
        quiet = {"clock": self.clock, "reset": self.reset}
        bus = AxiBus.from_prefix(dut, "m0_axi")
        self.writer = WriteModel(self, bus.write, size=1 << self.config["address_bits"], **quiet)
        self.readers = [ReadModel(self, bus.read, mem=self.writer.mem, **quiet)]
        if self.config["read_channels"] == 2:
            self.readers.append(ReadModel(self, AxiReadBus.from_prefix(dut, "m1_axi"), mem=self.writer.mem, **quiet))
        self.host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), self.clock, self.reset, reset_active_level=False)
        self.open_referees()
        await ClockCycles(self.clock, 2)
        power_up(dut.u_core, self.rng)
        await self.pulse_reset()

    def open_referees(self):
        place = (self.dut, self.clock, self.reset)
        self.referees = [Referee(*place, "m0_axi", ("aw", "w", "ar"), PAYLOAD),
                         Referee(*place, "s_axi", ("b", "r"), {"b": ("resp",), "r": ("data", "resp")})]
        if len(self.readers) == 2:
            self.referees.append(Referee(*place, "m1_axi", ("ar",), PAYLOAD))
        for referee in self.referees:
            cocotb.start_soon(referee.run())
        cocotb.start_soon(self.count_outstanding())

    async def count_outstanding(self):
        """Most reads under way on the first channel."""
        dut, now = self.dut, 0
        while True:
            await RisingEdge(self.clock)
            if self.reset.value.binstr != "1":
                now = 0
                continue
            now += dut.m0_axi_arvalid.value.binstr == "1" and dut.m0_axi_arready.value.binstr == "1"
            now -= all(s.value.binstr == "1" for s in (dut.m0_axi_rvalid, dut.m0_axi_rready, dut.m0_axi_rlast))
            self.outstanding = max(self.outstanding, now)

    async def pulse_reset(self):
        self.dut.aresetn.value = 0
        await ClockCycles(self.clock, 4)
        self.dut.aresetn.value = 1
        await ClockCycles(self.clock, 2)

    def set_timing(self, stall=0, delay=0):
        self.timing = Timing(self.rng, stall, delay)
        self.timing.apply(self.writer.aw_channel, self.writer.w_channel, self.writer.b_channel,
                          self.host.write_if.aw_channel, self.host.write_if.w_channel, self.host.write_if.b_channel,
                          self.host.read_if.ar_channel, self.host.read_if.r_channel,
                          *(c for r in self.readers for c in (r.ar_channel, r.r_channel)))

    # ---- what the models saw ----

    def check_read(self, address, length):
        if self.layout is None or not self.layout.readable(address, length, length):
            self.violations.append(f"read of {length} bytes at 0x{address:x}")

    def check_write(self, address, length):
        if self.layout is None or not self.layout.writable(address, length):
            self.violations.append(f"write of {length} bytes at 0x{address:x}")

    def check_bus(self):
        found = self.violations + [v for r in self.referees for v in r.violations]
        assert not found, f"{len(found)} violations: {found[0]}"

    def bursts(self):
        return {c: sum(r.taken[c] for r in self.referees) for c in ("aw", "ar")}

    # ---- registers ----

    async def write(self, name, value):
        answer = await self.host.write(self.offsets[name], value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp}"

    async def read(self, name):
        answer = await self.host.read(self.offsets[name], 4)
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp}"
        return int.from_bytes(answer.data, "little")

    async def counter(self, name):
        low = await self.read(f"{name}_LO")
        return await self.read(f"{name}_HI") << 32 | low

    # ---- jobs ----

    async def start(self, case, **changes):
        """Places a job in memory and starts it; changes are descriptor registers."""
        self.layout = Layout(case, self.writer, self.rng)
        for model in self.readers + [self.writer]:
            model.beats = 0
        for name, value in {**case.job, **self.layout.registers(), "IRQ_ENABLE": 1, "WATCHDOG": 20_000,
                            **changes}.items():
            await self.write(name, value)
        await self.write("CONTROL", START)

    async def finish(self):
        """Waits for the interrupt; returns the error code. Afterwards the bus must stay silent."""
        if self.dut.irq.value != 1:
            await First(RisingEdge(self.dut.irq), ClockCycles(self.clock, LIMIT))
        self.check_bus()
        assert self.dut.irq.value == 1, f"no interrupt within {LIMIT} cycles"
        status = await self.read("STATUS")
        assert status & (BUSY | DONE) == DONE, f"STATUS 0x{status:x} after the interrupt"
        before = self.bursts()
        await ClockCycles(self.clock, 50)
        assert self.bursts() == before, "bursts after the end of the job"
        self.check_bus()
        return status >> 8

    async def clear(self):
        await self.write("CONTROL", CLEAR)
        await ClockCycles(self.clock, 4)
        assert self.dut.irq.value == 0, "the interrupt stays after CONTROL.clear"

    async def run_exact(self, name):
        """A whole job, compared with the model; returns its cycles."""
        case = self.cases[name]
        await self.start(case)
        error = await self.finish()
        assert error == 0, f"error {error}"
        o = self.layout.region["o"]
        assert self.writer.read(o.base, o.end - o.base) == self.layout.expected(), "output differs from the model"
        for counter, value in case.counters.items():
            seen = await self.counter(counter)
            assert seen == value, f"counter {counter} is {seen}, want {value}"
        cycles = await self.counter("CYCLES")
        await self.clear()
        return cycles

    async def run_failing(self, name, model, fault, code):
        """A job that meets the fault ends with the code; the next job is whole."""
        model.fault = fault
        await self.start(self.cases[name])
        error = await self.finish()
        model.fault = None
        assert fault.met > 0, "the fault was not met"
        assert error == self.errors[code], f"error {error}, want {self.errors[code]} ({code})"
        await self.clear()
        await self.run_exact("short")
