# SPDX-License-Identifier: Apache-2.0
"""A study as its YAML file describes it: parameters, the command that evaluates a point, objectives and constraints.

docs/exploration.md explains every key.
"""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import parameter_file, yaml_file
from ._errors import ExploreError
from .command_words import Words
from .expression import Constraint, Expression
from .parameters import Parameter, Point

SAMPLERS = ("tpe", "gp", "random", "grid")
_KEYS = {"study", "about", "command", "timeout", "parameters", "constants", "figures", "objectives", "constraints", "sampler", "seed",
         "trials", "start"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Objective:
    name: str
    expression: Expression
    maximize: bool

    @property
    def goal(self) -> Literal["minimize", "maximize"]:
        return "maximize" if self.maximize else "minimize"


@dataclass(frozen=True)
class StudyFile:
    name: str
    path: pathlib.Path
    words: Words
    timeout: float | None
    parameters: tuple[Parameter, ...]
    constants: Mapping[str, float]
    figures: Mapping[str, Expression]
    objectives: tuple[Objective, ...]
    constraints: tuple[Constraint, ...]
    sampler: str
    seed: int
    trials: int
    start: tuple[Point, ...]

    @property
    def definition(self) -> dict[str, Any]:
        """What results depend on: a storage that holds others belongs to another study."""
        return {"command": self.words.texts, "parameters": {p.name: repr(p.distribution) for p in self.parameters},
                "constants": dict(self.constants), "figures": {name: e.text for name, e in self.figures.items()},
                "objectives": {o.name: f"{o.goal} {o.expression.text}" for o in self.objectives},
                "constraints": [c.text for c in self.constraints]}


def load(path: pathlib.Path) -> StudyFile:
    """Reads and checks; ExploreError names file, key and remedy."""
    content = yaml_file.read(path)
    try:
        return _study(path, content)
    except ExploreError as error:
        raise ExploreError(f"{path}: {error}") from None


def _study(path: pathlib.Path, content: Mapping[str, Any]) -> StudyFile:
    _known(content)
    parameters = parameter_file.parameters(_mapping(content, "parameters"))
    constants = {name: _real(f"constants.{name}", value) for name, value in _mapping(content, "constants", {}).items()}
    figures = {name: _expression(f"figures.{name}", text) for name, text in _mapping(content, "figures", {}).items()}
    objectives = tuple(_objective(name, given) for name, given in _mapping(content, "objectives").items())
    _apart({p.family for p in parameters}, constants, figures)
    return StudyFile(name=_name(content, path), path=path, words=Words(content.get("command"), path, parameters),
                     timeout=_timeout(content), parameters=parameters, constants=constants, figures=figures, objectives=objectives,
                     constraints=_constraints(content), sampler=_sampler(content), seed=_count(content, "seed", 0, 0),
                     trials=_count(content, "trials", 100, 1), start=parameter_file.start(content.get("start", []), parameters))


def _known(content: Mapping[str, Any]) -> None:
    for name in content:
        if name not in _KEYS:
            raise ExploreError(f"'{name}': is no key of a study; the keys are {', '.join(sorted(_KEYS))}")
    for name in ("command", "parameters", "objectives"):
        if name not in content:
            raise ExploreError(f"has no {name}; add it")


def _mapping(content: Mapping[str, Any], name: str, default: dict[str, Any] | None = None) -> dict[str, Any]:
    """A mapping whose keys are names; not empty unless it may be left out."""
    value = content.get(name, default)
    if not isinstance(value, dict) or (not value and default is None):
        raise ExploreError(f"{name}: must be a mapping from names to what they are, such as {name}: {{NAME: ...}}")
    for key in value:
        if not isinstance(key, str) or not _NAME.fullmatch(key):
            raise ExploreError(f"{name}: '{key}': must be a name of letters, digits and underscores")
    return value


def _apart(parameters: set[str], constants: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    for name in [*constants, *figures]:
        if [name in parameters, name in constants, name in figures].count(True) > 1:
            raise ExploreError(f"'{name}': is the name of two things among parameters, constants and figures; rename one")


def _name(content: Mapping[str, Any], path: pathlib.Path) -> str:
    name = content.get("study", path.stem)
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
        raise ExploreError(f"study: '{name}': must be at most 100 letters, digits, '.', '_' and '-'")
    return name


def _real(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ExploreError(f"{where}: '{value}': must be a number" + _exponent(value))
    return float(value)


def _exponent(value: Any) -> str:
    return "; YAML wants a point in 1.0e-3" if isinstance(value, str) and re.fullmatch(r"[+-]?\d+[eE][+-]?\d+", value) else ""


def _expression(where: str, text: Any) -> Expression:
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        raise ExploreError(f"{where}: must be an expression such as cycles / 1000")
    try:
        return Expression(text)
    except ExploreError as error:
        raise ExploreError(f"{where}: {error}") from None


def _objective(name: str, given: Any) -> Objective:
    """A text, {minimize: TEXT}, {maximize: TEXT}; instead of TEXT weights: {L_en: 1, L_cmp: 0.24}."""
    where, goal = f"objectives.{name}", "minimize"
    if isinstance(given, dict):
        if len(given) != 1 or not set(given) <= {"minimize", "maximize"}:
            raise ExploreError(f"{where}: must be an expression, minimize: EXPRESSION or maximize: EXPRESSION")
        goal, given = next(iter(given.items()))
    if isinstance(given, dict):
        given = " + ".join(f"{_real(where, weight)!r} * ({field})" for field, weight in given.items())
    return Objective(name, _expression(where, given), goal == "maximize")


def _constraints(content: Mapping[str, Any]) -> tuple[Constraint, ...]:
    given = content.get("constraints", [])
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise ExploreError('constraints: must be a list of comparisons, such as ["loss <= 1.0"]')
    try:
        return tuple(Constraint(text) for text in given)
    except ExploreError as error:
        raise ExploreError(f"constraints: {error}") from None


def _sampler(content: Mapping[str, Any]) -> str:
    name = content.get("sampler", "tpe")
    if name not in SAMPLERS:
        raise ExploreError(f"sampler: '{name}': must be one of {', '.join(SAMPLERS)}")
    return str(name)


def _count(content: Mapping[str, Any], name: str, default: int, least: int) -> int:
    value = content.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
        raise ExploreError(f"{name}: '{value}': must be an integer from {least} on")
    return value


def _timeout(content: Mapping[str, Any]) -> float | None:
    if content.get("timeout") is None:
        return None
    seconds = _real("timeout", content["timeout"])
    if not 0 < seconds < 1e7:
        raise ExploreError(f"timeout: '{seconds}': must be seconds above 0; leave it out for none")
    return seconds


def canonical(definition: Mapping[str, Any]) -> str:
    """The same text for the same definition."""
    return json.dumps(definition, sort_keys=True)
