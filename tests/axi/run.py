# SPDX-License-Identifier: Apache-2.0
"""Emits, compiles (Icarus) and tests sofa_axi_top in a few configurations; exit status 0 if every test passed."""

import argparse
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

from cocotb.runner import get_runner

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# As small as cores get, so that time goes into the bus; rows have 64 or 128 bytes.
CORE = ["head_dim=64", "query_block=4", "tile.keys=8", "tile.kept_max=3", "predict.keys=4", "predict.dims=16",
        "attend.lanes=2", "attend.width=16", "attend.window=3", "memory.prefetch=6"]
DESIGNS = {
    "axi128": ["memory.port_bits=128"],
    "axi32x2": ["memory.port_bits=32", "memory.read_channels=2", "data.key_bits=8"],
    "axi512x2": ["memory.port_bits=512", "memory.read_channels=2", "memory.address_bits=48"],
    "axi64": ["memory.port_bits=64", "memory.address_bits=40", "data.query_bits=8", "data.value_bits=8"],
}


def call(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def prepare(build, work, name):
    """Emits the core into work/rtl and makes its jobs; returns the Verilog files."""
    settings = [word for key in CORE + DESIGNS[name] for word in ("--set", key)]
    config = str(ROOT / "configs/small.yaml")
    call(str(build / "bin/sofagen"), config, *settings, "-o", str(work / "rtl"))
    for case, rows, options in (("short", "20:24", []), ("long", "29:35", ["--radius", "6", "--carry"])):
        text = call(str(build / "test/axi_case"), config, str(ROOT / "data/demo.npz"), *settings, "--rows", rows,
                    *options, "-o", str(work / f"{case}.npz"))
        (work / f"{case}.json").write_text(text)
    return [work / "rtl" / line for line in (work / "rtl/sofa.f").read_text().splitlines() if line.endswith(".v")]


def run(build, name, seed):
    work = build / "axi" / name
    work.mkdir(parents=True, exist_ok=True)
    sources = prepare(build, work, name)
    runner = get_runner("icarus")
    runner.build(verilog_sources=sources, hdl_toplevel="sofa_axi_top", build_args=["-g2005", "-DSOFA_ASSERT"], build_dir=work / "sim",
                 timescale=("1ns", "1ps"), always=True)
    results = runner.test(test_module="test_axi", hdl_toplevel="sofa_axi_top", test_dir=work, seed=seed,
                          build_dir=work / "sim", results_xml=str(work / "results.xml"),
                          extra_env={"PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]),
                                     "PYTHONDONTWRITEBYTECODE": "1", "AXI_CASES": str(work), "AXI_NAME": name})
    tests = xml.etree.ElementTree.parse(results).findall(".//testcase")
    failed = [t.get("name") for t in tests if t.find("failure") is not None or t.find("error") is not None]
    return len(tests) - len(failed), failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="build tree with the programs")
    parser.add_argument("--seed", type=int, default=1, help="of stalls, faults and addresses")
    parser.add_argument("design", nargs="*", help=f"of {', '.join(DESIGNS)} (all)")
    options = parser.parse_args()
    names = options.design or list(DESIGNS)
    for name in names:
        if name not in DESIGNS:
            parser.error(f"{name}: no such design (there are {', '.join(DESIGNS)})")
    passed, failures = 0, []
    for name in names:
        good, bad = run(options.build.resolve(), name, options.seed)
        passed += good
        failures += [f"{name}: {test}" for test in bad]
    for failure in failures:
        print(f"failed: {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
