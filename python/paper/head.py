# SPDX-License-Identifier: Apache-2.0
"""Writes a group of heads of the shipped model, its three query heads one after the other, as a trace of 4096 keys."""

import argparse
import pathlib

import numpy as np
import tools
from tools import core, lm4k

WANTED = ("q", "k", "v", "visible")


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--layer", type=int, default=5, choices=range(lm4k.LAYERS))
    p.add_argument("--group", type=int, default=1, choices=range(lm4k.GROUPS))
    p.add_argument("-o", dest="out", required=True, type=pathlib.Path, metavar="OUT.npz")
    o = p.parse_args()

    def attention(layer, group, trace):
        if (layer, group) == (o.layer, o.group):
            beside = o.out.with_suffix(".new.npz")
            np.savez(beside, **{name: trace[name] for name in WANTED})
            beside.replace(o.out)
        return core.dense(layer, group, trace)

    o.out.parent.mkdir(parents=True, exist_ok=True)
    lm4k.loss(lm4k.windows()[tools.WINDOW], attention)


if __name__ == "__main__":
    main()
