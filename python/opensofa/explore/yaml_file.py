# SPDX-License-Identifier: Apache-2.0
"""YAML as mappings, lists and scalars, each key once."""

from __future__ import annotations

import pathlib
from typing import Any

import yaml

from ._errors import ExploreError, one_line


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice in one mapping; YAML's own loader keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for name, _ in node.value:
            if name.value in seen:
                raise yaml.YAMLError(f"line {name.start_mark.line + 1}: '{name.value}' stands twice; remove one")
            seen.add(name.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def read(path: pathlib.Path) -> dict[str, Any]:
    """The mapping that the file holds."""
    try:
        content = yaml.load(path.read_text(), _Loader)
    except OSError as error:
        raise ExploreError(f"{path}: {error.strerror}; give the file of a study, such as configs/explore/cycles.yaml") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ExploreError(f"{path}: is no YAML: {one_line(_words(error))}") from None
    if not isinstance(content, dict):
        raise ExploreError(f"{path}: must be a mapping with command, parameters and objectives")
    return content


def _words(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}: {getattr(error, 'problem', error)}" if mark else str(error)
