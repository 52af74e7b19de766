# SPDX-License-Identifier: Apache-2.0
"""Which configuration? Tries points of a study, each by a command of yours, and shows the best ones.

  sofaexplore run STUDY.yaml          evaluates points until the study has enough, or goes on where it was stopped
  sofaexplore show STUDY.yaml         what is known by now
  sofaexplore worker STUDY.yaml       one of many workers on the same --storage; prints no table
  sofaexplore slurm STUDY.yaml        writes (and submits) a job array of such workers

docs/exploration.md has the form of STUDY.yaml. Exit status: 0 good, 1 nothing is feasible or it was stopped, 2 usage or input error.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import pathlib
import sys
from collections.abc import Sequence

from . import files, pool, report, slurm
from ._errors import ExploreError
from .session import Session, begin, find
from .storage import HEARTBEAT, VARIABLE, Storage, address, file_of, said
from .study_file import SAMPLERS, StudyFile, load
from .worker import Worker


def work(plan: StudyFile, url: str, heartbeat: int) -> None:
    """What every worker does; in a process of its own."""
    with said(url, "fails"):
        Worker(begin(plan, Storage(url, plan.name, heartbeat)), plan.trials).run()


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="sofaexplore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in (("run", "evaluate, then show"), ("show", "show what is known"), ("worker", "evaluate beside others"),
                       ("slurm", "a job array of workers")):
        _options(commands.add_parser(name, help=text, description=text), name)
    return p


def _options(p: argparse.ArgumentParser, name: str) -> None:
    p.add_argument("study", type=pathlib.Path, metavar="STUDY.yaml")
    p.add_argument("--storage", metavar="FILE|URL", help="SQLite file, a directory for NAME.sqlite, or postgresql://USER@HOST/DATABASE (default: "
                   f"${VARIABLE}, or this directory)")
    p.add_argument("--sampler", choices=SAMPLERS, help="instead of the study's")
    p.add_argument("--seed", type=_whole, metavar="N", help="instead of the study's")
    p.add_argument("--trials", type=_positive, metavar="N", help="points to evaluate in all, instead of the study's")
    if name in ("run", "show"):
        p.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write everything, too")
        p.add_argument("--rows", type=_positive, default=10, metavar="N", help="of the table (default: 10)")
    if name != "show":
        p.add_argument("--jobs", type=_positive, metavar="N", default=1 if name != "run" else len(os.sched_getaffinity(0)),
                       help="evaluations at a time (default: run: one a processor; else 1)")
        p.add_argument("--heartbeat", type=_positive, default=HEARTBEAT, metavar="SECONDS",
                       help="a worker that is silent for three times as long is taken for dead (default: %(default)s)")
    if name == "slurm":
        _slurm_options(p)


def _slurm_options(p: argparse.ArgumentParser) -> None:
    p.add_argument("--tasks", type=_positive, required=True, metavar="N", help="of the array, each with --jobs evaluations at a time")
    p.add_argument("--script", type=pathlib.Path, metavar="FILE", help="default: NAME.sbatch")
    p.add_argument("--logs", type=pathlib.Path, default=pathlib.Path("."), metavar="DIR", help="of the tasks (default: this directory)")
    p.add_argument("--sbatch", action="append", default=[], metavar="OPTION", help="another option of sbatch: --sbatch=--time=1:00:00")
    p.add_argument("--submit", action="store_true", help="give it to sbatch")
    p.add_argument("--wait", action="store_true", help="submit, wait for the end, and show the table")


def _whole(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**31:
        raise ValueError(text)
    return number


def _positive(text: str) -> int:
    number = _whole(text)
    if number == 0:
        raise ValueError(text)
    return number


_whole.__name__, _positive.__name__ = "integer from 0 on", "integer from 1 on"  # as argparse says it


def _plan(o: argparse.Namespace) -> StudyFile:
    given = {name: getattr(o, name) for name in ("sampler", "seed", "trials") if getattr(o, name) is not None}
    return dataclasses.replace(load(o.study), **given)


def _show(o: argparse.Namespace, session: Session) -> int:
    """The table on standard output. 1: nothing is feasible."""
    found = report.collect(session, o.rows)
    if o.json:
        files.write(o.json, report.as_json(found), "--json")
    print(report.table(found, o.rows), end="", flush=True)
    return 0 if found["best"] else 1


def _run(o: argparse.Namespace, plan: StudyFile, url: str) -> int:
    _evaluate(o, plan, url)
    return _show(o, find(plan, Storage(url, plan.name)))


def _evaluate(o: argparse.Namespace, plan: StudyFile, url: str) -> int:
    plan.words.find_program()
    begin(plan, Storage(url, plan.name, o.heartbeat))
    pool.run(functools.partial(work, plan, url, o.heartbeat), o.jobs)
    return 0


def _known(o: argparse.Namespace, plan: StudyFile, url: str) -> int:
    path = file_of(url)
    if path is not None and not path.is_file():
        raise ExploreError(f"--storage {path}: no such file; sofaexplore run begins a study")
    return _show(o, find(plan, Storage(url, plan.name)))


def _slurm(o: argparse.Namespace, plan: StudyFile, url: str) -> int:
    slurm.refuse_password(url)
    begin(plan, Storage(url, plan.name, o.heartbeat))  # faults are said here, not in a log
    words = [str(o.study.resolve()), "--storage", url, "--sampler", plan.sampler, "--seed", str(plan.seed), "--trials", str(plan.trials),
             "--heartbeat", str(o.heartbeat)]
    path = o.script or pathlib.Path(f"{plan.name}.sbatch")
    files.write(path, slurm.script(slurm.Array(plan.name, o.tasks, o.jobs, words, o.logs.resolve(), o.sbatch)), "--script")
    if file_of(url):
        print(f"{url}: every machine must reach this file, with locks that work; PostgreSQL is safer", file=sys.stderr)
    if not (o.submit or o.wait):
        print(f"{path} is written; sbatch {path} begins, sofaexplore show {o.study} --storage ... tells what is known")
        return 0
    print(f"job {slurm.submit(path, o.wait)}", file=sys.stderr)
    return _show(argparse.Namespace(json=None, rows=10), find(plan, Storage(url, plan.name))) if o.wait else 0


_COMMANDS = {"run": _run, "show": _known, "worker": _evaluate, "slurm": _slurm}


def main(words: Sequence[str] | None = None) -> int:
    o = _parser().parse_args(words)
    try:
        plan = _plan(o)
        return _COMMANDS[o.command](o, plan, address(o.storage, plan.name))
    except ExploreError as error:
        print(f"sofaexplore: {error}", file=sys.stderr)
        return 2
    except (pool.Stopped, KeyboardInterrupt) as stopped:
        print(f"sofaexplore: stopped by {stopped or 'SIGINT'}; the same command goes on from here", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read the table has seen enough
        return 1
