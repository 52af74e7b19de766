# SPDX-License-Identifier: Apache-2.0
"""The programs beside the package: what it says is compared with what they say."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
PROGRAMS = pathlib.Path(os.environ.get("SOFA_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/bin"))
UNLIKE = {"model_seconds", "macs_per_second", "trace", "fitted"}  # of no two runs, or of files


def trace(name):
    with np.load(DATA / name) as file:
        return dict(file)


class Program:
    """Runs arrays as a file; `out` and `reports` as sofamodel gives them."""

    def __init__(self, directory):
        self.directory = directory

    def run(self, arrays, config, *options, program="sofamodel"):
        source, target = self.directory / "head.npz", self.directory / "out.npz"
        for old in self.directory.glob("*.npz"):
            old.unlink()
        np.savez(source, **arrays)
        command = [PROGRAMS / program, config, source, *options, "--json", "-o", target]
        run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        said = json.loads(run.stdout)
        reports = said["heads"] if "heads" in said else [said]
        files = [target] if len(reports) == 1 else [self.directory / f"out-head-h{i}.npz" for i in range(len(reports))]
        return [dict(np.load(path)) for path in files], reports

    def fails(self, arrays, config, *options):
        source = self.directory / "head.npz"
        np.savez(source, **arrays)
        run = subprocess.run([str(word) for word in (PROGRAMS / "sofamodel", config, source, *options)], capture_output=True, text=True)
        assert run.returncode == 2
        return run.stderr.strip().removeprefix("sofamodel: ").removeprefix(f"{source}: ")

    def agrees(self, result, arrays, config, *options):
        """Every bit and every number of the reports."""
        outs, reports = self.run(arrays, config, *options)
        axes = result.o.shape[:-2]
        for name in ("o", "o_int", "selected"):
            ours = getattr(result, name).reshape(len(outs), *outs[0][name].shape)
            for head, out in enumerate(outs):
                np.testing.assert_array_equal(ours[head], out[name].astype(ours.dtype))
        for head, out in enumerate(outs):
            scale = result.o_scale.reshape(len(outs), -1)[head]
            np.testing.assert_array_equal(scale, np.broadcast_to(out["o_scale"], scale.shape))
        assert len(result.reports) == len(reports)
        for head, (ours, theirs) in enumerate(zip(result.reports, reports)):
            assert set(ours) == set(theirs) - {"fitted"}
            for name in set(ours) - UNLIKE:
                assert ours[name] == theirs[name], name
            assert ours["head"] == (head if axes else 0)


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)


@pytest.fixture
def random():
    return np.random.default_rng(18)
