# SPDX-License-Identifier: Apache-2.0
"""What the trials of a storage mean to us.

A trial that ended badly has either evaluated its point, which failed and is not tried again, or its worker was lost and another
worker repeats it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from .parameters import Parameter, key

REPEATS = 2  # of a point whose workers are lost
OUTCOME, WORKER, STOPPED = "outcome", "worker", "stopped"  # what we note of a trial
_FIXED, _HISTORY = "fixed_params", "retry_history"  # Optuna's names


class Kind(enum.Enum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


def kind(trial: FrozenTrial) -> Kind:
    if trial.state == TrialState.COMPLETE:
        return Kind.DONE
    if trial.state in (TrialState.WAITING, TrialState.RUNNING):
        return Kind.WAITING if trial.state == TrialState.WAITING else Kind.RUNNING
    return Kind.FAILED if error_of(trial) else Kind.LOST


def error_of(trial: FrozenTrial) -> str | None:
    """Why its point has no result; None: it has, or nobody knows yet."""
    if trial.state != TrialState.FAIL:
        return None
    if OUTCOME in trial.user_attrs:
        return str(trial.user_attrs[OUTCOME]["error"])
    losses = len(trial.system_attrs.get(_HISTORY, [])) + 1
    return f"its worker was killed {losses} times" if losses > REPEATS and STOPPED not in trial.user_attrs else None


def point_of(trial: FrozenTrial) -> Mapping[str, Any]:
    """Complete once it was asked for; of a start point before, too."""
    point: Mapping[str, Any] = trial.params or trial.system_attrs.get(_FIXED, {})
    return point


def feasible(trial: FrozenTrial) -> bool:
    return trial.state == TrialState.COMPLETE and all(excess <= 0 for excess in trial.constraints.values())


def taken(trials: Iterable[FrozenTrial], parameters: Sequence[Parameter]) -> set[Any]:
    """The points that need not be asked for again: every one but those that were lost for good reason."""
    return {key(parameters, point_of(t)) for t in trials if kind(t) != Kind.LOST} - {None}


@dataclass(frozen=True)
class Count:
    """How many trials of each kind there are."""

    waiting: int
    running: int
    done: int
    failed: int
    lost: int

    @classmethod
    def of(cls, trials: Iterable[FrozenTrial]) -> Count:
        kinds = [kind(trial) for trial in trials]
        return cls(**{k.value: kinds.count(k) for k in Kind})

    @property
    def evaluated(self) -> int:
        return self.done + self.failed

    @property
    def begun(self) -> int:
        return self.evaluated + self.running


def repeat(study: optuna.Study, trial: FrozenTrial) -> None:
    """Puts the point of a lost trial into the queue, unless that happened too often."""
    lost = [*trial.system_attrs.get(_HISTORY, []), *([] if STOPPED in trial.user_attrs else [trial.number])]
    if len(lost) > REPEATS or not point_of(trial):
        return
    kept = {_FIXED: trial.system_attrs[_FIXED]} if _FIXED in trial.system_attrs else {}
    study.add_trial(optuna.create_trial(state=TrialState.WAITING, params=trial.params, distributions=trial.distributions,
                                        system_attrs={**kept, _HISTORY: lost}))
