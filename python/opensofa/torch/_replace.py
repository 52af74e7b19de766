# SPDX-License-Identifier: Apache-2.0
"""The accelerator in the place of a model's attention."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from transformers import PreTrainedModel

from .._attention import _options, _run_heads
from .._config import Config
from .._errors import Error
from .._library import BITS, PLAIN, HeadHandle
from ._hook import Sequence, put, take_out

_SELECTION: dict[str, Any] = {"kept": None, "mass": None, "tile": None, "radius": None, "carry": False, "order": None, "balance": "auto"}


@dataclass
class LayerTotals:
    """Sums over everything that a layer has computed."""

    heads: int = 0
    """Jobs: a head of a sequence in a call of the model."""
    pairs: int = 0
    """(row, key) pairs attended."""
    visible_pairs: int = 0
    cycles: int = 0
    """Predicted, one job after another on one core."""
    bytes: int = 0
    """Over the bus of the core."""

    @property
    def kept_fraction(self) -> float:
        """Attended pairs over visible ones."""
        return self.pairs / self.visible_pairs if self.visible_pairs else 0.0

    def _add(self, report: Mapping[str, Any]) -> None:
        self.heads += 1
        self.pairs += report["pairs"]
        self.visible_pairs += report["visible_pairs"]
        self.cycles += report["cycles_predicted"]
        self.bytes += report["bytes"]["total"]


@dataclass(frozen=True)
class _Rule:
    """How one layer is run."""

    config: Config
    words: dict[str, str]


class Replacement:
    """A model whose attention is the accelerator's, until restore(); or the body of a with statement."""

    def __init__(self, model: PreTrainedModel, rule: _Rule, special: dict[int | str, _Rule | None], report: bool, fit: bool,
                 threads: int | None) -> None:
        self._rule, self._special, self._report, self._fit, self._threads = rule, special, report, fit, threads
        self.layers: dict[str, LayerTotals] = {}
        """Totals of each layer that has run, by its name in the model; empty with report=False."""
        self._model: PreTrainedModel | None = model
        self._before = put(model, self)

    def _find(self, layer: str, index: int | None) -> _Rule | None:
        if layer in self._special:
            return self._special[layer]
        return self._special[index] if index is not None and index in self._special else self._rule

    def takes(self, layer: str, index: int | None) -> bool:
        """For the hook."""
        return self._find(layer, index) is not None

    def attend(self, layer: str, index: int | None, s: Sequence) -> NDArray[np.float32]:
        """For the hook."""
        rule = self._find(layer, index)
        assert rule is not None
        arrays: dict[str, ArrayLike] = {"q": s.q, "k": s.k, "v": s.v, "first": s.first, "visible": s.visible, "scale": s.scale}
        result = _run_heads(arrays, rule.config, rule.words, name=layer, selected=False, report=PLAIN if self._report else BITS,
                            fit=self._fit, threads=self._threads)
        for report in result.reports:
            self.layers.setdefault(layer, LayerTotals())._add(report)
        return result.o

    @property
    def kept_fraction(self) -> float:
        """Attended pairs over visible ones, of all layers."""
        visible = sum(layer.visible_pairs for layer in self.layers.values())
        return sum(layer.pairs for layer in self.layers.values()) / visible if visible else 0.0

    @property
    def cycles(self) -> int:
        """Predicted cycles of all jobs, one after another on one core."""
        return sum(layer.cycles for layer in self.layers.values())

    def restore(self) -> None:
        """The model attends as before; the totals stay. A second call does nothing."""
        if self._model is not None:
            take_out(self._model, self._before)
            self._model = None

    def __enter__(self) -> Replacement:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.restore()


def replace(
    model: PreTrainedModel,
    config: Config | str | os.PathLike[str],
    *,
    kept: int | None = None,
    mass: float | None = None,
    tile: int | None = None,
    radius: float | None = None,
    carry: bool = False,
    order: str | None = None,
    balance: str = "auto",
    layers: Mapping[int | str, Mapping[str, Any] | None] | None = None,
    report: bool = True,
    fit: bool = True,
    threads: int | None = None,
) -> Replacement:
    """Swaps the attention of a model of transformers for that of the accelerator, in mode kv.

    model: one whose layers take their attention from the AttentionInterface of transformers (BERT, Llama, Gemma, Qwen, Mistral, ViT, ... do):
        causal or not, padded, with a sliding window, with grouped queries, with a cache of keys. Run it under torch.no_grad().
        Each head of each sequence is quantised alone, so padding changes nothing.
    config, kept, mass, tile, radius, carry, order, balance, threads: as `opensofa.attention` has them, for every layer. fit=True: head_dim and
        keys_max follow the model.
    layers: what is different for some, by number (layer_idx) or by name ("model.layers.3.self_attn"): {0: None, 3: {"mass": 0.001}}; None leaves
        the layer to torch; "config" may be another one, too.
    report: count pairs, cycles and bytes (Replacement.layers).

    Raises Error where the model does something that the hardware does not: capped scores, sinks, masks with gaps or with numbers. The model is
    then as before, or can be restored.
    """
    common = {"kept": kept, "mass": mass, "tile": tile, "radius": radius, "carry": carry, "order": order, "balance": balance}
    hardware = Config.of(config)
    special = {key: None if change is None else _rule(hardware, common, change) for key, change in (layers or {}).items()}
    if isinstance(model, PreTrainedModel):
        _check_layers(model, special)
    return Replacement(model, _rule(hardware, common, {}), special, report, fit, threads)


def _rule(config: Config, common: Mapping[str, Any], change: Mapping[str, Any]) -> _Rule:
    """Kept and mass exclude each other, so a layer's own one takes the place of the common one."""
    unknown = sorted(set(change) - set(_SELECTION) - {"config"})
    if unknown:
        raise Error(f"layers: there is no option '{unknown[0]}'; there are config, {', '.join(_SELECTION)}")
    choice = {**common, **{name: value for name, value in change.items() if name != "config"}}
    for name, other in (("kept", "mass"), ("mass", "kept")):
        if name in change and other not in change:
            choice[other] = None
    words = _options(**choice, rows=None)
    head = HeadHandle("layers")
    for word, value in words.items():
        head.set(word, value)
    return _Rule(Config.of(change.get("config", config)), words)


def _check_layers(model: PreTrainedModel, special: Mapping[int | str, Any]) -> None:
    there: set[int | str] = set()
    for name, module in model.named_modules():
        index = getattr(module, "layer_idx", None)
        there |= {name, index if isinstance(index, int) else name}
    for key in special:
        if key not in there:
            raise Error(f"layers: the model has no layer {key!r}; a number is a layer_idx, a name that of an attention module")
