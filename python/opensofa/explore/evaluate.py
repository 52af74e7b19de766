# SPDX-License-Identifier: Apache-2.0
"""Runs the command of a study at one point and reads the JSON object that it prints."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._errors import ExploreError, ResultError, one_line
from .parameters import families
from .study_file import StudyFile

LARGEST = 1 << 20  # bytes of output
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Outcome:
    """Of an evaluation that went well."""

    result: dict[str, Any]
    figures: dict[str, float]
    values: list[float]
    excesses: dict[str, float]


Beat = Callable[[], None]


def evaluate(plan: StudyFile, point: Mapping[str, Any], beat: Beat = lambda: None, every: float = 10) -> Outcome:
    """ResultError: why there is none. `beat` is called while the command runs."""
    result = _object(_output(plan.words.fill(point), plan.timeout, beat, every))
    return judge(plan, point, result)


def judge(plan: StudyFile, point: Mapping[str, Any], result: dict[str, Any]) -> Outcome:
    """Figures, objectives and constraints. Names are first those of the study file, then the result's; `result.NAME` is always the latter."""
    scope = {**result, "result": result, **families(plan.parameters, point), **point, **plan.constants}
    figures: dict[str, float] = {}
    for name, expression in plan.figures.items():
        scope[name] = figures[name] = expression.value(scope)
    return Outcome(result, figures, [o.expression.value(scope) for o in plan.objectives],
                   {c.text: c.excess(scope) for c in plan.constraints})


def _object(text: str) -> dict[str, Any]:
    try:
        result = json.loads(text)
    except (ValueError, RecursionError):
        raise ResultError(f"printed no JSON object but '{one_line(text, 80)}'; does the command need --json?") from None
    if not isinstance(result, dict):
        raise ResultError(f"printed {type(result).__name__}, must print one JSON object")
    return result


def _output(words: Sequence[str], timeout: float | None, beat: Beat, every: float) -> str:
    begin = time.monotonic()
    process = start(words)
    try:
        out, err = _wait(process, None if timeout is None else begin + timeout, beat, every)
    except subprocess.TimeoutExpired:
        raise ResultError(f"took longer than {timeout} s (timeout)") from None
    finally:
        end(process)
    if process.returncode != 0:
        raise ResultError(_failure(process.returncode, err.decode(errors="replace"), time.monotonic() - begin))
    if len(out) > LARGEST:
        raise ResultError(f"printed {len(out)} bytes, may print {LARGEST}")
    return out.decode(errors="replace")


def _wait(process: subprocess.Popen[bytes], last: float | None, beat: Beat, every: float) -> tuple[bytes, bytes]:
    """What it prints; a beat now and then instead of a thread, since a process with threads should not fork."""
    while True:
        left = every if last is None else min(every, last - time.monotonic())
        try:
            return process.communicate(timeout=max(0.0, left))
        except subprocess.TimeoutExpired:
            if last is not None and time.monotonic() >= last:
                raise
            beat()


def _failure(status: int, err: str, seconds: float) -> str:
    lines = [line for line in err.splitlines() if line.strip()]
    how = f"exit status {status}" if status > 0 else f"killed by signal {-status} after {seconds:.1f} s"
    return f"{how}: {one_line(lines[-1])}" if lines else how


def start(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """In a process group of its own, which dies with this worker."""
    try:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                preexec_fn=die_with_parent)
    except (OSError, ValueError) as error:
        raise ExploreError(f"command: '{words[0]}' cannot be started: {getattr(error, 'strerror', None) or error}; is it in PATH?") from None


def die_with_parent() -> None:
    """This process is killed when the one that started it ends, however it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of the group is left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
