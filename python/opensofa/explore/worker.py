# SPDX-License-Identifier: Apache-2.0
"""A worker: asks the study for a point, evaluates it, tells the outcome, until nothing is left."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
import warnings
from collections.abc import Callable

import optuna
import sqlalchemy
from optuna.trial import Trial, TrialState

from ._errors import ResultError
from .evaluate import Outcome, evaluate
from .session import Session
from .trials import OUTCOME, STOPPED, WORKER, Count, Kind, kind, repeat, taken

Say = Callable[[str], None]


def to_standard_error(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Worker:
    def __init__(self, session: Session, budget: int, say: Say = to_standard_error) -> None:
        self._session, self._budget, self._say = session, budget, say
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self) -> None:
        """Until as many points are evaluated as the budget has, or all there are. While others still run it waits: they may be lost."""
        while True:
            trial, running = self._next()
            if trial is not None:
                self._evaluate(trial)
            elif not running:
                return
            else:
                time.sleep(min(1.0, self._session.storage.heartbeat / 4))

    def _next(self) -> tuple[Trial | None, int]:
        """A point, and how many evaluations run. Nobody else chooses meanwhile, so budget and points are exact."""
        study, storage = self._session.study, self._session.storage
        with storage.alone():
            self._bury()
            trials = study.get_trials(deepcopy=False)
            count = Count.of(trials)
            seen = taken(trials, self._session.plan.parameters)
            if count.begun >= self._budget or (count.waiting == 0 and not self._session.sampler.has_more(seen)):
                return None, count.running
            return self._ask(), count.running

    def _ask(self) -> Trial:
        study = self._session.study
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Heartbeat of storage")  # beats are ours, below
            trial = study.ask(self._session.distributions)
        self._session.storage.trials.record_heartbeat(trial._trial_id)
        trial.set_user_attr(WORKER, self._name)
        return trial

    def _bury(self) -> None:
        """Trials whose worker is silent, or was killed while it held the lock, are lost; their points go back into the queue."""
        study = self._session.study
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            optuna.storages.fail_stale_trials(study)
        for trial in study.get_trials(states=[TrialState.RUNNING]):
            if WORKER not in trial.user_attrs:
                study.tell(trial.number, state=TrialState.FAIL)
                repeat(study, trial)

    def _evaluate(self, trial: Trial) -> None:
        begin = time.monotonic()
        try:
            self._tell(trial, self._outcome(trial), time.monotonic() - begin)
        except optuna.exceptions.UpdateFinishedTrialError:
            self._say(f"trial {trial.number}: its result came too late: this worker was silent, and another one has taken over")
        except BaseException:
            self._give_back(trial)
            raise

    def _outcome(self, trial: Trial) -> Outcome | ResultError:
        storage = self._session.storage

        def beat() -> None:
            with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError):  # the next one may go through
                storage.trials.record_heartbeat(trial._trial_id)

        try:
            return evaluate(self._session.plan, trial.params, beat, storage.heartbeat)
        except ResultError as error:
            return error

    def _tell(self, trial: Trial, outcome: Outcome | ResultError, seconds: float) -> None:
        study = self._session.study
        if isinstance(outcome, ResultError):
            trial.set_user_attr(OUTCOME, {"error": str(outcome), "seconds": seconds})
            study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
        else:
            trial.set_user_attr(OUTCOME, {"error": None, "seconds": seconds, "figures": outcome.figures, "result": outcome.result})
            for place, excess in enumerate(outcome.excesses.values()):
                trial.set_constraint(str(place), excess)
            study.tell(trial, outcome.values, skip_if_finished=True)
        self._report(trial, outcome, seconds)

    def _report(self, trial: Trial, outcome: Outcome | ResultError, seconds: float) -> None:
        plan = self._session.plan
        if isinstance(outcome, ResultError):
            text = f"failed: {outcome}"
        else:
            broken = [text for text, excess in outcome.excesses.items() if excess > 0]
            text = ", ".join(f"{o.name} {value:.6g}" for o, value in zip(plan.objectives, outcome.values))
            text += f", not {', not '.join(broken)}" if broken else ""
        self._say(f"trial {trial.number}: {text}, {seconds:.1f} s")

    def _give_back(self, trial: Trial) -> None:
        """This worker ends in the midst of an evaluation: another one, or a later start, does it."""
        with contextlib.suppress(Exception):
            trial.set_user_attr(STOPPED, True)
            frozen = self._session.study.tell(trial, state=TrialState.FAIL, skip_if_finished=True)
            if kind(frozen) == Kind.LOST:
                repeat(self._session.study, frozen)
