# SPDX-License-Identifier: Apache-2.0
"""A study file joined with its trials in a storage."""

from __future__ import annotations

import dataclasses

import optuna

from . import sampler
from ._errors import ExploreError
from .storage import Storage, hidden
from .study_file import StudyFile, canonical

_DEFINITION = "definition"


@dataclasses.dataclass(frozen=True)
class Session:
    plan: StudyFile
    storage: Storage
    study: optuna.Study
    sampler: sampler.Whole

    @property
    def distributions(self) -> dict[str, optuna.distributions.BaseDistribution]:
        return {p.name: p.distribution for p in self.plan.parameters}


def begin(plan: StudyFile, storage: Storage) -> Session:
    """Begins the study, or goes on with it if the storage has it."""
    chosen = sampler.make(plan.sampler, plan.seed, plan.parameters)
    with storage.alone():
        _refuse_another(plan, storage)
        study = optuna.create_study(storage=storage.trials, study_name=plan.name, load_if_exists=True, sampler=chosen,
                                    directions=[o.goal for o in plan.objectives])
        if _DEFINITION not in study.user_attrs:
            for point in plan.start:
                study.enqueue_trial(point, skip_if_exists=True)
            study.set_user_attr(_DEFINITION, plan.definition)
    return Session(plan, storage, study, chosen)


def find(plan: StudyFile, storage: Storage) -> Session:
    """Only a study that was begun."""
    if plan.name not in optuna.get_all_study_names(storage.trials):
        raise ExploreError(f"--storage {hidden(storage.url)}: has no study '{plan.name}'; sofaexplore run begins it")
    return begin(plan, storage)


def _refuse_another(plan: StudyFile, storage: Storage) -> None:
    """A study of the same name whose results mean something else."""
    if plan.name not in optuna.get_all_study_names(storage.trials):
        return
    known = optuna.load_study(study_name=plan.name, storage=storage.trials).user_attrs.get(_DEFINITION, plan.definition)
    changed = [part for part, value in plan.definition.items() if canonical({"": value}) != canonical({"": known.get(part)})]
    if changed:
        raise ExploreError(f"{plan.path}: {', '.join(changed)}: not as study '{plan.name}' was begun with in {hidden(storage.url)}; "
                           "give it another name (study: NAME) or another --storage")
