# SPDX-License-Identifier: Apache-2.0
"""The sections `parameters` and `start` of a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ._errors import ExploreError
from .parameters import Parameter, Point, Value, countable

_OPTIONS = {"choices": {"layers"}, "integer": {"layers", "step", "log"}, "float": {"layers", "step", "log", "points"}}
LAYERS_MAX = 1000
VALUES_MAX = 1_000_000


def parameters(given: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """NAME: {choices: [...]}, {integer: [LOW, HIGH]} or {float: [LOW, HIGH]}; with layers: N one for each layer, NAME_0 and so on."""
    made = [p for name, description in given.items() for p in _family(name, description)]
    names = [p.name for p in made] + [p.family for p in made if p.layer == 0]
    for name in names:
        if names.count(name) > 1:
            raise ExploreError(f"parameters.{name}: is also the name of a layer's parameter; rename one")
    return tuple(made)


def _family(name: str, description: Any) -> list[Parameter]:
    where = f"parameters.{name}"
    kind = _kind(where, description)
    layers = description.get("layers")
    if layers is not None and (isinstance(layers, bool) or not isinstance(layers, int) or not 1 <= layers <= LAYERS_MAX):
        raise ExploreError(f"{where}: layers: '{layers}': must be an integer from 1 to {LAYERS_MAX}")
    distribution, values = _choices(where, description) if kind == "choices" else _range(where, kind, description)
    if layers is None:
        return [Parameter(name, name, None, distribution, values)]
    return [Parameter(f"{name}_{layer}", name, layer, distribution, values) for layer in range(layers)]


def _kind(where: str, description: Any) -> str:
    kinds = [k for k in _OPTIONS if isinstance(description, dict) and k in description]
    if len(kinds) != 1:
        raise ExploreError(f"{where}: must have one of choices: [...], integer: [LOW, HIGH] and float: [LOW, HIGH]")
    for option in description:
        if option not in _OPTIONS[kinds[0]] | {kinds[0]}:
            raise ExploreError(f"{where}: '{option}': is no option of {kinds[0]}; its options are {', '.join(sorted(_OPTIONS[kinds[0]]))}")
    return kinds[0]


def _choices(where: str, description: Mapping[str, Any]) -> tuple[BaseDistribution, tuple[Value, ...]]:
    choices = description["choices"]
    if not isinstance(choices, list) or not choices or not all(isinstance(c, (bool, int, float, str)) for c in choices):
        raise ExploreError(f"{where}: choices: must be a list of numbers and texts")
    if min(len(set(choices)), len({str(choice) for choice in choices})) < len(choices):
        raise ExploreError(f"{where}: choices: has the same one twice; remove one")
    return CategoricalDistribution(choices), tuple(choices)


def _range(where: str, kind: str, description: Mapping[str, Any]) -> tuple[BaseDistribution, tuple[Value, ...] | None]:
    low, high = _ends(where, kind, description[kind])
    log = description.get("log", False)
    if not isinstance(log, bool):
        raise ExploreError(f"{where}: log: '{log}': must be true or false")
    if log and low <= 0:
        raise ExploreError(f"{where}: log: {kind} begins at {low}, must begin above 0")
    step = _step(where, kind, description, log)
    if kind == "integer":
        whole = IntDistribution(int(low), int(high), log=log, step=int(step or 1))
        return whole, tuple(range(whole.low, whole.high + 1, whole.step)) if (whole.high - whole.low) / whole.step < VALUES_MAX else None
    real = FloatDistribution(float(low), float(high), log=log, step=None if step is None else float(step))
    return real, _points(where, real, description.get("points"))


def _ends(where: str, kind: str, ends: Any) -> tuple[float, float]:
    allowed = (int,) if kind == "integer" else (int, float)
    if not isinstance(ends, list) or len(ends) != 2 or any(isinstance(e, bool) or not isinstance(e, allowed) for e in ends):
        raise ExploreError(f"{where}: {kind}: must be [LOW, HIGH], two {'integers' if kind == 'integer' else 'numbers (1.0e-3, not 1e-3)'}")
    if not abs(ends[0]) < 2**53 > abs(ends[1]) or ends[0] > ends[1]:
        raise ExploreError(f"{where}: {kind}: [{ends[0]}, {ends[1]}]: the first must not exceed the second, nor either 2^53")
    return ends[0], ends[1]


def _step(where: str, kind: str, description: Mapping[str, Any], log: bool) -> float | None:
    step = description.get("step")
    if step is None:
        return None
    if isinstance(step, bool) or not isinstance(step, (int,) if kind == "integer" else (int, float)) or step <= 0:
        raise ExploreError(f"{where}: step: '{step}': must be {'an integer' if kind == 'integer' else 'a number'} above 0")
    if log:
        raise ExploreError(f"{where}: step: does not go with log: true; leave one out")
    return step


def _points(where: str, real: FloatDistribution, points: Any) -> tuple[Value, ...] | None:
    if real.step is not None:
        count = round((real.high - real.low) / real.step) + 1
        return tuple(round(real.low + i * real.step, 12) for i in range(count)) if count <= VALUES_MAX else None
    if points is None:
        return None
    if isinstance(points, bool) or not isinstance(points, int) or not 1 <= points <= VALUES_MAX:
        raise ExploreError(f"{where}: points: '{points}': must be how many values a grid takes, from 1 on")
    return countable(real.low, real.high, points, real.log)


def start(given: Any, made: Sequence[Parameter]) -> tuple[Point, ...]:
    """Points that are evaluated first; a value for a family of layers may be one for all or a list."""
    if not isinstance(given, list) or not all(isinstance(point, dict) for point in given):
        raise ExploreError("start: must be a list of points, such as [{kept: 8, tile: 64}]")
    return tuple(_point(f"start: point {i + 1}", point, made) for i, point in enumerate(given))


def _point(where: str, given: Mapping[str, Any], made: Sequence[Parameter]) -> Point:
    point: Point = {}
    for name in given:
        if name not in {p.family for p in made}:
            raise ExploreError(f"{where}: '{name}': is no parameter; they are {', '.join(dict.fromkeys(p.family for p in made))}")
    for parameter in made:
        try:
            point[parameter.name] = parameter.take(_of_layer(given[parameter.family], parameter))
        except (KeyError, IndexError):
            raise ExploreError(f"{where}: has no value for {parameter.name}; add it") from None
        except ExploreError as error:
            raise ExploreError(f"{where}: {error}") from None
    return point


def _of_layer(value: Any, parameter: Parameter) -> Any:
    return value[parameter.layer] if isinstance(value, list) and parameter.layer is not None else value
