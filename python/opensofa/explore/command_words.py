# SPDX-License-Identifier: Apache-2.0
"""The command of a study: words with {name} where a value stands. No shell ever reads them."""

from __future__ import annotations

import pathlib
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ._errors import ExploreError, one_line
from .parameters import Parameter, families

_HOLE = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|[{}]")
FIXED = ("folder", "python")


class Words:
    """`{folder}` is the study file's directory, `{python}` this interpreter, `{name}` a parameter; of a family of layers all values with
    commas between them, `{name_0}` that of one layer. `{{` and `}}` are braces."""

    def __init__(self, texts: Any, path: pathlib.Path, parameters: Sequence[Parameter]) -> None:
        if not isinstance(texts, list) or not texts or not all(isinstance(t, (str, int, float)) and not isinstance(t, bool) for t in texts):
            raise ExploreError('command: must be a list of words, such as [sofamodel, "{folder}/../wide.yaml", --kept, "{kept}"]')
        self.texts = [str(text) for text in texts]
        self._parameters = tuple(parameters)
        self._fixed = {"folder": str(path.resolve().parent), "python": sys.executable}
        self._check()

    def _check(self) -> None:
        known = {*FIXED, *(p.name for p in self._parameters), *(p.family for p in self._parameters)}
        used: set[str] = set()
        for text in self.texts:
            for hole in _HOLE.finditer(text):
                name = hole.group(1)
                if hole.group() in "{}":
                    raise ExploreError(f"command: '{one_line(text, 60)}': has a single '{hole.group()}'; write it twice, or {{NAME}}")
                if name and name not in known:
                    raise ExploreError(f"command: '{one_line(text, 60)}': {{{name}}} is no parameter; there are {', '.join(sorted(known))}")
                used.add(name or "")
        for parameter in self._parameters:
            if parameter.name not in used and parameter.family not in used:
                raise ExploreError(f"command: does not use the parameter '{parameter.name}'; add {{{parameter.name}}} or remove the parameter")
            if parameter.family in FIXED:
                raise ExploreError(f"parameters.{parameter.family}: has a name that is taken; rename it")

    def find_program(self) -> None:
        """Refuses a program that is not there."""
        program = _HOLE.sub(lambda hole: self._fixed.get(hole.group(1) or "", hole.group()), self.texts[0])
        if "{" not in program and shutil.which(program) is None:
            raise ExploreError(f"command: '{program}': is no program in PATH; add its directory, such as PATH=$PWD/build/bin:$PATH")

    def fill(self, point: Mapping[str, Any]) -> list[str]:
        """The command at this point."""
        named = {**families(self._parameters, point), **point, **self._fixed}
        return [_HOLE.sub(lambda hole: _filling(hole, named), text) for text in self.texts]


def _filling(hole: re.Match[str], named: Mapping[str, Any]) -> str:
    if hole.group(1) is None:
        return hole.group()[0]
    value = named[hole.group(1)]
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def text_of(value: Any) -> str:
    """As programs and YAML write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
