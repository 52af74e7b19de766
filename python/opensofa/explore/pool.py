# SPDX-License-Identifier: Apache-2.0
"""Workers side by side on this machine, each a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.process
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import wait

from ._errors import ExploreError

RESTARTS = 3  # of a worker that is killed, for each place
STOP = (signal.SIGTERM, signal.SIGINT)

Work = Callable[[], None]


class Stopped(Exception):
    """By the user or the system; what was begun is in the storage."""


def run(work: Work, jobs: int) -> None:
    """`work`, a picklable function, in so many processes. One alone runs in this process."""
    with _stoppable():
        if jobs == 1:
            work()
        else:
            _side_by_side(work, jobs)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM and SIGINT raise Stopped."""
    before = {number: signal.signal(number, _stop) for number in STOP}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _frame: object) -> None:
    for other in STOP:
        signal.signal(other, signal.SIG_IGN)  # the second signal of one press of a key
    raise Stopped(signal.Signals(number).name)


def _side_by_side(work: Work, jobs: int) -> None:
    places = [_Place(work) for _ in range(jobs)]
    try:
        while running := [place for place in places if place.process.is_alive() or place.again()]:
            wait([place.process.sentinel for place in running])
    finally:
        for place in places:
            place.end()
    if any(place.process.exitcode for place in places):
        raise ExploreError("a worker failed; its message stands above")


class _Place:
    """A process, and another one when it is killed."""

    def __init__(self, work: Work) -> None:
        self._work, self._restarts = work, 0
        self.process = self._start()

    def _start(self) -> multiprocessing.process.BaseProcess:
        process = multiprocessing.get_context("spawn").Process(target=_child, args=(self._work, os.getpid()), daemon=True)
        process.start()
        return process

    def again(self) -> bool:
        """Starts it again if a signal ended it."""
        status = self.process.exitcode
        if status is None or status >= 0 or self._restarts == RESTARTS:
            return False
        self._restarts += 1
        print(f"a worker was killed by signal {-status}: started again, its evaluation is repeated", file=sys.stderr, flush=True)
        self.process = self._start()
        return True

    def end(self) -> None:
        self.process.terminate()
        self.process.join()


def _child(work: Work, parent: int) -> None:
    for number in STOP:
        signal.signal(number, _stop)
    from .evaluate import die_with_parent
    die_with_parent()
    if os.getppid() != parent:
        return
    try:
        work()
    except ExploreError as error:
        print(f"sofaexplore: {error}", file=sys.stderr, flush=True)
        sys.exit(2)
    except Stopped:
        sys.exit(1)
