# SPDX-License-Identifier: Apache-2.0
"""libsofa.so: the functions of cmodel/front/library.h. Calls release the interpreter's lock."""

from __future__ import annotations

import ctypes
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._errors import Error

BITS, PLAIN, JUDGED = 0, 1, 2  # enum sofa_library_report

_TEXT, _HANDLE, _SIZES = ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "version": (_TEXT, []),
    "config_new": (_HANDLE, [_TEXT, ctypes.POINTER(_TEXT), ctypes.c_uint]),
    "config_error": (_TEXT, [_HANDLE]),
    "config_json": (_TEXT, [_HANDLE]),
    "config_free": (None, [_HANDLE]),
    "head_new": (_HANDLE, [_TEXT]),
    "head_free": (None, [_HANDLE]),
    "head_error": (_TEXT, [_HANDLE]),
    "head_give": (ctypes.c_int, [_HANDLE, _TEXT, _TEXT, ctypes.c_uint, _SIZES, _HANDLE]),
    "head_set": (ctypes.c_int, [_HANDLE, _TEXT, _TEXT]),
    "head_fit": (_HANDLE, [_HANDLE, _HANDLE]),
    "head_run": (ctypes.c_int, [_HANDLE, _HANDLE, ctypes.c_int]),
    "head_take": (_HANDLE, [_HANDLE, _TEXT, ctypes.POINTER(_TEXT), ctypes.POINTER(ctypes.c_uint), _SIZES]),
    "head_json": (_TEXT, [_HANDLE]),
}


def _load() -> ctypes.CDLL:
    path = pathlib.Path(os.environ.get("OPENSOFA_LIBRARY") or pathlib.Path(__file__).with_name("libsofa.so"))
    try:
        library = ctypes.CDLL(str(path.absolute()))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = library[f"sofa_library_{name}"]
            function.restype, function.argtypes = result, arguments
            setattr(library, name, function)
    except (OSError, AttributeError) as e:
        raise ImportError(f"opensofa: {path}: {e}; install the package again, or name another library in OPENSOFA_LIBRARY") from e
    return library


_LIBRARY = _load()


def _encode(text: str) -> bytes:
    if "\0" in text:
        raise Error(f"{text!r}: must not contain a null character")
    return os.fsencode(text)


def _text(bytes_: bytes) -> str:
    return bytes_.decode(errors="replace")


def version() -> str:
    """The version of the C library, and so of the package."""
    return _text(_LIBRARY.version())


class ConfigHandle:
    """A checked configuration in C, with what it says of itself; read only, for any number of threads."""

    def __init__(self, handle: int | None) -> None:
        if not handle:
            raise MemoryError("opensofa: out of memory for a configuration")
        self.handle = handle
        wrong = _LIBRARY.config_error(handle)
        if wrong is not None:
            raise Error(_text(wrong))
        self.json = _text(_LIBRARY.config_json(handle))

    @classmethod
    def load(cls, path: str | None, overrides: Sequence[str]) -> ConfigHandle:
        words = (ctypes.c_char_p * max(1, len(overrides)))(*map(_encode, overrides))
        return cls(_LIBRARY.config_new(_encode(path) if path is not None else None, words, len(overrides)))

    def __del__(self) -> None:
        if handle := getattr(self, "handle", None):
            _LIBRARY.config_free(handle)


class HeadHandle:
    """One head in C. It keeps the arrays that it is given alive."""

    def __init__(self, name: str) -> None:
        self.handle = _LIBRARY.head_new(_encode(name))
        if not self.handle:
            raise MemoryError("opensofa: out of memory for a head")
        self._arrays: dict[str, NDArray[np.generic]] = {}

    def __del__(self) -> None:
        if handle := getattr(self, "handle", None):
            _LIBRARY.head_free(handle)

    def _check(self, good: int) -> None:
        if not good:
            raise Error(_text(_LIBRARY.head_error(self.handle)))

    def give(self, name: str, array: NDArray[np.generic]) -> None:
        """An array of a trace; copied only if its memory is not as C wants it."""
        native = np.require(array, array.dtype.newbyteorder("="), "C")
        shape = (ctypes.c_size_t * max(1, native.ndim))(*native.shape)
        self._check(_LIBRARY.head_give(self.handle, _encode(name), _encode(native.dtype.name), native.ndim, shape, native.ctypes.data))
        self._arrays[name] = native

    def set(self, name: str, value: str = "") -> None:
        """An option of the programs, without dashes."""
        self._check(_LIBRARY.head_set(self.handle, _encode(name), _encode(value)))

    def fit(self, config: ConfigHandle) -> ConfigHandle:
        """The configuration with the sizes that this head needs."""
        return ConfigHandle(_LIBRARY.head_fit(self.handle, config.handle))

    def run(self, config: ConfigHandle, report: int) -> None:
        """Runs the model; report is BITS, PLAIN or JUDGED."""
        self._check(_LIBRARY.head_run(self.handle, config.handle, report))

    def take(self, name: str) -> NDArray[Any]:
        """A copy of a result."""
        dtype, dims, shape = ctypes.c_char_p(), ctypes.c_uint(), (ctypes.c_size_t * 2)()
        data = _LIBRARY.head_take(self.handle, _encode(name), ctypes.byref(dtype), ctypes.byref(dims), shape)
        if not data:
            raise MemoryError(f"opensofa: out of memory for {name}")
        lengths = tuple(shape[: dims.value])
        kind = np.dtype(_text(dtype.value or b""))
        memory = (ctypes.c_char * (int(np.prod(lengths)) * kind.itemsize)).from_address(data)
        return np.frombuffer(memoryview(memory), kind).reshape(lengths).copy()

    def json(self) -> str:
        """What the run said."""
        return _text(_LIBRARY.head_json(self.handle))
