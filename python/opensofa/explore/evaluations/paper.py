# SPDX-License-Identifier: Apache-2.0
"""The objective of the published exploration (SOFA, MICRO 2024): a layer has Tc tiles and keeps a share k of each.

Prints the three parts, L_en, L_cmp = sum(Bc k) / sum(S k) and L_exp = sum(S / Bc), Bc = S / Tc keys a tile, sums over layers, and what each
layer's trace gave. L_en is the cross-entropy that a selection costs: of a head without its model the divergence of softmax over the kept keys
from softmax over all, which is -log of the softmax weight on kept keys; the mean over layers. python/accuracy/layers.py has the loss of a model.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

import opensofa


def per_layer(text: str, kind: type, layers: int, option: str) -> list[Any]:
    """One value for each layer, or one for all."""
    try:
        values = [kind(word) for word in text.split(",")]
    except ValueError:
        raise opensofa.Error(f"{option} {text}: must be numbers with commas between them") from None
    if len(values) not in (1, layers):
        raise opensofa.Error(f"{option} {text}: has {len(values)} values, must have 1 or {layers}, one for each layer")
    return values * layers if len(values) == 1 else values


def parts(keys: Sequence[int], tiles: Sequence[int], shares: Sequence[float]) -> tuple[list[int], list[int], float, float]:
    """Keys of a tile and kept keys of each layer, L_cmp and L_exp."""
    size = [math.ceil(s / count) for s, count in zip(keys, tiles)]
    kept = [max(1, round(b * share)) for b, share in zip(size, shares)]
    compared = math.fsum(b * k for b, k in zip(size, shares)) / math.fsum(s * k for s, k in zip(keys, shares))
    return size, kept, compared, math.fsum(s / b for s, b in zip(keys, size))


def layer(path: pathlib.Path, config: opensofa.Config, size: int, kept: int) -> dict[str, Any]:
    with np.load(path) as file:
        arrays = dict(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", opensofa.SofaWarning)  # values of the file that give way to ours
        shaped = config.set({"tile.keys": size, "tile.kept_max": kept})
        report = opensofa.attention(**arrays, config=shaped, kept=kept, fit=True).reports[0]
    weight = report["softmax_weight_kept"]
    return {"tile": size, "kept": kept, "L_en": -math.log(weight) if weight > 0 else math.inf, "softmax_weight": weight,
            "cycles": report["cycles"], "kept_share": report["kept_fraction"], "bytes": report["bytes"]["total"],
            "error_db": report["output_snr_dense_given_db"]}


def evaluate(words: Sequence[str] | None = None) -> dict[str, Any]:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("traces", nargs="+", type=pathlib.Path, metavar="TRACE.npz", help="a head of each layer")
    p.add_argument("--config", default="wide", metavar="NAME|FILE.yaml")
    p.add_argument("--tiles", required=True, metavar="Tc,...", help="tiles of a row, for each layer or for all")
    p.add_argument("--share", required=True, metavar="K,...", help="kept share of a tile, for each layer or for all")
    o = p.parse_args(words)
    config = opensofa.Config(o.config)
    tiles, shares = (per_layer(text, kind, len(o.traces), option)
                     for text, kind, option in ((o.tiles, int, "--tiles"), (o.share, float, "--share")))
    keys = [len(np.load(path)["k"]) for path in o.traces]
    size, kept, compared, synchronised = parts(keys, tiles, shares)
    layers = [layer(*each) for each in zip(o.traces, [config] * len(keys), size, kept)]
    return {"L_en": math.fsum(one["L_en"] for one in layers) / len(layers), "L_cmp": compared, "L_exp": synchronised,
            "cycles": sum(one["cycles"] for one in layers), "layers": layers}


def main() -> int:
    try:
        print(json.dumps(evaluate()))
    except (opensofa.Error, OSError, KeyError) as error:
        print(f"paper: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
