# SPDX-License-Identifier: Apache-2.0
"""Heads as files for sofamodel, sofacosim and boards."""

from __future__ import annotations

import os
import pathlib
import tempfile
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._attention import _AXES
from ._errors import Error


def export(path: str | os.PathLike[str], **arrays: ArrayLike) -> None:
    """Writes a head, or a stack of heads, as a trace (.npz, format in docs/arithmetic.md, "Traces").

    arrays: those of `attention` or `attention_tokens` by their names: q, k, v or x, wk, wv, and first, visible, scale, ... An axis of heads may
    stand in front; k and v may have fewer heads than q.

    An existing file is replaced when all of the new one is written, or stays as it was.
    """
    unknown = sorted(set(arrays) - set(_AXES))
    if unknown:
        raise Error(f"{os.fspath(path)}: a trace has no array '{unknown[0]}'; it may have {', '.join(_AXES)}")
    if "q" not in arrays:
        raise Error(f"{os.fspath(path)}: array 'q' is missing")
    _save(pathlib.Path(path), {name: np.asarray(array) for name, array in arrays.items()})


def _save(path: pathlib.Path, arrays: dict[str, Any]) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", suffix=".npz", delete=False) as file:
        try:
            np.savez(file, **arrays)
            file.close()
            os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
