# SPDX-License-Identifier: Apache-2.0
"""What a study varies: parameters, their values, and points, which have a value for each of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ._errors import ExploreError

Value = Union[bool, int, float, str]
Point = dict[str, Value]


@dataclass(frozen=True)
class Parameter:
    """One number or choice. `family` is the name in the study file: parameters of layers share it and differ in `layer`."""

    name: str
    family: str
    layer: int | None
    distribution: BaseDistribution
    values: tuple[Value, ...] | None
    """All values in order, where they are countable: what a grid goes through."""

    def take(self, value: Any) -> Value:
        """The value as this parameter has it; refuses what it cannot have."""
        d = self.distribution
        if isinstance(d, CategoricalDistribution):
            fits = any(type(choice) is type(value) and choice == value for choice in d.choices)
        else:
            assert isinstance(d, (IntDistribution, FloatDistribution))
            whole = isinstance(d, IntDistribution)
            fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool) and d.low <= value <= d.high
            fits = fits and (d.step is None or abs((value - d.low) / d.step - round((value - d.low) / d.step)) < 1e-6)
        if not fits:
            raise ExploreError(f"{self.name}: cannot be {value!r}; it is one of {describe(self)}")
        return float(value) if isinstance(d, FloatDistribution) else value


def describe(parameter: Parameter) -> str:
    """Its values in words."""
    d = parameter.distribution
    if isinstance(d, CategoricalDistribution):
        return ", ".join(str(choice) for choice in d.choices)
    assert isinstance(d, (IntDistribution, FloatDistribution))
    return f"{d.low} to {d.high}" + (f" by {d.step}" if d.step not in (None, 1) else "") + (", by its logarithm" if d.log else "")


def countable(low: float, high: float, count: int, log: bool) -> tuple[float, ...]:
    """`count` floats from low to high at even distances, of their logarithms if `log`."""
    if count == 1:
        return (low,)
    shares = [i / (count - 1) for i in range(count)]
    inner = [low * (high / low) ** share if log else low + (high - low) * share for share in shares[1:-1]]
    return (low, *inner, high)


def size(parameters: Sequence[Parameter]) -> int | None:
    """How many points there are; None: more than can be counted, where a float has no step."""
    continuous = any(isinstance(p.distribution, FloatDistribution) and p.distribution.step is None for p in parameters)
    return None if continuous or any(p.values is None for p in parameters) else math.prod(len(p.values or ()) for p in parameters)


def grid(parameters: Sequence[Parameter]) -> Iterator[Point]:
    """Every point, the last parameter varying fastest. A float needs `points` for that."""
    for parameter in parameters:
        if parameter.values is None:
            raise ExploreError(f"parameters.{parameter.family}: a grid needs to know how many values to take; add points: 5")
    for values in itertools.product(*(p.values or () for p in parameters)):
        yield dict(zip((p.name for p in parameters), values))


def key(parameters: Sequence[Parameter], point: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What equal points have in common; None: the point is not complete."""
    if any(p.name not in point for p in parameters):
        return None
    return tuple((type(point[p.name]).__name__, point[p.name]) for p in parameters)


def families(parameters: Sequence[Parameter], point: Mapping[str, Any]) -> dict[str, Any]:
    """The values by the names of the study file: a list for those of layers."""
    named: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.layer is None:
            named[parameter.family] = point[parameter.name]
        else:
            named.setdefault(parameter.family, []).append(point[parameter.name])
    return named
