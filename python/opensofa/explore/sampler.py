# SPDX-License-Identifier: Apache-2.0
"""Which point comes next: Optuna's samplers, made so that no point is asked for twice and that a start later, or on more workers,
changes nothing but the order in which results come.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial

from ._errors import ExploreError
from .parameters import Parameter, Point, grid, key, size
from .trials import taken

TRIES = 16  # of Optuna's sampler, before chance takes its place
CHANCES = 200
_SEEDS = 2**31

Maker = Callable[[int], BaseSampler]


def _tpe(seed: int) -> BaseSampler:
    return TPESampler(seed=seed)


def _gp(seed: int) -> BaseSampler:
    return optuna.samplers.GPSampler(seed=seed, deterministic_objective=True, warn_independent_sampling=False)


def _random(seed: int) -> BaseSampler:
    return RandomSampler(seed=seed)


_MAKERS: dict[str, Maker] = {"tpe": _tpe, "gp": _gp, "random": _random}


def make(name: str, seed: int, parameters: Sequence[Parameter]) -> Whole:
    """tpe, gp, random or grid. ExploreError: what it needs is not there."""
    if name == "grid":
        next(grid(parameters))
        return GridOrder(parameters)
    missing = [module for module in ("torch", "scipy") if name == "gp" and importlib.util.find_spec(module) is None]
    if missing:
        raise ExploreError(f"sampler gp: needs {' and '.join(missing)}; pip install 'opensofa[explore-gp]', or take sampler tpe")
    return Fresh(_MAKERS[name], seed, parameters)


class Whole(BaseSampler):
    """Chooses all parameters of a point at once."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self.distributions = {p.name: p.distribution for p in parameters}

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return dict(self.distributions)

    def sample_relative(self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]) -> dict[str, Any]:
        return self.choose(study, trial, taken(study.get_trials(deepcopy=False), self.parameters))

    def sample_independent(self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution) -> Any:
        raise AssertionError(f"{param_name} is chosen with all others")

    def choose(self, study: optuna.Study, trial: FrozenTrial, seen: set[Any]) -> Point:
        raise NotImplementedError

    def has_more(self, seen: set[Any]) -> bool:
        """Whether there is a point that was not seen."""
        points = size(self.parameters)
        return points is None or len(seen) < points


class GridOrder(Whole):
    """All points in order. Optuna's GridSampler repeats some when there are several workers, as its page says."""

    def choose(self, study: optuna.Study, trial: FrozenTrial, seen: set[Any]) -> Point:
        return next(self._unseen(seen))

    def has_more(self, seen: set[Any]) -> bool:
        return next(self._unseen(seen), None) is not None

    def _unseen(self, seen: set[Any]) -> Iterator[Point]:
        return (point for point in grid(self.parameters) if key(self.parameters, point) not in seen)


class Fresh(Whole):
    """One of Optuna's samplers, asked again while it wants what is known already, then chance, at last the first unknown point.

    The sampler of the Nth trial begins with a seed of its own: it knows nothing but what the storage holds.
    """

    def __init__(self, maker: Maker, seed: int, parameters: Sequence[Parameter]) -> None:
        super().__init__(parameters)
        self._maker, self._seed = maker, seed

    def choose(self, study: optuna.Study, trial: FrozenTrial, seen: set[Any]) -> Point:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            for point in self._proposals(study, trial):
                if key(self.parameters, point) not in seen:
                    return point
        return next(point for point in grid(self.parameters) if key(self.parameters, point) not in seen)

    def _proposals(self, study: optuna.Study, trial: FrozenTrial) -> Iterator[Point]:
        first = (self._seed * 1_000_003 + trial.number * 7919) % _SEEDS
        wanted, chance = self._maker(first), RandomSampler(seed=first)
        for _ in range(TRIES):
            yield self._point(wanted, study, trial)
        for _ in range(CHANCES if size(self.parameters) is not None else 1_000_000):
            yield self._point(chance, study, trial)

    def _point(self, sampler: BaseSampler, study: optuna.Study, trial: FrozenTrial) -> Point:
        space = sampler.infer_relative_search_space(study, trial)
        chosen = sampler.sample_relative(study, trial, space)
        return {name: chosen[name] if name in chosen else sampler.sample_independent(study, trial, name, distribution)
                for name, distribution in self.distributions.items()}
