# SPDX-License-Identifier: Apache-2.0
"""Configurations: what the hardware is like."""

from __future__ import annotations

import json
import os
import pathlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Union

from ._errors import SofaWarning
from ._library import ConfigHandle

Value = Union[int, str]
_SHIPPED = pathlib.Path(__file__).with_name("configs")


def configurations() -> list[str]:
    """The names of the configurations that come with the package: "small", "wide", ..."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def _find(source: str | os.PathLike[str]) -> str:
    """A name that comes with the package, or the path of a file."""
    text = os.fspath(source)
    shipped = _SHIPPED / f"{text}.yaml"
    return str(shipped) if text in configurations() else text


def _named(keys: Mapping[str, Value] | None, more: Mapping[str, Value]) -> dict[str, Value]:
    """Keys from both ways to give them."""
    return {**(keys or {}), **{key.replace("__", "."): value for key, value in more.items()}}


def _warn(texts: Iterable[str]) -> None:
    for text in texts:
        warnings.warn(text, SofaWarning, stacklevel=3)


class Config(Mapping[str, Value]):
    """A checked configuration, a mapping from every key ("tile.keys") to its value. It does not change: `set` makes another.

    source: a YAML file in the manner of configs/small.yaml, or the name of one that comes with the package ("wide"); None: the
        defaults, which are those of "small".
    keys: values that override the file, {"tile.keys": 128}; as keyword arguments a dot is written as two underscores, tile__keys=128.
        A value of the file that a given one makes impossible gives way, with a SofaWarning; omitted keys follow the given ones.

    Raises Error where `sofagen CONFIG --check` would fail, with its message.
    """

    def __init__(self, source: str | os.PathLike[str] | None = None, keys: Mapping[str, Value] | None = None, **more: Value) -> None:
        self._load(None if source is None else _find(source), _named(keys, more))
        _warn(self.warnings)

    def _load(self, path: str | None, given: dict[str, Value]) -> Config:
        self._take(path, given, ConfigHandle.load(path, [f"{key}={value}" for key, value in given.items()]))
        return self

    def _take(self, path: str | None, given: dict[str, Value], handle: ConfigHandle) -> None:
        said: dict[str, Any] = json.loads(handle.json)
        self._path, self._given, self._handle = path, given, handle
        self._keys: dict[str, Value] = said["keys"]
        self.hash: str = said["hash"]
        """Of mode and all keys that change the core, as register CONFIG_HASH has it: 8 hexadecimal digits."""
        self.fitted: list[str] = said["fitted"]
        """What was set to fit a head (`fit=True`): ["head_dim=48"]."""
        self.warnings: list[str] = said["warnings"]
        """Values of the file that gave way."""

    @classmethod
    def of(cls, config: Config | str | os.PathLike[str]) -> Config:
        """The configuration itself, or one by its file or name."""
        return config if isinstance(config, Config) else cls(config)

    @property
    def source(self) -> str | None:
        """The path of the YAML file; None: the defaults."""
        return self._path

    def set(self, keys: Mapping[str, Value] | None = None, **more: Value) -> Config:
        """The same configuration with other values of some keys, which count more than those given before."""
        other = Config.__new__(Config)._load(self._path, {**self._given, **_named(keys, more)})
        _warn(text for text in other.warnings if text not in self.warnings)
        return other

    def _fitting(self, handle: ConfigHandle) -> Config:
        """This configuration as C fitted it to a head."""
        fitted = Config.__new__(Config)
        fitted._take(self._path, {}, handle)
        fitted._given = {**dict(item.split("=", 1) for item in fitted.fitted), **self._given}
        return fitted

    def __getitem__(self, key: str) -> Value:
        return self._keys[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and self._keys == other._keys

    def __hash__(self) -> int:
        return hash(tuple(self._keys.items()))

    def __repr__(self) -> str:
        return f"opensofa.Config({self._path!r}, {self._given!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restore, (self._path, self._given))


def _restore(path: str | None, given: dict[str, Value]) -> Config:
    return Config.__new__(Config)._load(path, given)
