# SPDX-License-Identifier: Apache-2.0
"""Heads of a model as files."""

from __future__ import annotations

import os
import pathlib
from typing import Any

import torch
from transformers import PreTrainedModel

from .._errors import Error
from .._trace import export as write
from ._hook import Sequence, put, take_out


class _Writer:
    """Writes what passes; torch computes it."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory
        self._calls: dict[tuple[str, int], int] = {}
        self.paths: list[pathlib.Path] = []

    def takes(self, layer: str, index: int | None) -> bool:
        return True

    def attend(self, layer: str, index: int | None, s: Sequence) -> None:
        call = self._calls[layer, s.number] = self._calls.get((layer, s.number), -1) + 1
        path = self._directory / f"{layer or 'attention'}-s{s.number}{f'-c{call}' if call else ''}.npz"
        write(path, q=s.q, k=s.k, v=s.v, first=s.first, visible=s.visible, scale=s.scale)
        self.paths.append(path)


def export(model: PreTrainedModel, directory: str | os.PathLike[str], *args: Any, **kwargs: Any) -> list[pathlib.Path]:
    """Runs model(*args, **kwargs) once, with torch's attention, and writes the heads of every layer and sequence as traces.

    A file NAME-sN.npz holds all heads of the attention module NAME and sequence N of the batch: q (heads x R x d), k and v (key heads x S x d), first,
    visible, scale; what padding hides is left out. A module that is called again writes NAME-sN-c1.npz, and so on. The directory must
    exist. `sofamodel configs/wide.yaml DIRECTORY/*.npz --fit` runs them all.

    Returns the paths in the order of the calls. Raises Error where `replace` would.
    """
    folder = pathlib.Path(directory)
    if not folder.is_dir():
        raise Error(f"{folder}: is no directory")
    writer = _Writer(folder)
    before = put(model, writer)
    try:
        with torch.no_grad():
            model(*args, **kwargs)
    finally:
        take_out(model, before)
    return writer.paths
