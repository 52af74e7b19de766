# SPDX-License-Identifier: Apache-2.0
"""Workers on many machines: a job array of Slurm whose tasks work on one storage."""

from __future__ import annotations

import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ._errors import ExploreError, one_line
from .storage import has_password, hidden

TASKS_MAX = 100_000
_COMMENT = "# SPDX-License-Identifier: Apache-2.0"


@dataclass(frozen=True)
class Array:
    """What the script asks of Slurm, and what its tasks do."""

    study: str
    tasks: int
    jobs: int
    words: Sequence[str]
    """Of `sofaexplore worker`, behind its name."""
    logs: pathlib.Path
    options: Sequence[str]
    """More options of sbatch: --time=1:00:00."""


def script(array: Array) -> str:
    """For sbatch. Tasks that Slurm kills are queued again; what they had begun is repeated by whoever comes first."""
    _check(array)
    lines = [f"--job-name=sofaexplore-{array.study}", f"--array=0-{array.tasks - 1}", "--ntasks=1", f"--cpus-per-task={array.jobs}",
             f"--output={array.logs}/{array.study}-%A_%a.log", "--open-mode=append", "--requeue", *array.options]
    worker = [sys.executable, "-m", "opensofa.explore", "worker", *array.words, "--jobs", str(array.jobs)]
    return "\n".join(["#!/bin/sh", _COMMENT, *(f"#SBATCH {line}" for line in lines), f"exec {shlex.join(worker)}", ""])


def _check(array: Array) -> None:
    if not 1 <= array.tasks <= TASKS_MAX:
        raise ExploreError(f"--tasks {array.tasks}: must be 1 to {TASKS_MAX}")
    for option in array.options:
        if not re.fullmatch(r"--?[A-Za-z][^\n]*", option):
            raise ExploreError(f"--sbatch '{option}': must be one option of sbatch, such as --sbatch=--time=1:00:00")
    if re.search(r"[\s\\%]", str(array.logs)):
        raise ExploreError(f"--logs {array.logs}: has a blank, a backslash or a percent sign, which Slurm takes otherwise; name another directory")


def refuse_password(url: str) -> None:
    """The script can be read by others."""
    if has_password(url):
        raise ExploreError(f"--storage {hidden(url)}: the script would show its password; leave it out and put it into ~/.pgpass")


def submit(path: pathlib.Path, wait: bool) -> str:
    """The number of the job. `wait`: until all tasks have ended; ExploreError if one failed."""
    if shutil.which("sbatch") is None:
        raise ExploreError(f"--submit: there is no sbatch here; copy {path} to where Slurm is and submit it there")
    run = subprocess.run(["sbatch", "--parsable", *(["--wait"] if wait else []), str(path)], capture_output=True, text=True)
    number = run.stdout.strip().split(";")[0]
    if run.returncode != 0:
        raise ExploreError(f"sbatch {path}: {one_line(run.stderr) or f'a task of job {number} failed; its log says why'}")
    return number
