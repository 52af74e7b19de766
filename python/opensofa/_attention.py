# SPDX-License-Identifier: Apache-2.0
"""Heads through the bit-exact model."""

from __future__ import annotations

import itertools
import json
import operator
import os
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._config import Config
from ._errors import Error, SofaWarning
from ._library import BITS, JUDGED, PLAIN, ConfigHandle, HeadHandle

# Axes of an array of one head; those before them are axes of heads.
_AXES = {"q": 2, "k": 2, "v": 2, "x": 2, "wk": 2, "wv": 2, "cos": 2, "sin": 2, "bk": 1, "bv": 1, "first": 1, "visible": 1, "scale": 0,
         "q_scale": 0, "k_scale": 0, "v_scale": 0, "x_scale": 0, "wk_scale": 0, "wv_scale": 0}


@dataclass(frozen=True)
class Result:
    """What the hardware computes for one head, or for heads with the axes that stand before the last two of q.

    Rows are those of q, or those that `rows` chose.
    """

    o: NDArray[np.float32]
    """Output, real numbers: [..., R, d]."""
    o_int: NDArray[np.int16]
    """The bits of the hardware: [..., R, d]. o = o_int * o_scale, rounded to float32."""
    o_scale: NDArray[np.float64]
    """What a step of o_int is worth, for each column (only balanced heads of tokens have different ones): [..., d]."""
    selected: NDArray[np.bool_] | None
    """Which rows attend to which keys: [..., R, S]; None unless selected=True."""
    reports: list[dict[str, Any]]
    """For each head (in C order of the heads' axes) the object that `sofamodel --json` prints; empty with report=False."""
    config: Config
    """What the heads ran on: with fit=True, fitted to them."""

    @property
    def report(self) -> dict[str, Any]:
        """The report of the only head."""
        if len(self.reports) != 1:
            raise Error(f"report: there are {len(self.reports)}; look at reports (with report=False nothing is reported)")
        return self.reports[0]

    @property
    def cycles(self) -> int:
        """Predicted cycles of all heads, one after another on one core, with ideal memory."""
        self._need_reports()
        return sum(report["cycles_predicted"] for report in self.reports)

    @property
    def kept_fraction(self) -> float:
        """Attended (row, key) pairs over visible ones, of all heads."""
        self._need_reports()
        pairs = sum(report["pairs"] for report in self.reports)
        visible = sum(report["visible_pairs"] for report in self.reports)
        return pairs / visible if visible else 0.0

    def _need_reports(self) -> None:
        if not self.reports:
            raise Error("there is no report; leave out report=False")


def attention(
    q: ArrayLike,
    k: ArrayLike,
    v: ArrayLike,
    config: Config | str | os.PathLike[str],
    *,
    first: ArrayLike | None = None,
    visible: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    kept: int | None = None,
    mass: float | None = None,
    tile: int | None = None,
    radius: float | None = None,
    carry: bool = False,
    order: str | None = None,
    balance: str = "auto",
    rows: tuple[int, int] | None = None,
    q_scale: ArrayLike | None = None,
    k_scale: ArrayLike | None = None,
    v_scale: ArrayLike | None = None,
    selected: bool = False,
    report: bool = True,
    accuracy: bool = True,
    fit: bool = False,
    threads: int | None = None,
    name: str = "attention",
) -> Result:
    """Attention of one head, or of many, in the arithmetic of the accelerator; bits as in docs/arithmetic.md.

    q: [..., R, d]; k, v: [..., S, d]. Floats of any type (bfloat16 of ml_dtypes, too), which are quantised for each head as the hardware
        wants them, or integers with q_scale, k_scale, v_scale, the worth of a step.
        The axes in front are heads. Those of k and v are as numpy would broadcast them, and the last may also be a divisor of that of
        q: query head h then uses key head h // (heads of q / heads of k) (grouped queries).
    config: the hardware: a Config, or the file or name of one ("wide").
    first, visible: row r sees keys first[r] <= key < visible[r], as broadcast to the shape of q without d; default: 0 and S.
        Causal attention of a square head: visible=numpy.arange(1, S + 1).
    scale: of softmax; default 1/sqrt(d).
    kept: keys kept for each row and tile of keys (policy rank); default: as many as the hardware keeps.
    mass: instead of that, keep keys that seem to have this share of what their row gives to all keys so far, 0 < mass < 1.
    tile: keys of a tile; default: tile.keys.
    radius: drop keys more than this (natural logarithm) below the best of the tile; carry: of this and earlier tiles.
    order: of a block's tiles: "ascending", "nearest", "own" or "own:OFFSET"; default: what fits (sofamodel --help).
    balance: "on", "off", or "auto": channels of floats are scaled alike before they are quantised, where that helps.
    rows: (A, B): only rows A to B-1 of q; the bits are those of all rows.
    selected: return which keys each row attends to.
    report: counters, predicted cycles, traffic; accuracy: also recall and errors against float64 attention, which take most of the time.
        What is a warning of sofamodel is a SofaWarning.
    fit: let head_dim, mode, kvgen.rotary, and keys_max and hidden_max where they are too small, follow the head; keys that were given to
        `config` by name stay.
    threads: heads at a time; default: as many as there are processors.
    name: what messages and reports call this.

    Raises Error, with the message of sofamodel, if an input cannot be used.
    """
    arrays = {"q": q, "k": k, "v": v, "first": first, "visible": visible, "scale": scale, "q_scale": q_scale, "k_scale": k_scale,
              "v_scale": v_scale}
    options = _options(kept, mass, tile, radius, carry, order, balance, rows)
    return _run_heads(arrays, config, options, name=name, selected=selected, report=_level(report, accuracy), fit=fit, threads=threads)


def attention_tokens(
    x: ArrayLike,
    wk: ArrayLike,
    wv: ArrayLike,
    q: ArrayLike,
    config: Config | str | os.PathLike[str],
    *,
    bk: ArrayLike | None = None,
    bv: ArrayLike | None = None,
    cos: ArrayLike | None = None,
    sin: ArrayLike | None = None,
    first: ArrayLike | None = None,
    visible: ArrayLike | None = None,
    scale: ArrayLike | None = None,
    kept: int | None = None,
    mass: float | None = None,
    tile: int | None = None,
    radius: float | None = None,
    carry: bool = False,
    order: str | None = None,
    balance: str = "auto",
    rows: tuple[int, int] | None = None,
    q_scale: ArrayLike | None = None,
    x_scale: ArrayLike | None = None,
    wk_scale: ArrayLike | None = None,
    wv_scale: ArrayLike | None = None,
    selected: bool = False,
    report: bool = True,
    accuracy: bool = True,
    fit: bool = False,
    threads: int | None = None,
    name: str = "attention_tokens",
) -> Result:
    """The same from tokens, on hardware of mode tokens: keys x @ wk + bk and values x @ wv + bv are made when they are needed.

    x: tokens, [..., S, H]; wk, wv: projections of the head, [..., H, d]; bk, bv: biases, [..., d]. Floats, quantised to 8 bits, or
        integers with x_scale, wk_scale, wv_scale; biases are real numbers.
    q: queries [..., R, d], projected, their bias added, and turned if keys are.
    cos, sin: [..., S, d/2]: keys are turned by position, dimensions i and i + d/2 as a pair (kvgen.rotary: 1).

    All else is as `attention` has it. Axes of heads in front of x, wk, wv, biases, cos and sin are broadcast like those of k and v.
    """
    arrays = {"q": q, "x": x, "wk": wk, "wv": wv, "bk": bk, "bv": bv, "cos": cos, "sin": sin, "first": first, "visible": visible,
              "scale": scale, "q_scale": q_scale, "x_scale": x_scale, "wk_scale": wk_scale, "wv_scale": wv_scale}
    options = _options(kept, mass, tile, radius, carry, order, balance, rows)
    return _run_heads(arrays, config, options, name=name, selected=selected, report=_level(report, accuracy), fit=fit, threads=threads)


def _level(report: bool, accuracy: bool) -> int:
    return (JUDGED if accuracy else PLAIN) if report else BITS


def _options(kept: int | None, mass: float | None, tile: int | None, radius: float | None, carry: bool, order: str | None, balance: str,
             rows: tuple[int, int] | None) -> dict[str, str]:
    """As words of a command line."""
    words = {"balance": balance}
    for name, count in (("kept", kept), ("tile", tile)):
        if count is not None:
            words[name] = str(operator.index(count))
    for name, number in (("mass", mass), ("radius", radius)):
        if number is not None:
            words[name] = repr(float(number))
    if carry:
        words["carry"] = ""
    if order is not None:
        words["order"] = order
    if rows is not None:
        words["rows"] = f"{operator.index(rows[0])}:{operator.index(rows[1])}"
    return words


def _pick(name: str, array: NDArray[Any], axes: tuple[int, ...], head: tuple[int, ...]) -> NDArray[Any]:
    """The part of an array that belongs to a head: axes in front are broadcast, the last may be that of groups."""
    own = array.shape[: array.ndim - _AXES[name]] if array.ndim > _AXES[name] else ()
    if len(own) > len(axes):
        raise Error(f"array '{name}': has {len(own)} axes of heads, q has {len(axes)}")
    index = []
    for place, (length, whole, at) in enumerate(zip(own, axes[len(axes) - len(own) :], head[len(axes) - len(own) :])):
        last = place == len(own) - 1
        if length == 0 or (length not in (1, whole) and not (last and whole % length == 0)):
            raise Error(f"array '{name}': has heads {own}, q has {axes}: must be alike or 1; the last may divide that of q")
        index.append(at * length // whole)
    part: NDArray[Any] = array[tuple(index)]
    return part


def _rows_of(array: NDArray[Any], axes: tuple[int, ...], rows: int, name: str) -> NDArray[Any]:
    """A bound for each row of each head."""
    try:
        return np.broadcast_to(array, (*axes, rows))
    except ValueError:
        raise Error(f"array '{name}': has shape {array.shape}, must be broadcast to that of q without d, {(*axes, rows)}") from None


def _arrays(given: Mapping[str, ArrayLike | None]) -> tuple[dict[str, NDArray[Any]], tuple[int, ...]]:
    """Arrays that are there, and the axes of heads."""
    arrays = {name: np.asarray(value) for name, value in given.items() if value is not None}
    q = arrays["q"]
    if q.ndim < 2:
        raise Error(f"array 'q': has shape {q.shape}, must have 2 dimensions: rows and columns; before them axes of heads")
    axes = q.shape[:-2]
    for name in ("first", "visible"):
        if name in arrays:
            arrays[name] = _rows_of(arrays[name], axes, q.shape[-2], name)
    if 0 in axes:
        raise Error(f"array 'q': has shape {q.shape}: there is no head")
    return arrays, axes


def _make_head(name: str, arrays: Mapping[str, NDArray[Any]], axes: tuple[int, ...], at: tuple[int, ...],
               options: Mapping[str, str]) -> HeadHandle:
    head = HeadHandle(name)
    for array, numbers in arrays.items():
        head.give(array, _pick(array, numbers, axes, at))
    for option, value in options.items():
        head.set(option, value)
    return head


def _run_heads(given: Mapping[str, ArrayLike | None], config: Config | str | os.PathLike[str], options: Mapping[str, str], *, name: str,
               selected: bool, report: int, fit: bool, threads: int | None) -> Result:
    hardware = Config.of(config)
    arrays, axes = _arrays(given)
    places = list(itertools.product(*map(range, axes)))
    if fit:
        handle = _make_head(name, arrays, axes, places[0], options).fit(hardware._handle)
        hardware = hardware._fitting(handle)

    def run(number: int) -> tuple[dict[str, NDArray[Any]], str]:
        label = f"{name}, head {number}" if axes else name
        return _run_head(_make_head(label, arrays, axes, places[number], options), hardware._handle, selected, report)

    done = _in_threads(run, len(places), threads)
    reports = [_named(json.loads(text), name, number) for number, (_, text) in enumerate(done)] if report != BITS else []
    _warn(reports, len(places) > 1)
    parts = [part for part, _ in done]
    return Result(**{key: _join(parts, key, axes) for key in ("o", "o_int", "o_scale", "selected")}, reports=reports, config=hardware)


def _run_head(head: HeadHandle, config: ConfigHandle, selected: bool, report: int) -> tuple[dict[str, NDArray[Any]], str]:
    head.run(config, report)
    parts = {key: head.take(key) for key in ("o", "o_int", "o_scale")}
    if selected:
        parts["selected"] = head.take("selected").view(np.bool_)
    return parts, head.json()


def _in_threads(run: Any, count: int, threads: int | None) -> list[Any]:
    """What run(0), run(1), ... return. The first error, in their order, is raised, and those that have not begun are left out."""
    workers = min(count, len(os.sched_getaffinity(0)) if threads is None else max(1, operator.index(threads)))
    if workers == 1:
        return [run(i) for i in range(count)]
    pool = ThreadPoolExecutor(workers)
    try:
        return [future.result() for future in [pool.submit(run, i) for i in range(count)]]
    finally:
        pool.shutdown(cancel_futures=True)


def _named(report: dict[str, Any], name: str, head: int) -> dict[str, Any]:
    return {**report, "trace": name, "head": head}


def _warn(reports: Iterable[dict[str, Any]], several: bool) -> None:
    """Each text once."""
    said: set[str] = set()
    for report in reports:
        for text in report["warnings"]:
            if text not in said:
                where = f"{report['trace']}, head {report['head']}: " if several and not text.startswith(report["trace"]) else ""
                warnings.warn(where + text, SofaWarning, stacklevel=4)
            said.add(text)


def _join(parts: list[dict[str, NDArray[Any]]], key: str, axes: tuple[int, ...]) -> Any:
    if key not in parts[0]:
        return None
    return np.stack([part[key] for part in parts]).reshape(*axes, *parts[0][key].shape)
