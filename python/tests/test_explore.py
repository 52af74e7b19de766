# SPDX-License-Identifier: Apache-2.0
"""Exploration: the study file, its expressions, samplers, workers that are stopped and killed, the table."""

import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

import numpy as np
import opensofa
import pytest
from conftest import DATA, PROGRAMS, trace

pytest.importorskip("optuna")
from opensofa.explore import ExploreError, explore, load  # noqa: E402
from opensofa.explore import command as program  # noqa: E402
from opensofa.explore._errors import ResultError  # noqa: E402
from opensofa.explore.evaluate import evaluate, judge  # noqa: E402
from opensofa.explore.evaluations import paper  # noqa: E402
from opensofa.explore.expression import Constraint, Expression  # noqa: E402
from opensofa.explore.storage import address, hidden  # noqa: E402

# Appends a line for each evaluation: what was evaluated is what stands there.
EVALUATION = """
import json, os, sys, time
x, y, log, nap = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], float(sys.argv[4])
with open(log, "a") as file:
    file.write(f"{x} {y} {os.getpid()} {os.getppid()}\\n")
time.sleep(nap)
if x == 6:
    sys.exit("first line\\nsix is refused; take another")
print(json.dumps({"a": (x - 3) ** 2, "b": {"c": y}, "list": [{"n": 1}, {"n": x}]}))
"""
STUDY = """
study: toy
command: ["{{python}}", "{{folder}}/evaluation.py", "{{x}}", "{{y}}", "{{folder}}/log", "{nap}"]
parameters:
  x: {{integer: [0, 7]}}
  y: {{float: [0, 1], points: 4}}
constants: {{half: 0.5}}
figures: {{doubled: 2 * b.c}}
objectives: {{cost: a + half * doubled}}
constraints: [b.c >= 0.2]
sampler: {sampler}
trials: {trials}
"""


class Toy:
    def __init__(self, directory):
        self.directory, self.path = directory, directory / "toy.yaml"
        (directory / "evaluation.py").write_text(EVALUATION)

    def write(self, sampler="grid", trials=100, nap=0, more=""):
        self.path.write_text(STUDY.format(sampler=sampler, trials=trials, nap=nap) + more)
        return self.path

    @property
    def evaluated(self):
        """The points, as often as they were evaluated."""
        log = self.directory / "log"
        return sorted(tuple(map(float, line.split()[:2])) for line in log.read_text().splitlines()) if log.exists() else []

    def start(self, *words):
        return subprocess.Popen([sys.executable, "-m", "opensofa.explore", *map(str, words)], cwd=self.directory, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words):
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def until(self, count):
        """Waits for so many evaluations to begin."""
        for _ in range(600):
            if len(self.evaluated) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.evaluated}")


@pytest.fixture
def toy():
    """In memory where that is possible: a storage on a disk waits for it twenty times a trial."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as directory:
        yield Toy(pathlib.Path(directory))


def results(found):
    """What evaluations gave, by point."""
    return sorted((t["parameters"]["x"], t["parameters"]["y"], t["state"], json.dumps(t["objectives"])) for t in found["trials"])


SCOPE = {"a": 2, "big": {"part": 0.5}, "heads": [{"cycles": 10, "deep": {"n": 1}}, {"cycles": 30, "deep": {"n": 5}}], "none": None,
         "text": "7", "yes": True, "list": [1, 2, 4]}


@pytest.mark.parametrize("text, value", [
    ("1 + 2 * 3", 7), ("-(a - 5) ** 2", -9), ("a / 4", 0.5), ("big.part * a", 1), ("sum(heads.cycles)", 40), ("mean(heads.deep.n)", 3),
    ("heads[1].cycles", 30), ("max(a, list, 3)", 4), ("min(list)", 1), ("log2(8) + sqrt(9) + abs(-1) + exp(0) + log10(10)", 9),
    ("2 ** -1", 0.5), ("1e3", 1000), ("yes + 1", 2), ("list[2]", 4)])
def test_expression(text, value):
    assert Expression(text).value(SCOPE) == pytest.approx(value)


@pytest.mark.parametrize("text, says", [
    ("", "no expression"), ("a +", "no expression"), ("a; b", "no expression"), ("a = 1", "no expression"), ("a\x00", "no expression"),
    ("__import__('os').system('x')", "no function"), ("a.__class__()", "no function"), ("open('x')", "no function"),
    ("sum(x for x in list)", "not allowed"), ("lambda: 1", "not allowed"), ("'text'", "not allowed"), ("[1, 2]", "not allowed"),
    ("a if a else 1", "not allowed"), ("a < 1", "not allowed"), ("list[a]", "not allowed"), ("list[-1]", "not allowed"),
    ("list[0:1]", "not allowed"), ("a // 2", "not allowed"), ("a and 1", "not allowed"), ("True", "not allowed"), ("1j", "not allowed"),
    ("f'{a}'", "not allowed"), ("(a := 1)", "not allowed"), ("sqrt(1, 2)", "takes one value"), ("sum()", "takes values"),
    ("max(list, key=a)", "takes values"), ("-" * 300 + "a", "nested"), ("1 + " * 900 + "1", "characters"), ("*list", "no expression"),
    ("max(*list)", "not allowed")])
def test_expression_refused(text, says):
    with pytest.raises(ExploreError, match=says) as error:
        Expression(text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text, says", [
    ("nothing", "no such field; it has a, big"), ("big.none", "'big.none'.*no such field"), ("a.b", "no such field"),
    ("heads.cycles", "is a list; take sum"), ("list[3]", "no such place"), ("none + 1", "null"), ("text + 1", "'7'.*must be a number"),
    ("1 / (a - 2)", "cannot be computed"), ("log(0)", "cannot be computed"), ("10.0 ** 400", "cannot be computed"),
    ("1e999", "is inf"), ("big", "must be a number"), ("(-8) ** 0.5", "cannot be computed"), ("sum(heads.none)", "no such field")])
def test_result_refused(text, says):
    with pytest.raises(ResultError, match=says):
        Expression(text).value(SCOPE)


def test_constraint():
    assert Constraint("a <= 1.5").excess(SCOPE) == 0.5
    assert Constraint("a >= 1.5").excess(SCOPE) == -0.5
    for text in ("a", "a < 1", "a == 2", "0 <= a <= 2", "a <= __import__('os')"):
        with pytest.raises(ExploreError):
            Constraint(text)


GOOD = """
command: [echo, "{x}"]
parameters: {x: {integer: [1, 4]}}
objectives: {cost: a}
"""


@pytest.mark.parametrize("text, says", [
    ("- a", "must be a mapping"), ("a: [", "is no YAML: line"), ("a: 1\na: 2", "'a' stands twice"), ("parameters: {}", "has no command"),
    (GOOD + "trails: 3", "'trails': is no key"), (GOOD + "trials: 0", "trials: '0'"), (GOOD + "trials: many", "trials: 'many'"),
    (GOOD + "seed: -1", "seed"), (GOOD + "sampler: best", "must be one of tpe, gp, random, grid"), (GOOD + "study: a/b", "study: 'a/b'"),
    (GOOD + "timeout: 0", "timeout"), (GOOD + "constraints: a <= 1", "must be a list"), (GOOD + "constraints: [a]", "one comparison"),
    (GOOD + "constants: {x: 1}", "'x': is the name of two things"), (GOOD + "constants: {c: 1e-3}", "YAML wants a point"),
    (GOOD + "figures: {f: '1 +'}", "figures.f: '1 \\+': is no expression"), (GOOD + "start: {x: 1}", "start: must be a list"),
    (GOOD + "start: [{x: 9}]", "start: point 1: x: cannot be 9; it is one of 1 to 4"), (GOOD + "start: [{y: 1}]", "'y': is no parameter"),
    (GOOD + "start: [{}]", "has no value for x"), (GOOD + "start: [{x: true}]", "cannot be True"),
    (GOOD.replace("{x}", "{z}"), "{z} is no parameter; there are folder, python, x"), (GOOD.replace("{x}", "x"), "does not use the parameter 'x'"),
    (GOOD.replace("{x}", "{x}}"), "single '}'"), (GOOD.replace("cost: a", "cost: {larger: a}"), "minimize: EXPRESSION"),
    (GOOD.replace("cost: a", ""), "objectives: must be a mapping"), (GOOD.replace("cost: a", "a-b: a"), "'a-b': must be a name"),
    (GOOD.replace("cost: a", "cost: {minimize: {a: much}}"), "must be a number"),
    (GOOD.replace("[1, 4]", "[4, 1]"), "must not exceed"), (GOOD.replace("[1, 4]", "[1, 4.5]"), "two integers"),
    (GOOD.replace("[1, 4]", "[0, 4], log: true"), "must begin above 0"), (GOOD.replace("[1, 4]", "[1, 4], log: true, step: 2"), "does not go with"),
    (GOOD.replace("[1, 4]", "[1, 4], points: 2"), "'points': is no option of integer"), (GOOD.replace("[1, 4]", "[1, 4], step: 0"), "step: '0'"),
    (GOOD.replace("integer: [1, 4]", "choices: []"), "must be a list"), (GOOD.replace("integer: [1, 4]", "choices: [1, 1]"), "same one twice"),
    (GOOD.replace("integer", "number"), "must have one of choices"), (GOOD.replace("[1, 4]", "[1, 4], layers: 0"), "layers: '0'"),
    (GOOD.replace("{x: {integer: [1, 4]}}", "{x: {integer: [1, 4], layers: 2}, x_1: {integer: [1, 2]}}"), "x_1: is also the name"),
    (GOOD.replace('[echo, "{x}"]', "echo {x}"), "must be a list of words"), (GOOD.replace("x: {", "python: {").replace("{x}", "{python}"), "taken")])
def test_study_file_refused(tmp_path, text, says):
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(ExploreError, match=says) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: ") and "\n" not in str(error.value)


def test_study_file(tmp_path):
    path = tmp_path / "whole.yaml"
    path.write_text(textwrap.dedent("""
        command: [run, "{{{x}}}", "{mass}", "{mass_1}", "{flag}", "{folder}", 3]
        parameters:
          x: {integer: [2, 8], step: 2}
          mass: {float: [0.001, 0.1], log: true, points: 3, layers: 2}
          flag: {choices: [true, rank, 2]}
        objectives:
          first: {minimize: {a: 1, b.c: 0.25}}
          second: {maximize: "sum(mass) + mass[1] + mass_0 + result.x"}
        start: [{x: 2, mass: 0.01, flag: rank}, {x: 8, mass: [0.1, 0.001], flag: 2}]
        """))
    plan = load(path)
    assert (plan.name, plan.sampler, plan.trials, plan.seed) == ("whole", "tpe", 100, 0)
    assert plan.start[1] == {"x": 8, "mass_0": 0.1, "mass_1": 0.001, "flag": 2}
    assert plan.words.fill({**plan.start[1], "flag": True}) == ["run", "{8}", "0.1,0.001", "0.001", "true", str(tmp_path), "3"]
    assert [p.values for p in plan.parameters] == [(2, 4, 6, 8), (0.001, pytest.approx(0.01), 0.1), (0.001, pytest.approx(0.01), 0.1),
                                                   (True, "rank", 2)]
    outcome = judge(plan, plan.start[1], {"a": 3, "b": {"c": 8}, "x": 100})
    assert outcome.values == pytest.approx([5, 0.101 + 0.001 + 0.1 + 100])


def test_addresses(tmp_path, monkeypatch):
    assert address(str(tmp_path), "toy") == f"sqlite:///{tmp_path}/toy.sqlite"
    monkeypatch.setenv("SOFAEXPLORE_STORAGE", "postgresql://me@host/base")
    assert address(None, "toy") == "postgresql+psycopg://me@host/base" and address("a.db", "toy").endswith("/a.db")
    monkeypatch.delenv("SOFAEXPLORE_STORAGE")
    assert address(None, "toy").startswith("sqlite:////") and address("a.db", "toy").endswith("/a.db")
    assert address("postgresql://me@host/base", "toy") == "postgresql+psycopg://me@host/base"
    assert hidden("postgresql+psycopg://me:secret@host/base") == "postgresql+psycopg://me:***@host/base"
    with pytest.raises(ExploreError, match=r"mysql://me:\*\*\*@host"):
        address("mysql://me:secret@host/base", "toy")


def test_grid_alone_and_side_by_side(toy):
    """The same results from one worker and from three; every point once."""
    plan = load(toy.write())
    alone = explore(plan, str(toy.directory / "alone.sqlite"))
    assert len(toy.evaluated) == len(set(toy.evaluated)) == 32
    (toy.directory / "log").unlink()
    together = explore(plan, str(toy.directory / "together.sqlite"), jobs=3)
    assert len(toy.evaluated) == len(set(toy.evaluated)) == 32
    assert results(alone) == results(together)
    assert len({t["worker"] for t in together["trials"]}) > 1
    assert alone["count"] == {"waiting": 0, "running": 0, "done": 28, "failed": 4, "lost": 0}
    assert alone["best"][0]["parameters"] == {"x": 3, "y": pytest.approx(1 / 3)} and alone["feasible"] == 21
    failed = [t for t in alone["trials"] if t["error"]]
    assert {t["error"] for t in failed} == {"exit status 1: six is refused; take another"}


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_seeds(toy, sampler):
    """The same seed the same points; also where it was stopped meanwhile; another seed others."""
    def points(seed, *parts):
        for trials in parts:
            status, _, err = toy.run("run", toy.path, "--storage", f"{seed}-{len(parts)}", "--seed", seed, "--jobs", 1, "--trials", trials)
            assert status == 0, err
        return [t["parameters"] for t in explore(load(toy.path), str(toy.directory / f"{seed}-{len(parts)}"))["trials"]]

    toy.write(sampler, trials=16)
    whole = points(1, 16)
    assert len(whole) == 16 and points(1, 5, 16) == whole != points(2, 16)


def test_random_side_by_side(toy):
    """Points come from the seed and their number alone, so it does not matter how many workers there are."""
    plan = load(toy.write("random", trials=12))
    assert results(explore(plan, str(toy.directory / "a"))) == results(explore(plan, str(toy.directory / "b"), jobs=3))


def test_all_points_of_a_small_space(toy):
    """Whatever the sampler, every point once, then it ends."""
    toy.write("tpe", trials=50)
    toy.path.write_text(toy.path.read_text().replace("{float: [0, 1], points: 4}", "{choices: [0.25, 0.5]}"))
    found = explore(load(toy.path), str(toy.directory / "a"))
    assert len(found["trials"]) == len(set(toy.evaluated)) == len(toy.evaluated) == 16


def test_resume(toy):
    """A second start evaluates only what is missing; the budget is exact; a third one nothing."""
    toy.write("tpe", trials=6)
    assert toy.run("run", toy.path, "--jobs", 2)[0] == 0
    first = toy.evaluated
    assert len(first) == 6
    assert toy.run("run", toy.path, "--jobs", 2, "--trials", 9)[0] == 0
    assert len(toy.evaluated) == 9 and len(set(toy.evaluated)) == 9 and set(first) < set(toy.evaluated)
    status, out, err = toy.run("run", toy.path, "--trials", 9, "--json", "found.json")
    assert status == 0 and len(toy.evaluated) == 9 and "9 evaluated" in out and err == ""
    assert json.loads((toy.directory / "found.json").read_text())["count"]["done"] + out.count("failed") >= 8
    status, shown, _ = toy.run("show", toy.path)
    assert (status, shown) == (0, out)


def test_start_points_come_first(toy):
    toy.write("tpe", trials=4, more="start: [{x: 7, y: 1}, {x: 6, y: 0.5}]\n")
    found = explore(load(toy.path), str(toy.directory / "a"))
    assert [t["parameters"] for t in found["trials"][:2]] == [{"x": 7, "y": 1.0}, {"x": 6, "y": 0.5}]
    assert found["trials"][1]["state"] == "failed" and len(found["trials"]) == 4


def test_another_study_of_the_same_name(toy):
    toy.write(trials=2)
    assert toy.run("run", toy.path)[0] == 0
    toy.path.write_text(toy.path.read_text().replace("half: 0.5", "half: 0.7").replace("[0, 7]", "[0, 9]"))
    status, _, err = toy.run("run", toy.path)
    assert status == 2 and "parameters, constants: not as study 'toy' was begun" in err and err.count("\n") == 1


def test_killed_worker(toy):
    """One of two workers is killed: it is started again, its evaluation is repeated, nothing else is lost; its command ends with it."""
    toy.write(nap=0.4, trials=12)
    process = toy.start("run", toy.path, "--jobs", 2, "--heartbeat", 1, "--json", "found.json")
    toy.until(3)
    child, worker = map(int, (toy.directory / "log").read_text().splitlines()[-1].split()[2:])
    os.kill(worker, signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0 and "killed by signal 9: started again" in err, err
    assert not pathlib.Path(f"/proc/{child}").exists()
    found = json.loads((toy.directory / "found.json").read_text())
    assert found["count"]["lost"] == 1 and found["count"]["done"] + found["count"]["failed"] == 12
    points = toy.evaluated
    assert len(points) == 13 and len(set(points)) == 12


def test_all_killed(toy):
    """Everything is killed at once; a later start repeats what was lost, and only that."""
    toy.write(nap=0.5, trials=8)
    process = toy.start("run", toy.path, "--jobs", 2, "--heartbeat", 1)
    toy.until(4)
    process.kill()
    process.communicate()
    begun = len(toy.evaluated)
    status, out, err = toy.run("run", toy.path, "--jobs", 2, "--heartbeat", 1)
    assert status == 0 and "8 evaluated" in out, err
    assert len(set(toy.evaluated)) == 8 and begun >= 4 and len(toy.evaluated) <= 8 + 2


def test_stopped(toy):
    """SIGTERM: what was begun goes back at once, long before a silent worker would be taken for dead; exit status 1."""
    toy.write(nap=0.5, trials=6)
    process = toy.start("run", toy.path, "--jobs", 2, "--heartbeat", 60)
    toy.until(3)
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and err.endswith("sofaexplore: stopped by SIGTERM; the same command goes on from here\n"), err
    begin = time.monotonic()
    status, out, err = toy.run("run", toy.path, "--jobs", 2, "--heartbeat", 60)
    assert status == 0 and "6 evaluated" in out and time.monotonic() - begin < 120, err
    assert len(set(toy.evaluated)) == 6


def test_silent_worker(toy):
    """A worker stands still, another one takes over its point; its own result then comes too late, and it goes on."""
    toy.write(nap=0.3, trials=8)
    workers = [toy.start("worker", toy.path, "--heartbeat", 1) for _ in range(2)]
    toy.until(4)
    while len({line.split()[3] for line in (toy.directory / "log").read_text().splitlines()}) < 2:
        time.sleep(0.05)
    silent = next(w for w in workers if str(w.pid) == (toy.directory / "log").read_text().split()[-1])
    silent.send_signal(signal.SIGSTOP)
    other = next(w for w in workers if w is not silent)
    _, err = other.communicate(timeout=120)
    assert other.returncode == 0, err
    silent.send_signal(signal.SIGCONT)
    _, err = silent.communicate(timeout=60)
    assert silent.returncode == 0 and "its result came too late" in err, err
    found = explore(load(toy.path), str(toy.directory / "toy.sqlite"))
    assert found["count"]["lost"] == 1 and found["count"]["done"] + found["count"]["failed"] == 8


def test_deadly_point(toy):
    """A point that kills its worker each time is given up after three tries."""
    toy.write(trials=4)
    deadly = "if x == 0 and y == 0:\n    os.kill(os.getppid(), 9)\n"
    (toy.directory / "evaluation.py").write_text(EVALUATION.replace("time.sleep(nap)\n", "time.sleep(nap)\n" + deadly))
    status, out, err = toy.run("run", toy.path, "--jobs", 2, "--heartbeat", 1, "--json", "found.json")
    found = json.loads((toy.directory / "found.json").read_text())
    assert status == 0 and found["count"]["failed"] == 1 and found["count"]["done"] == 3, err
    assert [t["error"] for t in found["trials"] if t["error"]] == ["its worker was killed 3 times"]
    assert toy.evaluated.count((0, 0)) == 3


@pytest.mark.parametrize("code, says", [
    ("print('words')", "printed no JSON object but 'words'"), ("print('[1]')", "printed list"), ("print('{}')", "no such field"),
    ("import time; time.sleep(30)", "took longer than 0.5 s"), ("print('x' * 2000000)", "printed 2000001 bytes"),
    ("os.kill(os.getpid(), 9)", "killed by signal 9"),
    ("""print('{"a": NaN, "b": {"c": 1}}')""", "must be a finite number")])
def test_failures(toy, code, says):
    """A failed evaluation is recorded with its message; if all fail the exit status is 1."""
    toy.write(trials=1, more="timeout: 0.5\n" if "sleep" in code else "")
    (toy.directory / "evaluation.py").write_text("import os\n" + code)
    status, out, err = toy.run("run", toy.path, "--jobs", 1)
    assert status == 1 and says in err and "nothing was evaluated well; the first failure" in out


def test_nothing_feasible(toy):
    toy.write(trials=5)
    toy.path.write_text(toy.path.read_text().replace(">= 0.2", ">= 2"))
    status, out, _ = toy.run("run", toy.path, "--json", "found.json")
    assert status == 1 and "nothing is feasible" in out
    assert json.loads((toy.directory / "found.json").read_text())["best"] == []


def test_pareto(toy):
    toy.write(trials=32)
    toy.path.write_text(toy.path.read_text().replace("{cost: a + half * doubled}", "{far: a, high: {maximize: b.c + x / 10}}"))
    found = explore(load(toy.path), str(toy.directory / "a"))
    front = [(one["parameters"]["x"], one["parameters"]["y"]) for one in found["best"]]
    assert front == [(3, 1.0), (4, 1.0), (5, 1.0), (7, 1.0)]
    toy.path.write_text(toy.path.read_text().replace(">= 0.2", ">= 2").replace("study: toy", "study: other"))
    status, out, _ = toy.run("run", toy.path, "--trials", 3)
    assert status == 1 and "nothing is feasible" in out


@pytest.mark.parametrize("words, says", [
    (["run", "none.yaml"], "none.yaml: No such file"), (["show", "toy.yaml"], "sofaexplore run begins"),
    (["run", "toy.yaml", "--storage", "no/such/dir/a.sqlite"], "cannot be opened"),
    (["run", "toy.yaml", "--storage", "toy.yaml"], "cannot be opened"), (["run", "toy.yaml", "--storage", "mysql://a/b"], "must be the path"),
    (["slurm", "toy.yaml", "--tasks", "2", "--storage", "postgresql://me:secret@h/b"], "~/.pgpass"),
    (["slurm", "toy.yaml", "--tasks", "2", "--sbatch", "time"], "must be one option of sbatch"),
    (["run", "toy.yaml", "--storage", "postgresql://me:secret@localhost:1/b"], "cannot be opened"),
    (["run", "toy.yaml", "--json", "no/dir/a.json", "--trials", "1"], "--json no/dir/a.json")])
def test_usage(toy, words, says):
    if "postgresql" in words[-1]:
        pytest.importorskip("psycopg")
    toy.write()
    status, out, err = toy.run(*words)
    last = err.splitlines()[-1]
    assert status == 2 and says in last and last.startswith("sofaexplore: ") and "Traceback" not in err and "secret" not in err, err


def test_command_that_is_not_there(toy):
    toy.write()
    toy.path.write_text(toy.path.read_text().replace('"{python}"', "no-such-program"))
    status, _, err = toy.run("run", toy.path)
    assert status == 2 and "'no-such-program': is no program in PATH" in err


def test_gp(toy):
    """Without torch a message with the remedy; with it, it works."""
    plan = load(toy.write("gp", trials=14))
    try:
        import scipy  # noqa: F401
        import torch  # noqa: F401
    except ModuleNotFoundError:
        with pytest.raises(ExploreError, match=r"needs torch.*pip install 'opensofa\[explore-gp\]'"):
            explore(plan, str(toy.directory / "a"))
    else:
        assert len(explore(plan, str(toy.directory / "a"))["trials"]) == 14


def test_in_this_process(toy, capsys):
    """main() of the script."""
    toy.write(trials=2)
    assert program.main(["run", str(toy.path), "--storage", str(toy.directory / "a"), "--jobs", "1"]) in (0, 1)
    assert "2 evaluated" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        program.main(["run", str(toy.path), "--jobs", "0"])
    assert stop.value.code == 2


def test_slurm_script(toy):
    """What sbatch is given; names with blanks are quoted."""
    toy.write(trials=2)
    status, out, _ = toy.run("slurm", toy.path, "--tasks", 3, "--jobs", 2, "--storage", "a b.sqlite", "--sbatch=--time=1:00", "--script", "s.sh")
    text = (toy.directory / "s.sh").read_text()
    assert status == 0 and "sbatch s.sh" in out
    assert "#SBATCH --array=0-2\n" in text and "#SBATCH --time=1:00\n" in text and "#SBATCH --cpus-per-task=2\n" in text
    assert f"'sqlite:///{toy.directory}/a b.sqlite'" in text
    status, _, err = toy.run("slurm", toy.path, "--tasks", 1, "--submit")
    assert status == 2 and "there is no sbatch here" in err or subprocess.run(["which", "sbatch"], capture_output=True).returncode == 0


ROOT = DATA.parent
SHIPPED = sorted((ROOT / "configs/explore").glob("*.yaml"))


SMALLER = {"lm4k": {"4096": "256"}, "lm4k_heads": {"4096": "256"},
           "ppa": {"/../small.yaml": "/../../tests/ppa/tiny.yaml", "predict.dims={dims}": "predict.dims=4"}}


def smaller(path, directory):
    """The study with fewer tokens, with a tiny core."""
    text = path.read_text()
    for word, other in SMALLER.get(path.stem, {}).items():
        assert word in text
        text = text.replace(word, other)
    copy = directory / path.name
    copy.write_text(text.replace("{folder}", str(path.parent)).replace(f"{path.parent}/../../build/bin", str(PROGRAMS)))
    return load(copy)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_studies(path, monkeypatch, tmp_path):
    """Each has its fields at a start point or at the middle of its choices. Heads of the reader's own are the demo head here, and what takes
    minutes is made smaller."""
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)  # not beside the package's sources, which have no library
    for name in ("first", "second"):
        (tmp_path / f"{name}.npz").symlink_to(DATA / "demo.npz")
    (tmp_path / "cells.lib").symlink_to(ROOT / "tests/ppa/cells.lib")
    head = trace("demo.npz")
    np.savez(tmp_path / "head.npz", **{name: head[name][:48, :8] for name in "qkv"})
    plan = smaller(path, tmp_path)
    point = plan.start[0] if plan.start else {p.name: p.values[len(p.values) // 2] for p in plan.parameters}
    outcome = evaluate(plan, point)
    assert len(outcome.values) == len(plan.objectives) and set(outcome.figures) == set(plan.figures)


def test_published_objective():
    """Two layers by hand; the trace's numbers are those of the package."""
    size, kept, compared, synchronised = paper.parts([1024, 1000], [8, 3], [0.25, 0.1])
    assert (size, kept) == ([128, 334], [32, 33])
    assert compared == pytest.approx((128 * 0.25 + 334 * 0.1) / (1024 * 0.25 + 1000 * 0.1)) and synchronised == pytest.approx(8 + 1000 / 334)
    found = paper.evaluate([str(DATA / "demo.npz"), "--tiles", "8", "--share", "0.1875"])
    result = opensofa.attention(**trace("demo.npz"), config="wide", kept=24)
    assert found["layers"][0]["kept"] == 24 and found["L_en"] == pytest.approx(-math.log(result.reports[0]["softmax_weight_kept"]))
    assert found["layers"][0]["kept_share"] == result.reports[0]["kept_fraction"]
    for words, says in ((["--tiles", "8,8", "--share", "0.1"], "has 2 values, must have 1"), (["--tiles", "8", "--share", "x"], "--share x")):
        with pytest.raises(opensofa.Error, match=says):
            paper.evaluate([str(DATA / "demo.npz"), *words])
