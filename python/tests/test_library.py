# SPDX-License-Identifier: Apache-2.0
"""The C library under the package."""

import os
import pathlib
import subprocess
import sys

import opensofa
from opensofa import _library


def test_every_function_is_declared():
    """The table of arguments has the functions of the header, no more and no less; nothing else can be called."""
    path = _library.pathlib.Path(_library.__file__).with_name("libsofa.so")
    listed = subprocess.run(["nm", "-D", "--defined-only", path], check=True, capture_output=True, text=True).stdout.split()
    assert {name for name in listed if name.startswith("sofa_")} == {f"sofa_library_{name}" for name in _library._FUNCTIONS}


def test_version():
    assert opensofa.__version__ == _library.version()


def run(code, **environment):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", env={**os.environ, **environment})


def loaded(name):
    """The path of a library that this process has."""
    lines = pathlib.Path("/proc/self/maps").read_text().splitlines()
    return next(line.split()[-1] for line in lines if name in line)


def test_another_library():
    missing = run("import opensofa", OPENSOFA_LIBRARY="/no/such.so")
    assert missing.returncode == 1 and "ImportError: opensofa: /no/such.so: " in missing.stderr
    wrong = run("import opensofa", OPENSOFA_LIBRARY=loaded("libm.so"))
    assert wrong.returncode == 1 and "install the package again" in wrong.stderr


def test_the_lock_is_released():
    """Another thread of Python goes on while a head runs."""
    code = """
import threading, time, numpy as np, opensofa
q, k, v = np.random.default_rng(0).standard_normal((3, 1024, 64))
head = opensofa._library.HeadHandle("head")
for name, array in (("q", q), ("k", k), ("v", v)):
    head.give(name, array)
config = opensofa.Config("wide")
count, done = 0, False
def watch():
    global count
    while not done:
        count += 1
        time.sleep(0)
thread = threading.Thread(target=watch)
thread.start()
before = count
head.run(config._handle, opensofa._library.JUDGED)
after = count
done = True
thread.join()
assert after - before > 50, (before, after)
"""
    result = run(code)
    assert result.returncode == 0, result.stderr
