# SPDX-License-Identifier: Apache-2.0
"""Exploration on a real PostgreSQL server and on a real Slurm of two nodes on this machine."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import pytest
import servers

pytest.importorskip("optuna")
from opensofa.explore import explore, load  # noqa: E402

EVALUATION = """
import json, os, sys, time
x, y, nap = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
with open(sys.argv[4], "a") as log:
    log.write(f"{x} {y} {os.getppid()}\\n")
time.sleep(nap)
print(json.dumps({"cost": (x - 3) ** 2 + y / 8, "node": os.environ.get("SLURMD_NODENAME")}))
"""
STUDY = """
study: servers
command: ["{{python}}", "{{folder}}/evaluation.py", "{{x}}", "{{y}}", "{nap}", "{{folder}}/log"]
parameters:
  x: {{integer: [0, 7]}}
  y: {{integer: [0, 7]}}
objectives: {{cost: cost}}
sampler: grid
trials: {trials}
"""


@pytest.fixture
def directory():
    with tempfile.TemporaryDirectory(prefix="explore-") as name:
        path = pathlib.Path(name)
        path.chmod(0o755)
        (path / "evaluation.py").write_text(EVALUATION)
        yield path


@pytest.fixture
def database(directory):
    pytest.importorskip("psycopg")
    with servers.postgresql(directory) as url:
        yield url


@pytest.fixture
def cluster(directory, monkeypatch):
    inner = directory / "slurm"
    inner.mkdir()
    with servers.slurm(inner) as config:
        monkeypatch.setenv("SLURM_CONF", str(config))
        monkeypatch.setenv("PATH", servers.PATH)
        yield config


def write(directory, nap=0.0, trials=64):
    path = directory / "servers.yaml"
    path.write_text(STUDY.format(nap=nap, trials=trials))
    return path


def program(*words):
    return [sys.executable, "-m", "opensofa.explore", *map(str, words)]


def run(directory, *words):
    done = subprocess.run(program(*words), cwd=directory, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr + "".join(path.read_text() for path in directory.glob("*.log"))
    return done.stdout


def results(found):
    return sorted((t["parameters"]["x"], t["parameters"]["y"], t["objectives"]["cost"]) for t in found["trials"] if t["state"] == "done")


def evaluated(directory):
    log = directory / "log"
    return [tuple(map(int, line.split())) for line in log.read_text().splitlines()] if log.exists() else []


def shown(directory, path, storage):
    run(directory, "show", path, "--storage", storage, "--json", "found.json")
    return json.loads((directory / "found.json").read_text())


def begin(directory, name, nap):
    """Another study of the same 64 points, and no log."""
    path = write(directory, nap)
    path.write_text(path.read_text().replace("study: servers", f"study: {name}"))
    (directory / "log").unlink(missing_ok=True)
    return path


def idle():
    return not servers.call("squeue", "-h", env=os.environ).stdout.strip()


def alone(directory, path):
    """The same study by one worker and SQLite."""
    found = explore(load(path), str(directory / "alone.sqlite"))
    (directory / "log").unlink()
    return results(found)


def test_postgresql(directory, database):
    """Several workers, stopped and resumed: the points of one worker, each once; then another study in the same database."""
    path = write(directory)
    wanted = alone(directory, path)
    run(directory, "run", path, "--storage", database, "--jobs", 3, "--trials", 20)
    assert len(evaluated(directory)) == 20
    run(directory, "run", path, "--storage", database, "--jobs", 3, "--json", "found.json")
    found = json.loads((directory / "found.json").read_text())
    assert results(found) == wanted and len(wanted) == len(evaluated(directory)) == 64
    path.write_text(path.read_text().replace("study: servers", "study: other").replace("trials: 64", "trials: 3"))
    assert "study other: 3 evaluated" in run(directory, "run", path, "--storage", database, "--sampler", "tpe")


def test_postgresql_killed_worker(directory, database):
    """A worker that nobody watches is killed: another one finds it silent and repeats its evaluation."""
    path = write(directory, nap=0.3, trials=10)
    words = program("worker", path, "--storage", database, "--heartbeat", 1)
    workers = [subprocess.Popen(words, cwd=directory, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    servers.until(lambda: len({parent for *_, parent in evaluated(directory)}) == 2)
    workers[0].kill()
    for worker in workers:
        worker.communicate(timeout=120)
    assert [worker.returncode for worker in workers] == [-signal.SIGKILL, 0]
    found, points = shown(directory, path, database), [(x, y) for x, y, _ in evaluated(directory)]
    assert found["count"] == {"waiting": 0, "running": 0, "done": 10, "failed": 0, "lost": 1}
    assert len(points) == 11 and len(set(points)) == 10


def test_postgresql_ends(directory):
    """The server goes away: one line, exit status 2."""
    pytest.importorskip("psycopg")
    path = write(directory, nap=0.5)
    with servers.postgresql(directory) as url:
        worker = subprocess.Popen(program("worker", path, "--storage", url), cwd=directory, stderr=subprocess.PIPE, text=True)
        servers.until(lambda: evaluated(directory))
    _, err = worker.communicate(timeout=60)
    assert worker.returncode == 2 and "Traceback" not in err and "fails: " in err.splitlines()[-1], err


def test_slurm(directory, database, cluster):
    """64 evaluations by one node, by two, and by two of which one loses its worker: the same results; what is lost is one evaluation."""
    more = ["--storage", database, "--logs", directory, "--tasks"]

    path = begin(directory, "one", nap=0.1)
    out = run(directory, "slurm", path, *more, 1, "--wait")
    one = shown(directory, path, database)
    assert "study one: 64 evaluated, 64 feasible" in out
    assert len(results(one)) == len(evaluated(directory)) == 64 and len({t["result"]["node"] for t in one["trials"]}) == 1

    path = begin(directory, "two", nap=0.1)
    run(directory, "slurm", path, *more, 2, "--jobs", 2, "--wait")
    two = shown(directory, path, database)
    assert results(two) == results(one) and len(evaluated(directory)) == 64
    assert {t["result"]["node"] for t in two["trials"]} == {"node1", "node2"}

    path = begin(directory, "killed", nap=0.5)
    run(directory, "slurm", path, *more, 2, "--heartbeat", 3, "--submit")
    servers.until(lambda: len({parent for *_, parent in evaluated(directory)}) == 2)
    os.kill(evaluated(directory)[-1][-1], signal.SIGKILL)
    servers.until(idle, 240)
    killed, points = shown(directory, path, database), [(x, y) for x, y, _ in evaluated(directory)]
    assert killed["count"] == {"waiting": 0, "running": 0, "done": 64, "failed": 0, "lost": 1}
    assert results(killed) == results(one) and len(points) == 65 and len(set(points)) == 64


def test_slurm_killed_task(directory, cluster):
    """A task is killed outright: the other one repeats what it had begun. The storage is a file that both reach."""
    path, storage = write(directory, nap=0.5, trials=12), directory / "file.sqlite"
    run(directory, "slurm", path, "--storage", storage, "--tasks", 2, "--logs", directory, "--heartbeat", 1, "--submit")
    servers.until(lambda: len({parent for *_, parent in evaluated(directory)}) == 2)
    os.kill(evaluated(directory)[-1][-1], signal.SIGKILL)
    servers.until(idle, 240)
    found, points = shown(directory, path, storage), [(x, y) for x, y, _ in evaluated(directory)]
    assert found["count"] == {"waiting": 0, "running": 0, "done": 12, "failed": 0, "lost": 1}
    assert len(points) == 13 and len(set(points)) == 12
