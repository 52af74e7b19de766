# SPDX-License-Identifier: Apache-2.0
"""Jobs over AXI: results, errors, protocol. Run by run.py."""

import os

import cocotb
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiResp

from bench import ABORT, BUSY, DONE, Bench
from models import Fault

TIMINGS = ((0, 0), (20, 10), (50, 30), (75, 5))  # stall, delay


async def opened(dut):
    bench = Bench(dut)
    await bench.open()
    return bench


@cocotb.test()
async def registers(dut):
    """Words arrive in any order of address and data; partial writes are refused."""
    b = await opened(dut)
    assert await b.read("CONFIG_HASH") == b.config["hash"]
    for timing in TIMINGS:
        b.set_timing(*timing)
        values = {name: b.rng.getrandbits(32) for name in ("RADIUS", "Q_STRIDE", "K_STRIDE", "V_STRIDE", "WATCHDOG")}
        pending = []
        for name, value in values.items():
            pending.append(cocotb.start_soon(b.write(name, value)))
            pending.append(cocotb.start_soon(b.read("ID")))
        for task in pending:
            await task
        for name, value in values.items():
            assert await b.read(name) == value, name
        partial = await b.host.write(b.offsets["RADIUS"] + 1, b"\x00\x00")
        assert partial.resp == AxiResp.SLVERR, f"a partial write: {partial.resp}"
        assert await b.read("RADIUS") == values["RADIUS"], "a partial write changed a register"
    await b.write("CONTROL", 0)
    assert await b.read("STATUS") & (BUSY | DONE) == 0
    b.check_bus()


@cocotb.test()
async def jobs(dut):
    """Bit-exact with any timing; requests are cut at 4 KB; several reads are outstanding."""
    b = await opened(dut)
    crossings = 0
    for timing in TIMINGS:
        b.set_timing(*timing)
        for name in ("short", "long"):
            cycles = await b.run_exact(name)
            crossings += b.layout.region["o"].crossings()
            dut._log.warning(f"{os.environ['AXI_NAME']}: {name} job, stall {timing[0]} %, delay {timing[1]}: {cycles} cycles, bit-exact")
    rows = len(TIMINGS) * sum(len(c.rows["o"]) for c in b.cases.values())
    assert crossings > 0 and b.bursts()["aw"] == rows + crossings, f"{b.bursts()} for {rows} rows, {crossings} cut"
    assert b.outstanding > 2, f"at most {b.outstanding} reads outstanding"


@cocotb.test()
async def read_errors(dut):
    """Any error of any read ends the job with its code."""
    b = await opened(dut)
    for round in range(4):
        b.set_timing(*TIMINGS[round % len(TIMINGS)])
        response = (AxiResp.SLVERR, AxiResp.DECERR)[round % 2]
        reader = b.readers[round % len(b.readers)]
        await b.run_failing("long", reader, Fault(response, b.rng.randrange(1, 25)), "read_bus")


@cocotb.test()
async def write_errors(dut):
    """So does an error of any write, also of the first part of a cut one."""
    b = await opened(dut)

    def before_boundary(address):
        return address % 4096 >= 4096 - b.config["port_bits"] // 8

    for round in range(2):
        b.set_timing(*TIMINGS[2 * round])
        response = (AxiResp.SLVERR, AxiResp.DECERR)[round % 2]
        await b.run_failing("long", b.writer, Fault(response, b.rng.randrange(1, 12)), "write_bus")
        await b.run_failing("short", b.writer, Fault(response, where=before_boundary), "write_bus")


@cocotb.test()
async def refusal_and_abort(dut):
    """A bad descriptor touches no memory; an abort leaves the bus empty."""
    b = await opened(dut)
    b.set_timing(30, 10)
    before = b.bursts()
    await b.start(b.cases["short"], ROWS=0)
    assert await b.finish() == b.errors["rows"]
    assert b.bursts() == before, "a refused job used the bus"
    await b.clear()
    for _ in range(3):
        await b.start(b.cases["long"])
        await ClockCycles(b.clock, b.rng.randrange(1, 500))
        await b.write("CONTROL", ABORT)
        assert await b.finish() == b.errors["aborted"]
        await b.clear()
        await b.run_exact("short")


@cocotb.test()
async def reset(dut):
    """A reset of core and memory at any time leaves a working core."""
    b = await opened(dut)
    b.set_timing(30, 10)
    for _ in range(2):
        await b.start(b.cases["long"])
        await ClockCycles(b.clock, b.rng.randrange(1, 500))
        await b.pulse_reset()
        assert await b.read("STATUS") == 0
        await b.run_exact("short")
